"""Starting from what another run has learned."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from brickyard.extensions.simple import SimpleExtension, has_conditions
from brickyard.training.checkpoint import load_parameters, read_checkpoint

logger = logging.getLogger(__name__)


class Load(SimpleExtension):
    """Start from the parameters of a checkpoint or of a safetensors file.

    Acts before training begins if no condition is given, and not at all when the
    training is a resumed one: that has its own parameters.

    Parameters
    ----------
    path : str or Path
        The file.
    load_iteration_state : bool
        Whether to go on at the file's position in the data stream, too.
    load_log : bool
        Whether to take over the log of the run that wrote the file, too.
    **kwargs
        The name and conditions.

    Notes
    -----
    With either of the two, the counts of batches and epochs are those of the file. A
    log without the position in the stream begins a new epoch. Buffers of step rules
    and extensions start afresh; ``Checkpoint(resume=True)`` continues with all of it.

    Examples
    --------
    >>> Load("pretrained.safetensors").callbacks()
    set()
    """

    def __init__(
        self,
        path: str | Path,
        load_iteration_state: bool = False,
        load_log: bool = False,
        **kwargs: Any,
    ) -> None:
        self._at_start = not has_conditions(kwargs)
        super().__init__(**kwargs)
        self.path = Path(path)
        self.load_iteration_state = load_iteration_state
        self.load_log = load_log

    def setup(self) -> None:
        """Check that the file exists.

        Raises
        ------
        ValueError
            If it does not.
        """
        if not self.path.is_file():
            raise ValueError(
                f"{self.name}: there is no file {self.path} to load parameters from"
            )

    def restore(self) -> None:
        """Load before training begins, unless conditions say when."""
        if not self._at_start:
            return
        if self.main_loop.status["training_started"]:
            logger.info(
                "%s: %s is not loaded, training is resumed", self.name, self.path
            )
            return
        self.load_to(self.main_loop)

    def do(self, which_callback: str, *args: Any) -> None:
        """Load.

        Parameters
        ----------
        which_callback
            The callback.
        *args
            Ignored.
        """
        self.main_loop.at_safe_point(lambda: self.load_to(self.main_loop))

    def load_to(self, main_loop: Any) -> None:
        """Load into a main loop: everything that was asked for, or nothing.

        Parameters
        ----------
        main_loop
            The main loop.

        Raises
        ------
        CheckpointError
            If the file is damaged.
        ValueError
            If it belongs to another model, or lacks what was asked for.
        """
        state = main_loop.get_state()
        if self.load_iteration_state or self.load_log:
            saved = self._saved_parts()
            state["parameters"] = saved["parameters"]
            state["loop"] = saved["loop"]
            if self.load_log:
                state["log"] = saved["log"]
            if self.load_iteration_state:
                state["stream"] = saved["stream"]
            else:
                state["loop"]["epoch_started"] = False
        else:
            state["parameters"] = load_parameters(self.path)
        try:
            main_loop.set_state(state)
        except Exception as error:
            error.add_note(f"raised while loading {self.path}")
            raise
        if self.load_log:
            main_loop.log.resume()
        logger.info("%s: parameters are those of %s", self.name, self.path)

    def _saved_parts(self) -> dict[str, Any]:
        parts = read_checkpoint(self.path).parts
        missing = [p for p in ("parameters", "loop", "stream", "log") if p not in parts]
        if missing:
            raise ValueError(
                f"{self.name}: {self.path} has no {' and no '.join(missing)}; it was "
                "saved with save_main_loop=False, load its parameters alone"
            )
        return parts

"""Saving a training run, and continuing it."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pytensor.compile.sharedvalue import SharedVariable

from brickyard.extensions.backend import backend_of
from brickyard.extensions.simple import SimpleExtension
from brickyard.training.checkpoint import read_checkpoint, write_checkpoint
from brickyard.training.parameters import parameter_path, parameters_by_path

logger = logging.getLogger(__name__)

SAVED_TO = "saved_to"
CHECKPOINT_FAILED = "checkpoint_failed"


class Checkpoint(SimpleExtension):
    """Save the training run to a file, and continue from it.

    Always saves when training has ended and when it is interrupted (Ctrl-C, SIGTERM),
    besides what the conditions say; ``after_training=False`` and
    ``on_interrupt=False`` switch that off. A condition that was added with a path as
    its argument saves there.

    Parameters
    ----------
    path : str or Path
        The file. If it exists when training starts that is an error, unless `resume`
        or `overwrite` says what is meant.
    parameters : list of SharedVariable, optional
        The parameters to save, with ``save_main_loop=False`` only; all if not given.
    save_main_loop : bool
        Whether to save all that is needed to continue exactly, or parameters alone.
    resume : bool
        Continue from the file, if it exists: parameters, algorithm, streams, log,
        extensions.
    overwrite : bool
        Replace a file that exists.
    **kwargs
        The name and conditions.

    Raises
    ------
    TypeError
        If `parameters` are no shared variables, or there is no such condition.
    ValueError
        If arguments contradict each other.

    Notes
    -----
    The state is taken when all extensions have seen the event, so that the place in
    the list does not matter. The paths saved to are in the record ``saved_to``. A save
    that fails leaves the former file as it is and its reason in the record
    ``checkpoint_failed``, and training goes on.

    Examples
    --------
    >>> checkpoint = Checkpoint("run.ckpt", every_n_epochs=1, resume=True)
    >>> sorted(checkpoint.callbacks())
    ['after_epoch', 'after_training', 'on_interrupt']
    """

    def __init__(
        self,
        path: str | Path,
        parameters: Sequence[SharedVariable] | None = None,
        save_main_loop: bool = True,
        *,
        resume: bool = False,
        overwrite: bool = False,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("after_training", True)
        kwargs.setdefault("on_interrupt", True)
        super().__init__(**kwargs)
        self.path = Path(path)
        self.parameters = None if parameters is None else list(parameters)
        self.save_main_loop = save_main_loop
        self.resume = resume
        self.overwrite = overwrite
        self._check_arguments()

    def writes(self) -> list[str]:
        """Name the records about saves.

        Returns
        -------
        list of str
            ``saved_to`` and ``checkpoint_failed``.
        """
        return [SAVED_TO, CHECKPOINT_FAILED]

    def setup(self) -> None:
        """Look at the files before training begins.

        Raises
        ------
        ValueError
            If a file exists and neither `resume` nor `overwrite` was said, it is a
            directory, or its directory does not exist or may not be written to.
        """
        for path in self._paths():
            self._check_place(path)
            if path.exists() and not (self.resume or self.overwrite):
                raise ValueError(
                    f"{self.name}: {path} exists already; say resume=True to continue "
                    "from it, overwrite=True to replace it, or choose another path"
                )

    def restore(self) -> None:
        """Continue from the file, if `resume` was said and it exists.

        Raises
        ------
        CheckpointError
            If the file is damaged or of another backend.
        ValueError
            If it was saved by another model or with other extensions; nothing is
            changed then.
        """
        if not self.resume:
            return
        if not self.path.exists():
            logger.info("%s does not exist yet: training starts afresh", self.path)
            return
        checkpoint = read_checkpoint(self.path)
        checkpoint.require_backend(backend_of(self.main_loop.algorithm))
        try:
            self.main_loop.set_state(checkpoint.parts)
        except Exception as error:
            error.add_note(f"raised while resuming from {self.path}")
            raise
        done = self.main_loop.status["iterations_done"]
        logger.info("training continues from %s after %d batches", self.path, done)

    def do(self, which_callback: str, *args: Any) -> None:
        """Save as soon as the state of the loop is consistent.

        Parameters
        ----------
        which_callback
            The callback.
        *args
            The path, if the condition has one as its argument.
        """
        _, from_user = self.parse_args(which_callback, args)
        path = Path(from_user[0]) if from_user else self.path
        recorded = which_callback != "on_interrupt"
        self.main_loop.at_safe_point(partial(self.save, path, recorded=recorded))

    def save(self, path: str | Path | None = None, *, recorded: bool = True) -> bool:
        """Save now.

        Parameters
        ----------
        path
            Where to; the extension's path if not given.
        recorded
            Whether the log that is saved tells of this save. A save because of an
            interrupt is not to be seen in the continued run.

        Returns
        -------
        bool
            Whether it worked; if not, the log says why.
        """
        path = self.path if path is None else Path(path)
        log = self.main_loop.log
        row = log.find_row(log.status["iterations_done"])
        before = None if row is None else row.get(SAVED_TO)
        saved = before.split(", ") if before else []
        record = ", ".join(dict.fromkeys([*saved, str(path)]))
        if recorded:
            log.current_row[SAVED_TO] = record
        try:
            self._write(path)
        except Exception as error:
            row = log.current_row
            if recorded and before is None:
                del row[SAVED_TO]
            elif recorded:
                row[SAVED_TO] = before
            row[CHECKPOINT_FAILED] = str(error)
            logger.warning("%s could not save: %s", self.name, error)
            return False
        if not recorded:
            log.current_row[SAVED_TO] = record
        return True

    def _write(self, path: Path) -> None:
        if self.save_main_loop:
            parts = self.main_loop.get_state()
        else:
            parts = {"parameters": self._parameter_values()}
        write_checkpoint(path, parts, backend=backend_of(self.main_loop.algorithm))

    def _parameter_values(self) -> dict[str, Any]:
        if self.parameters is not None:
            chosen = {
                parameter_path(variable): variable for variable in self.parameters
            }
        else:
            loop = self.main_loop
            chosen = parameters_by_path(loop.algorithm, loop.model)
        return {path: variable.get_value() for path, variable in chosen.items()}

    def _paths(self) -> list[Path]:
        given = [c.arguments[0] for c in self.conditions if c.arguments]
        return [self.path, *map(Path, dict.fromkeys(given))]

    def _check_place(self, path: Path) -> None:
        if not path.parent.is_dir():
            raise ValueError(
                f"{self.name}: the directory {path.parent} for {path.name} does not "
                "exist; create it first"
            )
        if path.is_dir():
            raise ValueError(
                f"{self.name}: {path} is a directory; name a file in it, for instance "
                f"{path / 'run.ckpt'}"
            )
        # The new file is made in the directory before it takes the place of the old.
        if not os.access(path.parent, os.W_OK | os.X_OK):
            raise ValueError(
                f"{self.name}: the directory {path.parent} may not be written to; "
                "change its permissions, or choose another path"
            )

    def _check_arguments(self) -> None:
        if self.resume and self.overwrite:
            raise ValueError(
                f"{self.name}: resume and overwrite contradict each other; resume=True "
                "alone replaces the file it has continued from"
            )
        if self.resume and not self.save_main_loop:
            raise ValueError(
                f"{self.name} cannot resume from parameters alone; leave "
                "save_main_loop=True, or warm-start with Load"
            )
        if self.parameters is None:
            return
        if self.save_main_loop:
            raise ValueError(
                f"{self.name}: a training run is saved with all its parameters; give "
                "save_main_loop=False to save some of them"
            )
        wrong = [v for v in self.parameters if not isinstance(v, SharedVariable)]
        if wrong:
            raise TypeError(
                f"{self.name}: parameters are shared variables, got {wrong[0]!r}"
            )

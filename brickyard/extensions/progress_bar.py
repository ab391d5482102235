"""How far the current epoch is."""

from __future__ import annotations

import sys
from typing import Any, TextIO

from brickyard.extensions.base import TrainingExtension


class ProgressBar(TrainingExtension):
    """Show a bar that fills with the batches of each epoch.

    The length of an epoch comes from the data stream where that knows it, else from
    the last complete epoch. The bar disappears at the end of the epoch.

    Parameters
    ----------
    disable : bool, optional
        Whether to show nothing. If not given, the bar is shown when the file is a
        terminal.
    file : file object, optional
        Where to draw; standard error if not given.
    **kwargs
        The name.

    Examples
    --------
    >>> ProgressBar(disable=True).callbacks()
    set()
    """

    def __init__(
        self,
        *,
        disable: bool | None = None,
        file: TextIO | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.disable = disable
        self.file = file
        self.bar: Any = None
        self._length: int | None = None

    def callbacks(self) -> set[str]:
        """Name the callbacks, none if nothing is shown.

        Returns
        -------
        set of str
            The callbacks.
        """
        callbacks = super().callbacks()
        disable = self.disable
        if disable is None:
            disable = not (sys.stderr if self.file is None else self.file).isatty()
        return set() if disable else callbacks

    def get_iter_per_epoch(self) -> int | None:
        """Return the number of batches in an epoch.

        Returns
        -------
        int or None
            None if it is not known.
        """
        if self._length is None:
            # A stream of somebody's own may tell nothing of the kind.
            stream = self.main_loop.data_stream
            self._length = getattr(stream, "epoch_length", None)
        if self._length is not None:
            return self._length
        ends = self.main_loop.status["_epoch_ends"]
        if not ends:
            return None
        return ends[-1] - (ends[-2] if len(ends) > 1 else 0)

    def create_bar(self) -> Any:
        """Make the bar of the current epoch, filled as far as the epoch is.

        Returns
        -------
        tqdm.tqdm
            The bar.
        """
        from tqdm import tqdm

        status = self.main_loop.status
        ends = status["_epoch_ends"]
        return tqdm(
            total=self.get_iter_per_epoch(),
            initial=status["iterations_done"] - (ends[-1] if ends else 0),
            desc=f"epoch {status['epochs_done'] + 1}",
            unit=" batches",
            leave=False,
            dynamic_ncols=True,
            file=sys.stderr if self.file is None else self.file,
        )

    def on_resumption(self) -> None:
        """Show the bar of an epoch that was interrupted."""
        if self.main_loop.status["epoch_started"]:
            self.bar = self.create_bar()

    def before_epoch(self) -> None:
        """Show an empty bar."""
        self._close()
        self.bar = self.create_bar()

    def after_batch(self, batch: Any) -> None:
        """Fill the bar a little.

        Parameters
        ----------
        batch
            Ignored.
        """
        if self.bar is not None:
            self.bar.update()

    def after_epoch(self) -> None:
        """Remove the bar."""
        self._close()

    def after_training(self) -> None:
        """Remove the bar."""
        self._close()

    def on_error(self, exception: Exception) -> None:
        """Remove the bar.

        Parameters
        ----------
        exception
            Ignored.
        """
        self._close()

    def on_interrupt(self) -> None:
        """Remove the bar."""
        self._close()

    def _close(self) -> None:
        if self.bar is not None:
            self.bar.close()
            self.bar = None

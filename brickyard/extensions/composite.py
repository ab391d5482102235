"""Several extensions that act as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from brickyard.extensions.base import TrainingExtension
from brickyard.extensions.simple import SimpleExtension
from brickyard.state import State


class CompositeExtension(SimpleExtension):
    """An extension made of others, with conditions for something it does itself.

    Parameters
    ----------
    sub_extensions : list of TrainingExtension
        The parts, in the order in which they act.
    run_before_children : bool
        Whether the extension's own `do` comes before the parts rather than after.
    **kwargs
        The name, and conditions for `do`.

    Raises
    ------
    TypeError
        If a part is no extension.

    Examples
    --------
    >>> from brickyard.extensions import FinishAfter, Timestamp
    >>> class FiveEpochs(CompositeExtension):
    ...     def __init__(self):
    ...         super().__init__([FinishAfter(after_n_epochs=5), Timestamp()])
    >>> FiveEpochs().writes()
    ['training_finish_requested', 'timestamp']
    """

    def __init__(
        self,
        sub_extensions: Sequence[TrainingExtension],
        run_before_children: bool = True,
        **kwargs: Any,
    ) -> None:
        if isinstance(sub_extensions, TrainingExtension):
            raise TypeError(
                f"{type(self).__name__} is composed of a list of extensions, got one, "
                f"{sub_extensions.name}; pass [{sub_extensions.name}(...)]"
            )
        self.sub_extensions = list(sub_extensions)
        self.run_before_children = run_before_children
        self._acting: dict[str, list[TrainingExtension]] | None = None
        super().__init__(**kwargs)
        for part in self.sub_extensions:
            if not isinstance(part, TrainingExtension):
                raise TypeError(
                    f"{self.name} is composed of extensions, got {part!r} of type "
                    f"{type(part).__name__}"
                )

    @property
    def main_loop(self) -> Any:
        """The main loop the extension and its parts take part in."""
        return super().main_loop

    @main_loop.setter
    def main_loop(self, value: Any) -> None:
        self._main_loop = value
        for part in self.sub_extensions:
            part.main_loop = value

    def do(self, which_callback: str, *args: Any) -> None:
        """Do nothing besides what the parts do.

        Parameters
        ----------
        which_callback
            The callback.
        *args
            Ignored.
        """

    def dispatch(self, callback_name: str, *args: Any) -> None:
        """Act, and have the parts act.

        Parameters
        ----------
        callback_name
            One of the callbacks.
        *args
            What the loop passes.
        """
        if self.run_before_children:
            super().dispatch(callback_name, *args)
        if self._acting is None:
            self.callbacks()
        for part in self._acting.get(callback_name, ()):  # type: ignore[union-attr]
            part.dispatch(callback_name, *args)
        if not self.run_before_children:
            super().dispatch(callback_name, *args)

    def callbacks(self) -> set[str]:
        """Name the callbacks of the extension and of its parts.

        Returns
        -------
        set of str
            The callbacks.
        """
        # The loop asks once per run; the answers of the parts serve all of it.
        self._acting = {}
        for part in self.sub_extensions:
            for name in part.callbacks():
                self._acting.setdefault(name, []).append(part)
        return super().callbacks() | set(self._acting)

    def reads(self) -> list[str]:
        """Name the records that a part reads and no part before it writes.

        Returns
        -------
        list of str
            Each once.
        """
        needed: dict[str, None] = {}
        written: set[str] = set()
        for part in self.sub_extensions:
            needed.update((r, None) for r in part.reads() if r not in written)
            written.update(part.writes())
        return list(needed)

    def writes(self) -> list[str]:
        """Name the records that the parts write.

        Returns
        -------
        list of str
            Each once.
        """
        records = (record for part in self.sub_extensions for record in part.writes())
        return list(dict.fromkeys(records))

    def setup(self) -> None:
        """Prepare the parts."""
        for part in self.sub_extensions:
            part.setup()

    def restore(self) -> None:
        """Have the parts load what a former run has saved."""
        for part in self.sub_extensions:
            part.restore()

    def get_state(self) -> State:
        """Return what the extension and its parts remember.

        Returns
        -------
        dict
            ``parts``: the state of each part, in their order. Empty if nobody
            remembers anything.
        """
        own = super().get_state()
        parts = [part.get_state() for part in self.sub_extensions]
        return {**own, "parts": parts} if own or any(parts) else {}

    def set_state(self, state: State) -> None:
        """Continue from what `get_state` returned.

        Parameters
        ----------
        state
            The state.

        Raises
        ------
        ValueError
            If the state is not one of this extension.
        """
        if state:
            self.check_state(state, ["parts"])
        parts = state.get("parts", [{}] * len(self.sub_extensions))
        if len(parts) != len(self.sub_extensions):
            raise ValueError(
                f"the state of the extension {self.name!r} has {len(parts)} parts, the "
                f"extension has {len(self.sub_extensions)}"
            )
        before = [part.get_state() for part in self.sub_extensions]
        try:
            for part, saved in zip(self.sub_extensions, parts, strict=True):
                part.set_state(saved)
        except BaseException:
            for part, saved in zip(self.sub_extensions, before, strict=True):
                part.set_state(saved)
            raise
        self.restore_conditions(state)

"""What extensions that write monitored values have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from pytensor.graph.basic import Variable

from brickyard.extensions.base import TrainingExtension
from brickyard.training.monitoring import MonitoredQuantity
from brickyard.training.monitoring.names import with_names

SEPARATOR = "_"

Kind = TypeVar("Kind", bound=TrainingExtension)


class MonitoringExtension(TrainingExtension):
    """An extension that writes one record for each of the variables it monitors.

    Parameters
    ----------
    prefix, suffix : str, optional
        Put before and behind the variables' names, with an underscore between, to
        make the names of the records.
    **kwargs
        As for `TrainingExtension`.

    Examples
    --------
    >>> MonitoringExtension(prefix="train").record_name("cost")
    'train_cost'
    """

    def __init__(
        self, prefix: str | None = None, suffix: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.prefix = prefix
        self.suffix = suffix
        self._monitored: list[str] = []
        self._numbers: list[str] = []

    def record_name(self, variable: Variable | MonitoredQuantity | str) -> str:
        """Return the name of the record of a variable.

        Parameters
        ----------
        variable
            A variable, a quantity, or the name of one.

        Returns
        -------
        str
            The name with prefix and suffix.

        Raises
        ------
        ValueError
            If the variable has no name.
        """
        name = variable if isinstance(variable, str) else variable.name
        if not name:
            raise ValueError(
                f"{self.name}: {variable} has no name to be recorded under; give it "
                "one with .copy(name='...')"
            )
        return SEPARATOR.join(part for part in (self.prefix, name, self.suffix) if part)

    def add_records(self, log: Any, record_tuples: Iterable[tuple[str, Any]]) -> None:
        """Write records into the current row.

        Parameters
        ----------
        log
            The training log.
        record_tuples
            Pairs of a variable's name and its value.
        """
        row = log.current_row
        for name, value in record_tuples:
            row[self.record_name(name)] = value

    def writes(self) -> list[str]:
        """Name the records of the monitored variables.

        Returns
        -------
        list of str
            One for each variable.
        """
        return [self.record_name(name) for name in self._monitored]

    def scalar_records(self) -> list[str]:
        """Name the records of the monitored variables that are scalars.

        Returns
        -------
        list of str
            The records that are single numbers, quantities left out.
        """
        return [self.record_name(name) for name in self._numbers]

    def setup(self) -> None:
        """Check that no other monitoring extension writes the same records.

        Raises
        ------
        ValueError
            If one does.
        """
        own = set(self.writes())
        for other in extensions_of_kind(self.main_loop.extensions, MonitoringExtension):
            if other is self:
                continue
            shared = [record for record in other.writes() if record in own]
            if shared:
                raise ValueError(
                    f"the extensions {other.name!r} and {self.name!r} both write the "
                    f"record {shared[0]!r}; give one of them a prefix or a suffix"
                )

    def monitor(
        self, variables: Sequence[Variable | MonitoredQuantity]
    ) -> list[Variable | MonitoredQuantity]:
        """Check the variables and remember their names.

        Parameters
        ----------
        variables
            What is monitored.

        Returns
        -------
        list
            The variables; a sum without a name, one of whose terms has one, as a copy
            of that name.

        Raises
        ------
        TypeError
            If something is neither a variable nor a quantity.
        ValueError
            If a name is missing or given twice.
        """
        named = with_names(variables, f"variables monitored by {self.name}")
        self._monitored = [str(variable.name) for variable in variables]
        self._numbers = [
            str(variable.name)
            for variable in named
            if isinstance(variable, Variable) and variable.type.ndim == 0
        ]
        return named


def extensions_of_kind(extensions: Iterable[Any], kind: type[Kind]) -> Iterator[Kind]:
    """Go through the extensions of a class, also those inside composite ones.

    Parameters
    ----------
    extensions
        The extensions of a main loop.
    kind
        The class.

    Yields
    ------
    TrainingExtension
        In the order of the list.
    """
    for extension in extensions:
        if isinstance(extension, kind):
            yield extension
        yield from extensions_of_kind(getattr(extension, "sub_extensions", ()), kind)

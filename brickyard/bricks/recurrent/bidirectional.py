"""A recurrent brick and its twin that reads backwards."""

from __future__ import annotations

import copy
from typing import Any

from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import BoundApplication, application
from brickyard.bricks.base import Brick
from brickyard.bricks.interfaces import Initializable

# Options of a recurrent application that make no sense in both directions at once.
REFUSED = ("iterate", "reverse", "return_initial_states")


class Bidirectional(Initializable):
    """Two copies of a recurrent brick, of which one reads the sequence backwards.

    In each moment the outputs are those of both, side by side: the first knows what
    came before, the second what comes after.

    Parameters
    ----------
    prototype
        The recurrent brick that is copied. The copies are the children ``forward`` and
        ``backward``.
    **kwargs
        ``weights_init``, ``biases_init``, ``use_bias``, ``seed``, ``name``: see
        `Initializable`.

    Raises
    ------
    TypeError
        If the prototype is not a brick with a recurrent application ``apply``.

    References
    ----------
    M. Schuster and K. Paliwal (1997), "Bidirectional recurrent neural networks", IEEE
    Transactions on Signal Processing 45(11).

    Examples
    --------
    >>> from brickyard.bricks.initialization import Orthogonal
    >>> from brickyard.bricks.recurrent import GatedRecurrent
    >>> both = Bidirectional(GatedRecurrent(3), weights_init=Orthogonal())
    >>> both.initialize()
    >>> states = both.apply(pt.tensor3("inputs"), pt.tensor3("gates"))
    >>> states.type.shape, both.get_dim("states"), both.get_dim("inputs")
    ((None, None, 6), 6, 3)
    """

    def __init__(self, prototype: Brick, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        method = getattr(prototype, "apply", None)
        if not (isinstance(prototype, Brick) and isinstance(method, BoundApplication)):
            raise TypeError(
                f"{self.path} needs a recurrent brick such as GatedRecurrent(10), got "
                f"{prototype!r} of type {type(prototype).__name__}"
            )
        if not method.states:
            raise TypeError(
                f"{self.path} needs a recurrent brick, but {method} has no states"
            )
        self.prototype = prototype
        for name in ("forward", "backward"):
            child = copy.deepcopy(prototype)
            child.name = name
            self.children.append(child)

    @application
    def apply(self, *args: TensorVariable, **kwargs: Any) -> list[TensorVariable]:
        """Return the outputs of both directions side by side.

        Parameters
        ----------
        *args, **kwargs
            What the prototype's ``apply`` takes. Initial states that are given are
            those of both directions. A mask keeps the first states of the backward
            direction until the data begins.

        Returns
        -------
        list of TensorVariable
            One for each output of the prototype, ``(time, batch, 2 * dim)``, in the
            order of time.

        Raises
        ------
        TypeError
            If ``iterate``, ``reverse`` or ``return_initial_states`` is given.
        ValueError
            If an output has no axis of features.
        """
        refused = [name for name in REFUSED if name in kwargs]
        if refused:
            raise TypeError(
                f"{self.path}.apply runs over whole sequences in both directions and "
                f"takes no {', '.join(refused)}; apply one of its children, forward or "
                "backward, for that"
            )
        forward, backward = (self._direction(i, args, kwargs) for i in range(2))
        for name, output in zip(self.apply.outputs, forward, strict=True):
            if output.ndim < 3:
                raise ValueError(
                    f"{self.path}.apply puts features side by side, but {name!r} has "
                    f"the {output.ndim} axes (time, batch)"
                )
        return [
            pt.concatenate([first, second[::-1]], axis=-1)
            for first, second in zip(forward, backward, strict=True)
        ]

    def _direction(self, which: int, args: Any, kwargs: Any) -> list[Any]:
        child: Any = self.children[which]
        return child.apply(*args, reverse=bool(which), as_list=True, **kwargs)

    @apply.delegate
    def apply_delegate(self) -> BoundApplication:
        """Return the application whose inputs and outputs are those of ``apply``."""
        child: Any = self.children[0]
        return child.apply

    def get_dim(self, name: str) -> Any:
        """Return the number of features: of outputs, twice that of the prototype."""
        dim = self.children[0].get_dim(name)
        return 2 * dim if name in self.apply.outputs else dim

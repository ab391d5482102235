"""Applications one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import BoundApplication, application
from brickyard.bricks.base import Brick
from brickyard.bricks.children import number_automatic_names
from brickyard.bricks.interfaces import Feedforward


class Sequence(Brick):
    """Applications called one after the other, each on the outputs of the one before.

    Their bricks become the children. Those that were not given a name are numbered:
    ``tanh_0``, ``tanh_1``.

    Parameters
    ----------
    application_methods
        Bound applications such as ``linear.apply``, or bricks, which stand for their
        ``apply``. A brick may occur more than once.
    **kwargs
        ``name``: see `Brick`.

    Raises
    ------
    TypeError
        If something else is given.
    ValueError
        If there is nothing to call, or two bricks have the same name.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.backends import evaluate
    >>> from brickyard.bricks import Rectifier, Tanh
    >>> sequence = Sequence([Tanh().apply, Rectifier()])
    >>> [child.path for child in sequence.children]
    ['/sequence/tanh_0', '/sequence/rectifier_0']
    >>> x = pt.vector("x")
    >>> evaluate(sequence.apply(x), {x: [-1, 0]})
    array([0., 0.], dtype=float32)
    """

    def __init__(
        self, application_methods: Iterable[BoundApplication | Brick], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.application_methods = [
            self._require_application(item) for item in application_methods
        ]
        if not self.application_methods:
            raise ValueError(f"{self.path} needs at least one application, got none")
        children = list(self._bricks())
        number_automatic_names(children)
        self.children.extend(
            child for child in children if all(child is not c for c in self.children)
        )

    def _bricks(self) -> Iterable[Brick]:
        """Return the bricks in the order of their first application."""
        found = {id(method.brick): method.brick for method in self.application_methods}
        return found.values()

    def _require_application(self, item: Any) -> BoundApplication:
        if isinstance(item, Brick):
            item = getattr(item, "apply", None) or item
        if isinstance(item, BoundApplication):
            return item
        raise TypeError(
            f"{self.path} is made of bound applications such as linear.apply, or of "
            f"bricks with an application apply, got {item!r} of type "
            f"{type(item).__name__}"
        )

    @application
    def apply(self, *args: TensorVariable) -> TensorVariable | list[TensorVariable]:
        """Return the outputs of the last application.

        Parameters
        ----------
        *args
            The inputs of the first application.

        Returns
        -------
        TensorVariable or list of TensorVariable
            The outputs.
        """
        values: Any = args
        for method in self.application_methods:
            values = method(*values, as_list=True)
        return values

    @apply.property("inputs")
    def apply_inputs(self) -> list[str]:
        """Return the names of the first application's inputs."""
        return self.application_methods[0].inputs

    @apply.property("outputs")
    def apply_outputs(self) -> list[str]:
        """Return the names of the last application's outputs."""
        return self.application_methods[-1].outputs


class FeedforwardSequence(Sequence, Feedforward):
    """A sequence that starts and ends with a number of features.

    Its dimensions are those of the first and of the last `Feedforward` brick in it;
    assigning them configures these.

    Examples
    --------
    >>> from brickyard.bricks import Linear, Tanh
    >>> sequence = FeedforwardSequence([Linear(2, 3), Tanh(), Linear(3, 4), Tanh()])
    >>> sequence.input_dim, sequence.output_dim
    (2, 4)
    """

    @property
    def input_dim(self) -> int:
        """The number of input features."""
        return self._feedforward()[0].input_dim

    @input_dim.setter
    def input_dim(self, dim: int) -> None:
        self._feedforward()[0].input_dim = dim

    @property
    def output_dim(self) -> int:
        """The number of output features."""
        return self._feedforward()[-1].output_dim

    @output_dim.setter
    def output_dim(self, dim: int) -> None:
        self._feedforward()[-1].output_dim = dim

    def _feedforward(self) -> list[Feedforward]:
        bricks = [method.brick for method in self.application_methods]
        found = [brick for brick in bricks if isinstance(brick, Feedforward)]
        if not found:
            raise ValueError(
                f"{self.path} has no dimensions: none of its bricks is Feedforward"
            )
        return found

"""The multilayer perceptron."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from typing import Any

from brickyard.bricks.application import BoundApplication
from brickyard.bricks.base import Brick
from brickyard.bricks.interfaces import Feedforward, Initializable
from brickyard.bricks.lazy import UNSET, lazy
from brickyard.bricks.linear import Linear
from brickyard.bricks.sequences import FeedforwardSequence


class MLP(FeedforwardSequence, Initializable):
    r"""A multilayer perceptron: linear maps with activations between them.

    .. math:: h_0 = x, \quad h_{i+1} = f_i(h_i W_i + b_i)

    Parameters
    ----------
    activations
        What follows each linear map: a brick, a bound application, or None for
        nothing.
    dims
        The number of features at the input and after each linear map: one more than
        there are activations. May be given late, as a whole or in part
        (``[None, 100, 10]``).
    prototype
        The brick for the linear maps, which is copied for each; `Linear` by default.
    **kwargs
        ``weights_init``, ``biases_init``, ``use_bias``, ``seed``, ``name``: see
        `Initializable`.

    Raises
    ------
    TypeError
        If an activation is none of these or the prototype is not `Feedforward`.
    ValueError
        If the numbers of activations and dimensions do not fit.

    Notes
    -----
    The children are named ``linear_0``, ``linear_1``, ... whatever the prototype.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.bricks import Rectifier, Softmax
    >>> from brickyard.bricks.initialization import Constant, IsotropicGaussian
    >>> mlp = MLP([Rectifier(), Softmax()], [784, 100, 10],
    ...           weights_init=IsotropicGaussian(0.01), biases_init=Constant(0))
    >>> mlp.initialize()
    >>> [child.path for child in mlp.children]
    ['/mlp/linear_0', '/mlp/rectifier_0', '/mlp/linear_1', '/mlp/softmax_0']
    >>> mlp.apply(pt.matrix("features")).type.shape
    (None, 10)
    """

    @lazy(allocation=["dims"])
    def __init__(
        self,
        activations: Sequence[Brick | BoundApplication | None],
        dims: Sequence[int],
        prototype: Feedforward | None = None,
        **kwargs: Any,
    ) -> None:
        if isinstance(activations, Brick) or not isinstance(activations, Iterable):
            raise TypeError(
                "the activations of an MLP must be a list of bricks, got "
                f"{activations!r}; use [{activations!r}]"
            )
        activations = list(activations)
        self.activations = activations
        self.linear_transformations = _copies(prototype, len(activations))
        methods: list[Any] = []
        for linear, activation in zip(
            self.linear_transformations, activations, strict=True
        ):
            methods.append(linear)
            if activation is not None:
                methods.append(activation)
        super().__init__(methods, **kwargs)
        unknown: list[Any] = [UNSET] * (len(activations) + 1)
        self.dims = unknown if dims is UNSET else dims

    @property
    def dims(self) -> list[int]:
        """The number of features at the input and after each linear map."""
        return self._dims

    @dims.setter
    def dims(self, dims: Sequence[int]) -> None:
        if isinstance(dims, str) or not isinstance(dims, Iterable):
            raise TypeError(
                f"{self.path}: dims must be a list of integers, got {dims!r}"
            )
        dims = list(dims)
        if len(dims) != len(self.activations) + 1:
            raise ValueError(
                f"{self.path} with {len(self.activations)} activations needs "
                f"{len(self.activations) + 1} dims, the input's and one after each "
                f"linear map, got {len(dims)}: {dims}"
            )
        self._dims = dims

    @property
    def input_dim(self) -> int:
        """The number of input features, ``dims[0]``."""
        return self._dims[0]

    @input_dim.setter
    def input_dim(self, dim: int) -> None:
        self._dims[0] = dim

    @property
    def output_dim(self) -> int:
        """The number of output features, ``dims[-1]``."""
        return self._dims[-1]

    @output_dim.setter
    def output_dim(self, dim: int) -> None:
        self._dims[-1] = dim

    def _push_allocation_config(self) -> None:
        super()._push_allocation_config()
        for index, linear in enumerate(self.linear_transformations):
            linear.input_dim, linear.output_dim = self.dims[index : index + 2]


def _copies(prototype: Feedforward | None, number: int) -> list[Any]:
    if prototype is None:
        prototype = Linear()
    if not isinstance(prototype, Feedforward):
        raise TypeError(
            "the prototype of an MLP must be a Feedforward brick such as Linear(), got "
            f"{prototype!r} of type {type(prototype).__name__}"
        )
    copies = [copy.deepcopy(prototype) for _ in range(number)]
    for index, linear in enumerate(copies):
        linear.name = f"linear_{index}"
    return copies

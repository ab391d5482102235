"""The recurrent network of Elman."""

from __future__ import annotations

from typing import Any

from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.backends import SharedTensor
from brickyard.bricks.application import application
from brickyard.bricks.interfaces import Activation
from brickyard.bricks.lazy import lazy
from brickyard.bricks.recurrent.base import BaseRecurrent, recurrent, repeat_rows
from brickyard.bricks.recurrent.masking import keep_masked
from brickyard.bricks.recurrent.transition import Transition, input_of
from brickyard.graph.roles import WEIGHT


class SimpleRecurrent(Transition, BaseRecurrent):
    r"""A state that is fed back through one matrix.

    .. math:: h_t = f(x_t + h_{t-1} W)

    Parameters
    ----------
    dim
        The number of features of the state and of the inputs, at least 1.
    activation
        The activation :math:`f`, such as ``Tanh()``.
    **kwargs
        ``weights_init``, ``seed``, ``name``: see `Initializable`.

    Notes
    -----
    Parameters: ``W`` of shape ``(dim, dim)`` and role ``WEIGHT``; ``initial_state`` of
    shape ``(dim,)`` and role ``INITIAL_STATE``, zeros at first. There is no bias: it
    belongs to whatever makes the inputs.

    References
    ----------
    J. L. Elman (1990), "Finding structure in time", Cognitive Science 14.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> from brickyard.bricks import Identity
    >>> from brickyard.bricks.initialization import Constant
    >>> sums = SimpleRecurrent(1, Identity(), weights_init=Constant(1))
    >>> sums.initialize()
    >>> x = pt.tensor3("x")
    >>> evaluate(sums.apply(x), {x: [[[1]], [[2]], [[3]]]}).ravel()
    array([1., 3., 6.], dtype=float32)
    """

    @lazy(allocation=["dim"])
    def __init__(self, dim: int, activation: Activation, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dim = dim
        self.activation = activation
        self.children.append(activation)

    @property
    def W(self) -> SharedTensor:
        """The weights from state to state, ``(dim, dim)``."""
        return self.parameters["W"]

    def _allocate(self) -> None:
        self.add_parameter(None, (self.dim, self.dim), "W", WEIGHT)
        self._add_initial_state("initial_state")

    def _initialize(self) -> None:
        self._fill(self.W, self.weights_init)

    @recurrent(
        sequences=["inputs", "mask"], states=["states"], outputs=["states"], contexts=[]
    )
    def apply(
        self,
        inputs: TensorVariable,
        states: TensorVariable,
        mask: TensorVariable | None = None,
    ) -> TensorVariable:
        """Return the next states; of a whole sequence unless ``iterate=False``.

        Parameters
        ----------
        inputs
            ``(batch, dim)``; a sequence ``(time, batch, dim)``.
        states
            ``(batch, dim)``
        mask
            Zero where there is no data and the state is kept, ``(batch,)``; a sequence
            ``(time, batch)``.

        Returns
        -------
        TensorVariable
            ``(batch, dim)``; of a sequence ``(time, batch, dim)``.
        """
        x = input_of(self, "inputs", inputs)
        h = input_of(self, "states", states)
        next_states = self.activation.apply(x + pt.dot(h, self.W))
        return keep_masked(mask, next_states, h)

    @application(outputs=["states"])
    def initial_states(
        self, batch_size: Any, *args: Any, **kwargs: Any
    ) -> TensorVariable:
        """Return the learned initial state for each row.

        Parameters
        ----------
        batch_size
            The number of rows, an integer or a scalar variable.
        *args, **kwargs
            Not used.

        Returns
        -------
        TensorVariable
            ``(batch_size, dim)``
        """
        return repeat_rows(self.parameters["initial_state"], batch_size)

    def get_dim(self, name: str) -> Any:
        """Return the number of features of ``inputs`` or ``states``; 0 for ``mask``."""
        dims = {"inputs": self.dim, "states": self.dim, "mask": 0}
        return dims[name] if name in dims else super().get_dim(name)

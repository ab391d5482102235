"""The gated recurrent unit."""

from __future__ import annotations

from typing import Any

from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.backends import SharedTensor
from brickyard.bricks.activations import Logistic, Tanh
from brickyard.bricks.application import application
from brickyard.bricks.interfaces import Activation
from brickyard.bricks.lazy import lazy
from brickyard.bricks.recurrent.base import BaseRecurrent, recurrent, repeat_rows
from brickyard.bricks.recurrent.masking import keep_masked
from brickyard.bricks.recurrent.transition import Transition, input_of
from brickyard.graph.roles import WEIGHT


class GatedRecurrent(Transition, BaseRecurrent):
    r"""A state that gates update and reset.

    .. math::
        z_t &= \sigma(g^z_t + h_{t-1} U_z) \\
        r_t &= \sigma(g^r_t + h_{t-1} U_r) \\
        \tilde h_t &= f(x_t + (r_t \odot h_{t-1}) U) \\
        h_t &= z_t \odot \tilde h_t + (1 - z_t) \odot h_{t-1}

    The reset gate :math:`r` works on the state before the product, as in the paper.
    cuDNN, and with it PyTorch's ``GRU``, lets it work on the product, and has
    :math:`1 - z` where this has :math:`z`.

    Parameters
    ----------
    dim
        The number of features of the state and of the inputs, at least 1.
    activation
        The activation :math:`f`, `Tanh` by default.
    gate_activation
        The activation :math:`\sigma` of the gates, `Logistic` by default.
    **kwargs
        ``weights_init``, ``seed``, ``name``: see `Initializable`.

    Notes
    -----
    Parameters: ``state_to_state``, :math:`U`, of shape ``(dim, dim)`` and role
    ``WEIGHT``; ``state_to_gates``, :math:`U_z` and :math:`U_r` side by side, of shape
    ``(dim, 2 * dim)`` and role ``WEIGHT``, each half drawn by itself;
    ``initial_state`` of shape ``(dim,)`` and role ``INITIAL_STATE``, zeros at first.
    There are no biases: they belong to whatever makes the inputs.

    References
    ----------
    K. Cho, B. van Merrienboer, C. Gulcehre, D. Bahdanau, F. Bougares, H. Schwenk and
    Y. Bengio (2014), "Learning phrase representations using RNN encoder-decoder for
    statistical machine translation", EMNLP, section 2.3.

    Examples
    --------
    >>> from brickyard.bricks.initialization import Orthogonal
    >>> gru = GatedRecurrent(4, weights_init=Orthogonal())
    >>> gru.initialize()
    >>> gru.get_dims(gru.apply.sequences)
    [0, 4, 8]
    >>> gru.apply(pt.tensor3("x"), pt.tensor3("gates")).type.shape
    (None, None, 4)
    """

    @lazy(allocation=["dim"])
    def __init__(
        self,
        dim: int,
        activation: Activation | None = None,
        gate_activation: Activation | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.dim = dim
        self.activation = Tanh() if activation is None else activation
        self.gate_activation = (
            Logistic() if gate_activation is None else gate_activation
        )
        self._adopt(self.activation, self.gate_activation)

    @property
    def state_to_state(self) -> SharedTensor:
        """The weights from the reset state to the next one, ``(dim, dim)``."""
        return self.parameters["state_to_state"]

    @property
    def state_to_gates(self) -> SharedTensor:
        """The weights from the state to update and reset gate, ``(dim, 2 * dim)``."""
        return self.parameters["state_to_gates"]

    def _allocate(self) -> None:
        self.add_parameter(None, (self.dim, self.dim), "state_to_state", WEIGHT)
        self.add_parameter(None, (self.dim, 2 * self.dim), "state_to_gates", WEIGHT)
        self._add_initial_state("initial_state")

    def _initialize(self) -> None:
        self._fill(self.state_to_state, self.weights_init)
        self.state_to_gates.set_value(self._draw_weights(2))

    @recurrent(
        sequences=["mask", "inputs", "gate_inputs"],
        states=["states"],
        outputs=["states"],
        contexts=[],
    )
    def apply(
        self,
        inputs: TensorVariable,
        gate_inputs: TensorVariable,
        states: TensorVariable,
        mask: TensorVariable | None = None,
    ) -> TensorVariable:
        """Return the next states; of a whole sequence unless ``iterate=False``.

        Parameters
        ----------
        inputs
            ``(batch, dim)``; a sequence ``(time, batch, dim)``.
        gate_inputs
            For the update gate, then for the reset gate, ``(batch, 2 * dim)``; a
            sequence ``(time, batch, 2 * dim)``.
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
        gates = input_of(self, "gate_inputs", gate_inputs)
        h = input_of(self, "states", states)
        # A product for each gate: slices of one wide product are slow inside of loops.
        update, reset = (
            self.gate_activation.apply(
                gates[:, part] + pt.dot(h, self.state_to_gates[:, part])
            )
            for part in (slice(0, self.dim), slice(self.dim, 2 * self.dim))
        )
        proposed = self.activation.apply(x + pt.dot(reset * h, self.state_to_state))
        return keep_masked(mask, update * proposed + (1 - update) * h, h)

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
        """Return the number of features of an input or state; 0 for ``mask``."""
        dims = {
            "inputs": self.dim,
            "gate_inputs": 2 * self.dim,
            "states": self.dim,
            "mask": 0,
        }
        return dims[name] if name in dims else super().get_dim(name)

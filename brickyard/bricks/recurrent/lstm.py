"""The long short-term memory."""

from __future__ import annotations

from typing import Any

import numpy as np
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

PEEPHOLES = ("W_cell_to_in", "W_cell_to_forget", "W_cell_to_out")


class LSTM(Transition, BaseRecurrent):
    r"""A cell that gates input, forgetting and output, which look at the cell.

    .. math::
        i_t &= \sigma(x^i_t + h_{t-1} W_i + c_{t-1} \odot w_i) \\
        f_t &= \sigma(x^f_t + h_{t-1} W_f + c_{t-1} \odot w_f) \\
        c_t &= f_t \odot c_{t-1} + i_t \odot \phi(x^c_t + h_{t-1} W_c) \\
        o_t &= \sigma(x^o_t + h_{t-1} W_o + c_t \odot w_o) \\
        h_t &= o_t \odot \phi(c_t)

    Parameters
    ----------
    dim
        The number of features of the state, at least 1. The inputs have four times
        as many.
    activation
        The activation :math:`\phi`, `Tanh` by default.
    gate_activation
        The activation :math:`\sigma` of the gates, `Logistic` by default.
    **kwargs
        ``weights_init``, ``seed``, ``name``: see `Initializable`.

    Notes
    -----
    Parameters: ``W_state``, :math:`W_i, W_f, W_c, W_o` side by side, of shape
    ``(dim, 4 * dim)``, each quarter drawn by itself; ``W_cell_to_in``,
    ``W_cell_to_forget`` and ``W_cell_to_out``, the peepholes :math:`w_i, w_f, w_o`, of
    shape ``(dim,)``, each the diagonal of a drawn matrix; all of role ``WEIGHT``.
    ``initial_state`` and ``initial_cells`` of shape ``(dim,)`` and role
    ``INITIAL_STATE``, zeros at first. There are no biases: they belong to whatever
    makes the inputs.

    PyTorch's ``LSTM`` has no peepholes: it is this with peepholes of zero.

    References
    ----------
    S. Hochreiter and J. Schmidhuber (1997), "Long short-term memory", Neural
    Computation 9(8). F. Gers, N. Schraudolph and J. Schmidhuber (2003), "Learning
    precise timing with LSTM recurrent networks", JMLR 3 (the peepholes). A. Graves
    (2013), "Generating sequences with recurrent neural networks", arXiv:1308.0850,
    equations 7 to 11.

    Examples
    --------
    >>> from brickyard.bricks.initialization import IsotropicGaussian
    >>> lstm = LSTM(3, weights_init=IsotropicGaussian(0.1))
    >>> lstm.initialize()
    >>> states, cells = lstm.apply(pt.tensor3("x", shape=(None, None, 12)))
    >>> states.type.shape, cells.type.shape
    ((None, None, 3), (None, None, 3))
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
    def W_state(self) -> SharedTensor:
        """The weights from the state to input gate, forget gate, cell, output gate."""
        return self.parameters["W_state"]

    @property
    def W_cell_to_in(self) -> SharedTensor:
        """The peephole of the input gate, ``(dim,)``."""
        return self.parameters["W_cell_to_in"]

    @property
    def W_cell_to_forget(self) -> SharedTensor:
        """The peephole of the forget gate, ``(dim,)``."""
        return self.parameters["W_cell_to_forget"]

    @property
    def W_cell_to_out(self) -> SharedTensor:
        """The peephole of the output gate, ``(dim,)``."""
        return self.parameters["W_cell_to_out"]

    def _allocate(self) -> None:
        self.add_parameter(None, (self.dim, 4 * self.dim), "W_state", WEIGHT)
        for name in PEEPHOLES:
            self.add_parameter(None, (self.dim,), name, WEIGHT)
        self._add_initial_state("initial_state")
        self._add_initial_state("initial_cells")

    def _initialize(self) -> None:
        self.W_state.set_value(self._draw_weights(4))
        for name in PEEPHOLES:
            self.parameters[name].set_value(np.diagonal(self._draw_weights(1)).copy())

    @recurrent(
        sequences=["inputs", "mask"],
        states=["states", "cells"],
        outputs=["states", "cells"],
        contexts=[],
    )
    def apply(
        self,
        inputs: TensorVariable,
        states: TensorVariable,
        cells: TensorVariable,
        mask: TensorVariable | None = None,
    ) -> list[TensorVariable]:
        """Return the next states; of a whole sequence unless ``iterate=False``.

        Parameters
        ----------
        inputs
            For the input gate, the forget gate, the cell and the output gate, in this
            order, ``(batch, 4 * dim)``; a sequence ``(time, batch, 4 * dim)``.
        states
            ``(batch, dim)``
        cells
            ``(batch, dim)``
        mask
            Zero where there is no data and the state is kept, ``(batch,)``; a sequence
            ``(time, batch)``.

        Returns
        -------
        list of TensorVariable
            The next states and cells, each ``(batch, dim)``; of a sequence
            ``(time, batch, dim)``.
        """
        x = input_of(self, "inputs", inputs)
        h = input_of(self, "states", states)
        c = input_of(self, "cells", cells)
        # A product for each gate: slices of one wide product are slow inside of loops.
        to_in, to_forget, to_cell, to_out = (
            x[:, part] + pt.dot(h, self.W_state[:, part])
            for part in (slice(i * self.dim, (i + 1) * self.dim) for i in range(4))
        )
        gate = self.gate_activation
        in_gate = gate.apply(to_in + c * self.W_cell_to_in)
        forget_gate = gate.apply(to_forget + c * self.W_cell_to_forget)
        next_cells = forget_gate * c + in_gate * self.activation.apply(to_cell)
        out_gate = gate.apply(to_out + next_cells * self.W_cell_to_out)
        next_states = out_gate * self.activation.apply(next_cells)
        return [keep_masked(mask, next_states, h), keep_masked(mask, next_cells, c)]

    @application(outputs=["states", "cells"])
    def initial_states(
        self, batch_size: Any, *args: Any, **kwargs: Any
    ) -> list[TensorVariable]:
        """Return the learned initial states and cells for each row.

        Parameters
        ----------
        batch_size
            The number of rows, an integer or a scalar variable.
        *args, **kwargs
            Not used.

        Returns
        -------
        list of TensorVariable
            States and cells, each ``(batch_size, dim)``.
        """
        names = ("initial_state", "initial_cells")
        return [repeat_rows(self.parameters[name], batch_size) for name in names]

    def get_dim(self, name: str) -> Any:
        """Return the number of features of an input or state; 0 for ``mask``."""
        dims = {"inputs": 4 * self.dim, "states": self.dim, "cells": self.dim}
        dims["mask"] = 0
        return dims[name] if name in dims else super().get_dim(name)

"""Attention of all positions to all positions, in several heads."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.attention.masked_softmax import masked_softmax
from brickyard.bricks.calls import ApplicationCall
from brickyard.bricks.checks import describe, features_of
from brickyard.bricks.interfaces import Initializable
from brickyard.bricks.lazy import lazy
from brickyard.bricks.linear import Linear


class MultiHeadAttention(Initializable):
    r"""Scaled dot-product attention in several heads.

    Each position of the input looks at all positions of the attended: at those of
    another sequence (cross-attention), or of the input itself (self-attention).

    .. math:: h_i = \mathrm{softmax}\Big(\frac{x Q_i (a K_i)^T}{\sqrt{d}}\Big) a V_i,
       \qquad y = [h_1, \dots, h_H] O

    The products with :math:`Q, K, V, O` have biases too, unless ``use_bias=False``.

    Parameters
    ----------
    dim
        The number of features of the input and the output, a multiple of `num_heads`.
    num_heads
        The number of heads, at least 1. Each has :math:`d` = dim / num_heads features.
    attended_dim
        The number of features of the attended; `dim` by default.
    **kwargs
        ``weights_init``, ``biases_init``, ``use_bias``, ``seed``, ``name``: see
        `Initializable`.

    Raises
    ------
    TypeError
        If `num_heads` is not an integer.
    ValueError
        If it is less than 1 or does not divide `dim`.

    Notes
    -----
    The children are the `Linear` bricks ``queries``, ``keys``, ``values`` and
    ``output``. A call has the auxiliary variable ``weights``,
    ``(batch, heads, time, attended time)``.

    References
    ----------
    A. Vaswani et al. (2017), *Attention is all you need*, arXiv:1706.03762, section
    3.2.

    Examples
    --------
    >>> attention = MultiHeadAttention(6, num_heads=2)
    >>> attention.apply(pt.tensor3("x")).type.shape
    (None, None, 6)
    """

    @lazy(allocation=["dim"])
    def __init__(
        self,
        dim: int,
        num_heads: int,
        attended_dim: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if isinstance(num_heads, bool) or not isinstance(num_heads, int):
            raise TypeError(
                f"{self.path}: num_heads must be an integer, got {num_heads!r}"
            )
        if num_heads < 1:
            raise ValueError(
                f"{self.path}: num_heads must be at least 1, got {num_heads}"
            )
        self.dim = dim
        self.num_heads = num_heads
        self.attended_dim = attended_dim
        self.queries, self.keys = Linear(name="queries"), Linear(name="keys")
        self.values, self.output = Linear(name="values"), Linear(name="output")
        self.children.extend([self.queries, self.keys, self.values, self.output])

    def _push_allocation_config(self) -> None:
        super()._push_allocation_config()
        if self.dim % self.num_heads:
            raise ValueError(
                f"{self.path}: num_heads must divide dim, got num_heads="
                f"{self.num_heads} and dim={self.dim}"
            )
        attended_dim = self.dim if self.attended_dim is None else self.attended_dim
        for linear in (self.queries, self.keys, self.values, self.output):
            linear.input_dim = linear.output_dim = self.dim
        self.keys.input_dim = self.values.input_dim = attended_dim

    @application(outputs=["output"])
    def apply(
        self,
        input_: TensorVariable,
        attended: TensorVariable | None = None,
        attended_mask: TensorVariable | None = None,
        *,
        application_call: ApplicationCall,
    ) -> TensorVariable:
        """Return what each position of the input makes of what it looks at.

        Parameters
        ----------
        input_
            ``(time, batch, dim)``
        attended
            ``(attended time, batch, attended_dim)``; None for the input itself.
        attended_mask
            ``(attended time, batch)``, 0 at padding, which nobody looks at; None if
            there is none.

        Returns
        -------
        TensorVariable
            ``(time, batch, dim)``; where there is nothing to look at, the biases of
            ``output``.

        Raises
        ------
        ValueError
            If the number of axes or of features is known to be another one.
        """
        attended = input_ if attended is None else attended
        dtype = self.queries.W.dtype
        x = self._sequence(input_, self.queries.input_dim, dtype)
        a = self._sequence(attended, self.keys.input_dim, dtype)
        queries = self._heads(self.queries.apply(x))
        keys = self._heads(self.keys.apply(a))
        values = self._heads(self.values.apply(a))
        scale = pt.constant(
            np.asarray(1 / math.sqrt(self.dim // self.num_heads), dtype)
        )
        matmul: Any = pt.matmul
        energies = matmul(queries * scale, keys.transpose(0, 1, 3, 2))
        kept = self._kept(x.shape[0], a.shape[0], attended_mask)
        weights = masked_softmax(energies, kept, axis=-1)
        application_call.add_auxiliary_variable(weights.copy(), name="weights")
        found = matmul(weights, values).transpose(2, 0, 1, 3)
        return self.output.apply(found.reshape((x.shape[0], x.shape[1], self.dim)))

    def _sequence(self, tensor: Any, dim: int, dtype: str) -> TensorVariable:
        sequence = features_of(self, tensor, dim, dtype)
        if sequence.ndim != 3:
            raise ValueError(
                f"{self.path} needs sequences (time, batch, {dim}), got "
                f"{describe(sequence)}"
            )
        return sequence

    def _heads(self, features: TensorVariable) -> TensorVariable:
        """Return (batch, heads, time, head features) of (time, batch, features)."""
        time, batch = features.shape[0], features.shape[1]
        head_dim = self.dim // self.num_heads
        split = features.reshape((time, batch, self.num_heads, head_dim))
        return split.transpose(1, 2, 0, 3)

    def _kept(
        self, time: Any, attended_time: Any, attended_mask: TensorVariable | None
    ) -> TensorVariable | None:
        """Return what may be looked at, broadcast to (batch, heads, time, attended)."""
        if attended_mask is None:
            return None
        return pt.neq(attended_mask, 0).T[:, None, None, :]

    def get_dim(self, name: str) -> Any:
        """Return the number of features of ``input_``, ``attended`` or ``output``."""
        if name == "attended":
            return self.dim if self.attended_dim is None else self.attended_dim
        return self.dim if name in ("input_", "output") else super().get_dim(name)


class CausalSelfAttention(MultiHeadAttention):
    r"""Self-attention of each position to itself and to those before it alone.

    For models that predict what comes next.

    Parameters
    ----------
    dim
        The number of features, a multiple of `num_heads`.
    num_heads
        The number of heads, at least 1.
    **kwargs
        ``weights_init``, ``biases_init``, ``use_bias``, ``seed``, ``name``: see
        `Initializable`.

    Examples
    --------
    >>> attention = CausalSelfAttention(6, num_heads=2)
    >>> attention.apply(pt.tensor3("x")).type.shape
    (None, None, 6)
    """

    def __init__(self, dim: int, num_heads: int, **kwargs: Any) -> None:
        super().__init__(dim, num_heads, **kwargs)

    @application(outputs=["output"])
    def apply(
        self, input_: TensorVariable, attended_mask: TensorVariable | None = None
    ) -> TensorVariable:
        """Return what each position makes of itself and those before it.

        Parameters
        ----------
        input_
            ``(time, batch, dim)``
        attended_mask
            ``(time, batch)``, 0 at padding, which nobody looks at; None if there is
            none.

        Returns
        -------
        TensorVariable
            ``(time, batch, dim)``
        """
        return MultiHeadAttention.apply(self, input_, attended_mask=attended_mask)

    def _kept(
        self, time: Any, attended_time: Any, attended_mask: TensorVariable | None
    ) -> TensorVariable:
        earlier = pt.ge(pt.arange(time)[:, None], pt.arange(attended_time)[None, :])
        kept = super()._kept(time, attended_time, attended_mask)
        return earlier[None, None] if kept is None else earlier[None, None] & kept

"""The block that transformers are stacked from."""

from __future__ import annotations

from typing import Any

from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.activations import GELU
from brickyard.bricks.application import application
from brickyard.bricks.attention.multi_head import MultiHeadAttention
from brickyard.bricks.interfaces import Activation, Initializable
from brickyard.bricks.layer_normalization import LayerNormalization
from brickyard.bricks.mlp import MLP


class TransformerBlock(Initializable):
    r"""Self-attention and an MLP, each normalized before and added to its input.

    .. math:: z = x + \mathrm{attention}(\mathrm{norm}(x)), \qquad
       y = z + f(\mathrm{norm}(z) W_1 + b_1) W_2 + b_2

    A model of what comes next is a stack of blocks with `CausalSelfAttention`; a
    `LayerNormalization` of its own follows the last of them.

    Parameters
    ----------
    attention
        The attention, such as ``MultiHeadAttention(dim, num_heads)``; its ``dim`` is
        that of the block.
    hidden_dim
        The number of features between the two layers of the MLP; four times those of
        the block by default.
    activation
        The activation :math:`f`; `GELU` by default.
    **kwargs
        ``weights_init``, ``biases_init``, ``use_bias``, ``seed``, ``name``: see
        `Initializable`.

    Raises
    ------
    TypeError
        If the attention is not a `MultiHeadAttention`.

    Notes
    -----
    The children are ``attention_norm``, the attention, ``mlp_norm`` and ``mlp``.
    Dropout is added to the finished graph by `apply_dropout`.

    References
    ----------
    R. Xiong et al. (2020), *On layer normalization in the transformer architecture*,
    arXiv:2002.04745, figure 1 (b).

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.bricks.attention import CausalSelfAttention
    >>> block = TransformerBlock(CausalSelfAttention(8, num_heads=2))
    >>> block.apply(pt.tensor3("x")).type.shape
    (None, None, 8)
    """

    def __init__(
        self,
        attention: MultiHeadAttention,
        hidden_dim: int | None = None,
        activation: Activation | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not isinstance(attention, MultiHeadAttention):
            raise TypeError(
                f"{self.path}: attention must be a brick derived from "
                f"MultiHeadAttention, got {attention!r} of type "
                f"{type(attention).__name__}"
            )
        self.attention = attention
        self.hidden_dim = hidden_dim
        self.attention_norm = LayerNormalization(name="attention_norm")
        self.mlp_norm = LayerNormalization(name="mlp_norm")
        first = GELU() if activation is None else activation
        self.mlp = MLP([first, None], name="mlp")
        self.children.extend([self.attention_norm, attention, self.mlp_norm, self.mlp])

    @property
    def dim(self) -> int:
        """The number of features of input and output, those of the attention."""
        return self.attention.dim

    def missing_arguments(self, phase: str) -> list[str]:
        """Return what is missing, the dimension of the attention included."""
        missing = super().missing_arguments(phase)
        if phase == "allocation" and self.attention.missing_arguments(phase):
            missing.append("attention.dim")
        return missing

    def _push_allocation_config(self) -> None:
        super()._push_allocation_config()
        self.attention_norm.dim = self.mlp_norm.dim = self.dim
        hidden_dim = 4 * self.dim if self.hidden_dim is None else self.hidden_dim
        self.mlp.dims = [self.dim, hidden_dim, self.dim]

    @application(outputs=["output"])
    def apply(
        self, input_: TensorVariable, mask: TensorVariable | None = None
    ) -> TensorVariable:
        """Return the transformed sequences.

        Parameters
        ----------
        input_
            ``(time, batch, dim)``
        mask
            ``(time, batch)``, 0 at padding, which no position looks at; None if there
            is none.

        Returns
        -------
        TensorVariable
            ``(time, batch, dim)``
        """
        normalized = self.attention_norm.apply(input_)
        input_ = input_ + self.attention.apply(normalized, attended_mask=mask)
        return input_ + self.mlp.apply(self.mlp_norm.apply(input_))

    def get_dim(self, name: str) -> Any:
        """Return the number of features of ``input_`` or ``output``."""
        return self.dim if name in ("input_", "output") else super().get_dim(name)

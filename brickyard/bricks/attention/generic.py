"""Attention as a weighted average over a sequence."""

from __future__ import annotations

from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.attention.base import AbstractAttention
from brickyard.bricks.attention.masked_softmax import masked_softmax


class GenericSequenceAttention(AbstractAttention):
    r"""The base of attentions that average a sequence with weights from energies.

    .. math:: w_t = \frac{m_t e^{e_t}}{\sum_s m_s e^{e_s}}, \qquad
       g = \sum_t w_t a_t

    A subclass computes the energies :math:`e_t` and calls these two applications.
    """

    @application(inputs=["energies", "attended_mask"], outputs=["weights"])
    def compute_weights(
        self, energies: TensorVariable, attended_mask: TensorVariable | None
    ) -> TensorVariable:
        """Return the weights of the positions, a softmax of their energies.

        Parameters
        ----------
        energies
            ``(time, batch)``
        attended_mask
            ``(time, batch)``, 0 at padding, which gets the weight 0; or None.

        Returns
        -------
        TensorVariable
            ``(time, batch)``, summing to 1 over time; all 0 for a sequence that is
            nothing but padding.
        """
        return masked_softmax(energies, attended_mask, axis=0)

    @application(inputs=["weights", "attended"], outputs=["weighted_averages"])
    def compute_weighted_averages(
        self, weights: TensorVariable, attended: TensorVariable
    ) -> TensorVariable:
        """Return the average of the attended over time.

        Parameters
        ----------
        weights
            ``(time, batch)``
        attended
            ``(time, batch, attended_dim)``

        Returns
        -------
        TensorVariable
            ``(batch, attended_dim)``
        """
        return (weights[:, :, None] * attended).sum(axis=0)

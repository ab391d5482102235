"""Attention to the content of a sequence."""

from __future__ import annotations

from typing import Any

from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.attention.energy import ShallowEnergyComputer
from brickyard.bricks.attention.generic import GenericSequenceAttention
from brickyard.bricks.checks import features_of
from brickyard.bricks.interfaces import Feedforward, Initializable
from brickyard.bricks.lazy import lazy
from brickyard.bricks.linear import Linear
from brickyard.bricks.parallel import Parallel, require_inputs


class SequenceContentAttention(GenericSequenceAttention, Initializable):
    r"""Attention to the positions whose content matches the states.

    .. math:: e_t = f\Big(a_t V + b + \sum_i s_i W_i\Big), \qquad
       w = \mathrm{softmax}(e), \qquad g = \sum_t w_t a_t

    Parameters
    ----------
    match_dim
        The number of features of the match vectors, the argument of :math:`f`.
    state_transformer
        The `Feedforward` brick that is copied for each state; by default a `Linear`
        without biases.
    attended_transformer
        The `Feedforward` brick for the attended; `Linear` by default.
    energy_computer
        The `Feedforward` brick :math:`f`; `ShallowEnergyComputer` by default.
    **kwargs
        ``state_names``, ``state_dims`` (of the :math:`s_i`; assigned by
        `AttentionRecurrent`) and ``attended_dim`` (of the :math:`a_t`): see
        `AbstractAttention`. ``weights_init``, ``biases_init``, ``use_bias``,
        ``seed``, ``name``: see `Initializable`.

    Notes
    -----
    The children are ``state_trans``, ``preprocess`` and ``energy_comp``.

    References
    ----------
    D. Bahdanau, K. Cho and Y. Bengio (2015), *Neural machine translation by jointly
    learning to align and translate*, arXiv:1409.0473, appendix A.1.2.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> attention = SequenceContentAttention(
    ...     match_dim=5, state_names=["states"], state_dims=[3], attended_dim=4)
    >>> glimpses = attention.take_glimpses(
    ...     pt.tensor3("attended"), states=pt.matrix("s"), as_dict=True)
    >>> {name: glimpse.type.shape for name, glimpse in glimpses.items()}
    {'weighted_averages': (None, None), 'weights': (None, None)}
    """

    @lazy(allocation=["match_dim"])
    def __init__(
        self,
        match_dim: int,
        state_transformer: Feedforward | None = None,
        attended_transformer: Feedforward | None = None,
        energy_computer: Feedforward | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.match_dim = match_dim
        self.state_transformers = Parallel(
            self.state_names,
            prototype=_or(state_transformer, Linear, use_bias=False),
            name="state_trans",
        )
        self.attended_transformer = _or(attended_transformer, Linear, name="preprocess")
        self.energy_computer = _or(
            energy_computer, ShallowEnergyComputer, name="energy_comp"
        )
        self.children.extend(
            [self.state_transformers, self.attended_transformer, self.energy_computer]
        )

    def _push_allocation_config(self) -> None:
        super()._push_allocation_config()
        self.state_transformers.input_dims = list(self.state_dims)
        self.state_transformers.output_dims = [self.match_dim] * len(self.state_names)
        self.attended_transformer.input_dim = self.attended_dim
        self.attended_transformer.output_dim = self.match_dim
        self.energy_computer.input_dim = self.match_dim
        self.energy_computer.output_dim = 1

    @application(outputs=["energies"])
    def compute_energies(
        self,
        attended: TensorVariable,
        preprocessed_attended: TensorVariable | None,
        states: dict[str, TensorVariable],
    ) -> TensorVariable:
        """Return the energies of all positions.

        Parameters
        ----------
        attended
            ``(time, batch, attended_dim)``
        preprocessed_attended
            ``(time, batch, match_dim)``, what `preprocess` returned; or None.
        states
            The states by name, each ``(batch, state_dim)``.

        Returns
        -------
        TensorVariable
            ``(time, batch)``
        """
        if preprocessed_attended is None:
            preprocessed_attended = self.preprocess(attended)
        transformed = self.state_transformers.apply(as_list=True, **states)
        match_vectors = sum(transformed[1:], start=transformed[0])
        match_vectors = preprocessed_attended + match_vectors[None, :, :]
        return self.energy_computer.apply(match_vectors)[:, :, 0]

    @application(outputs=["weighted_averages", "weights"])
    def take_glimpses(
        self,
        attended: TensorVariable,
        preprocessed_attended: TensorVariable | None = None,
        attended_mask: TensorVariable | None = None,
        **states: TensorVariable,
    ) -> list[TensorVariable]:
        """Return the average of the attended, and the weights it was taken with.

        Parameters
        ----------
        attended
            ``(time, batch, attended_dim)``
        preprocessed_attended
            ``(time, batch, match_dim)``, what `preprocess` returned; None has it
            computed here.
        attended_mask
            ``(time, batch)``, 0 at padding; None if there is none.
        **states
            All states by name, each ``(batch, state_dim)``.

        Returns
        -------
        list of TensorVariable
            ``weighted_averages``, ``(batch, attended_dim)``, and ``weights``,
            ``(batch, time)``.

        Raises
        ------
        TypeError
            If a state is missing or has an unknown name.
        """
        require_inputs(f"{self.path}.take_glimpses", states, self.state_names)
        energies = self.compute_energies(attended, preprocessed_attended, states)
        weights = self.compute_weights(energies, attended_mask)
        averages = self.compute_weighted_averages(weights, attended)
        return [averages, weights.T]

    @take_glimpses.property("inputs")
    def take_glimpses_inputs(self) -> list[str]:
        """Return the names of the inputs, the states last."""
        known = ["attended", "preprocessed_attended", "attended_mask"]
        return [*known, *self.state_names]

    @application(outputs=["weighted_averages", "weights"])
    def initial_glimpses(
        self, batch_size: Any, attended: TensorVariable
    ) -> list[TensorVariable]:
        """Return the glimpses before the first step: zeros.

        Parameters
        ----------
        batch_size
            The number of sequences.
        attended
            ``(time, batch, attended_dim)``

        Returns
        -------
        list of TensorVariable
            Zeros of the shapes of the glimpses.
        """
        dtype = attended.dtype
        return [
            pt.zeros((batch_size, self.attended_dim), dtype=dtype),
            pt.zeros((batch_size, attended.shape[0]), dtype=dtype),
        ]

    @application(inputs=["attended"], outputs=["preprocessed_attended"])
    def preprocess(self, attended: TensorVariable) -> TensorVariable:
        """Return the transformed attended, computed once for all steps.

        Parameters
        ----------
        attended
            ``(time, batch, attended_dim)``

        Returns
        -------
        TensorVariable
            ``(time, batch, match_dim)``

        Raises
        ------
        ValueError
            If the number of features is known to be another one.
        """
        attended = features_of(self, attended, self.attended_dim, attended.dtype)
        return self.attended_transformer.apply(attended)

    def get_dim(self, name: str) -> Any:
        """Return the number of features of a state or a glimpse.

        The number of ``weights`` is that of the positions, which is not known: 0.
        """
        dims = {
            "weighted_averages": self.attended_dim,
            "weights": 0,
            "preprocessed_attended": self.match_dim,
        }
        return dims[name] if name in dims else super().get_dim(name)


def _or(brick: Feedforward | None, default: Any, **options: Any) -> Any:
    """Return the brick that was given, or else make one."""
    return default(**options) if brick is None else brick

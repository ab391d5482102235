"""Recurrent bricks that look at something before every step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import BoundApplication, application
from brickyard.bricks.attention.base import AbstractAttention
from brickyard.bricks.base import Brick
from brickyard.bricks.fork import Distribute
from brickyard.bricks.interfaces import Initializable
from brickyard.bricks.recurrent import BaseRecurrent, recurrent


class AbstractAttentionRecurrent(BaseRecurrent):
    """The base of recurrent bricks whose step can be taken apart.

    Each step first takes glimpses, `take_glimpses`, and then computes the states from
    them, `compute_states`. A `SequenceGenerator` needs the two alone: between them it
    decides what comes next.
    """

    @application
    def take_glimpses(self, **kwargs: TensorVariable) -> Any:
        """Return the glimpses of one step; an application of the subclass.

        Parameters
        ----------
        **kwargs
            The states and glimpses of the step before, and the contexts.
        """
        raise NotImplementedError(f"{type(self).__name__}.take_glimpses is abstract")

    @application
    def compute_states(self, **kwargs: TensorVariable) -> Any:
        """Return the states after one step; an application of the subclass.

        Parameters
        ----------
        **kwargs
            The elements of the sequences, the states of the step before, the glimpses
            of this one and the contexts.
        """
        raise NotImplementedError(f"{type(self).__name__}.compute_states is abstract")

    def preprocess_contexts(
        self, contexts: Mapping[str, TensorVariable]
    ) -> dict[str, TensorVariable]:
        """Return what can be computed about the contexts before the first step.

        Parameters
        ----------
        contexts
            The contexts of ``apply`` by name.

        Returns
        -------
        dict
            By name, what `take_glimpses` and `compute_states` take in addition;
            nothing unless a subclass knows better.
        """
        return {}

    def batch_axis(self, name: str) -> int:
        """Return the axis of a context along which its examples lie.

        Parameters
        ----------
        name
            The name of a context of ``apply``, or of what `preprocess_contexts`
            returns.

        Returns
        -------
        int
            0, as for ``(batch, features)``, unless a subclass knows better.
        """
        return 0


class AttentionRecurrent(AbstractAttentionRecurrent, Initializable):
    r"""A recurrent brick with attention: glimpses are added to its inputs.

    .. math:: g_t = a(A, h_{t-1}), \qquad h_t = f(x_t + g_t V, h_{t-1})

    Parameters
    ----------
    transition
        The recurrent brick :math:`f`.
    attention
        The attention :math:`a`. Its states are states of the transition.
    distribute
        The brick that adds the first glimpse to the inputs of the transition; by
        default a `Distribute` with a `Linear` for each of them.
    add_contexts
        Whether the attended and its mask are contexts of this brick in addition to
        those of the transition; False if the transition has them already.
    attended_name
        The name of the attended, ``"attended"`` by default.
    attended_mask_name
        The name of its mask, ``"attended_mask"`` by default.
    **kwargs
        ``weights_init``, ``biases_init``, ``use_bias``, ``seed``, ``name``: see
        `Initializable`.

    Raises
    ------
    TypeError
        If the transition or the attention is no such brick.
    ValueError
        If the attention looks at states that the transition does not have.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.bricks.attention import SequenceContentAttention
    >>> from brickyard.bricks.recurrent import GatedRecurrent
    >>> attention = SequenceContentAttention(
    ...     match_dim=5, state_names=["states"], attended_dim=4)
    >>> decoder = AttentionRecurrent(GatedRecurrent(3), attention)
    >>> decoder.apply.contexts, decoder.apply.states
    (['attended', 'attended_mask'], ['states', 'weighted_averages', 'weights'])
    >>> outputs = decoder.apply(
    ...     inputs=pt.tensor3("x"), gate_inputs=pt.tensor3("g"),
    ...     attended=pt.tensor3("a"), as_dict=True)
    >>> list(outputs)
    ['states', 'weighted_averages', 'weights']
    """

    def __init__(
        self,
        transition: BaseRecurrent,
        attention: AbstractAttention,
        distribute: Distribute | None = None,
        add_contexts: bool = True,
        attended_name: str | None = None,
        attended_mask_name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._require("transition", transition, BaseRecurrent)
        self._require("attention", attention, AbstractAttention)
        self.transition = transition
        self.attention = attention
        self.attended_name = attended_name or "attended"
        self.attended_mask_name = attended_mask_name or "attended_mask"
        self.preprocessed_name = f"preprocessed_{self.attended_name}"
        steps = transition.apply
        self.sequence_names, self.state_names = steps.sequences, steps.states
        self.transition_contexts = steps.contexts
        self.context_names = list(steps.contexts)
        if add_contexts:
            self.context_names += [self.attended_name, self.attended_mask_name]
        self.glimpse_names = self.attention.take_glimpses.outputs
        self._check_states()
        if distribute is None:
            normal = [name for name in self.sequence_names if "mask" not in name]
            distribute = Distribute(normal, self.glimpse_names[0])
        self.distribute = distribute
        self.children.extend([transition, attention, distribute])

    def _require(self, argument: str, brick: Brick, kind: type[Brick]) -> None:
        if not isinstance(brick, kind):
            raise TypeError(
                f"{self.path}: the {argument} must be a brick derived from "
                f"{kind.__name__}, got {brick!r} of type {type(brick).__name__}"
            )

    def _check_states(self) -> None:
        unknown = [n for n in self.attention.state_names if n not in self.state_names]
        if unknown:
            raise ValueError(
                f"{self.path}: {self.attention.path} looks at the states {unknown}, "
                f"but {self.transition.path} has {self.state_names}"
            )

    def _push_allocation_config(self) -> None:
        super()._push_allocation_config()
        dims = self.transition.get_dims(self.attention.state_names)
        self.attention.state_dims = dims
        self.distribute.source_dim = self.attention.get_dim(self.distribute.source_name)
        targets = self.distribute.target_names
        self.distribute.target_dims = self.transition.get_dims(targets)

    @application
    def take_glimpses(self, **kwargs: TensorVariable) -> list[TensorVariable]:
        """Return the glimpses of one step.

        Parameters
        ----------
        **kwargs
            The states and glimpses of the step before; the attended and, if there
            are, its mask and what was preprocessed of it. Others are ignored.

        Returns
        -------
        list of TensorVariable
            The glimpses of the attention.
        """
        needed = self.attention.take_glimpses.inputs
        looked_at = {
            name: kwargs[name]
            for name in [*self.attention.state_names, *self.glimpse_names]
            if name in needed and name in kwargs
        }
        return self.attention.take_glimpses(
            kwargs[self.attended_name],
            preprocessed_attended=kwargs.get(self.preprocessed_name),
            attended_mask=kwargs.get(self.attended_mask_name),
            as_list=True,
            **looked_at,
        )

    @take_glimpses.property("outputs")
    def take_glimpses_outputs(self) -> list[str]:
        """Return the names of the glimpses."""
        return self.glimpse_names

    @application
    def compute_states(self, **kwargs: TensorVariable) -> list[TensorVariable]:
        """Return the states after one step, given the glimpses.

        Parameters
        ----------
        **kwargs
            The elements of the sequences, the states of the step before, the glimpses
            and the contexts of the transition. Others are ignored.

        Returns
        -------
        list of TensorVariable
            The states of the transition.
        """
        added = self.distribute.apply(
            as_dict=True,
            **{name: kwargs[name] for name in self.distribute.apply.inputs},
        )
        names = [*self.sequence_names, *self.state_names, *self.transition_contexts]
        given = {name: kwargs[name] for name in names if name in kwargs}
        return self.transition.apply(iterate=False, as_list=True, **(given | added))

    @compute_states.property("outputs")
    def compute_states_outputs(self) -> list[str]:
        """Return the names of the states of the transition."""
        return self.state_names

    @recurrent
    def do_apply(self, **kwargs: TensorVariable) -> list[TensorVariable]:
        """Return states and glimpses, the attended having been preprocessed.

        Parameters
        ----------
        **kwargs
            Sequences, states, glimpses and contexts, of one step; of whole sequences
            unless ``iterate=False``.

        Returns
        -------
        list of TensorVariable
            The next states and the glimpses that led to them.
        """
        glimpses = self.take_glimpses(as_dict=True, **kwargs)
        states = self.compute_states(as_list=True, **(kwargs | glimpses))
        return [*states, *glimpses.values()]

    @do_apply.property("sequences")
    def do_apply_sequences(self) -> list[str]:
        """Return the names of the sequences of the transition."""
        return self.sequence_names

    @do_apply.property("contexts")
    def do_apply_contexts(self) -> list[str]:
        """Return the names of the contexts, the preprocessed attended included."""
        return [*self.context_names, self.preprocessed_name]

    @do_apply.property("states")
    def do_apply_states(self) -> list[str]:
        """Return the names of the states, the glimpses last."""
        return [*self.state_names, *self.glimpse_names]

    @do_apply.property("outputs")
    def do_apply_outputs(self) -> list[str]:
        """Return the names of the states, the glimpses last."""
        return [*self.state_names, *self.glimpse_names]

    @application
    def apply(self, **kwargs: Any) -> list[TensorVariable]:
        """Return states and glimpses of all steps.

        Parameters
        ----------
        **kwargs
            Sequences, ``(time, batch, ...)``, and contexts, among them the attended,
            ``(attended time, batch, attended_dim)``, and its mask,
            ``(attended time, batch)``; initial states and glimpses if they are not to
            be the usual ones; and the options of `recurrent`.

        Returns
        -------
        list of TensorVariable
            The states and then the glimpses, each ``(time, batch, ...)``.

        Raises
        ------
        TypeError
            If the attended is missing.
        """
        if kwargs.get(self.attended_name) is None:
            raise TypeError(
                f"{self.path}.apply needs the context {self.attended_name!r}, "
                f"(time, batch, features); got {list(kwargs)}"
            )
        return self.do_apply(**self.preprocess_contexts(kwargs), **kwargs)

    @apply.delegate
    def apply_delegate(self) -> BoundApplication:
        """Return the application that tells the names: `do_apply`."""
        return self.do_apply

    @apply.property("contexts")
    def apply_contexts(self) -> list[str]:
        """Return the names of the contexts that the caller gives."""
        return self.context_names

    @application
    def initial_states(self, batch_size: Any, **kwargs: Any) -> list[TensorVariable]:
        """Return the states of the transition and the glimpses before the first step.

        Parameters
        ----------
        batch_size
            The number of rows.
        **kwargs
            The other arguments of `apply`, the attended among them.

        Returns
        -------
        list of TensorVariable
            The initial states, the initial glimpses last.
        """
        states = self.transition.initial_states(batch_size, as_dict=True, **kwargs)
        attended = kwargs[self.attended_name]
        glimpses = self.attention.initial_glimpses(batch_size, attended, as_list=True)
        return [*(states[name] for name in self.state_names), *glimpses]

    @initial_states.property("outputs")
    def initial_states_outputs(self) -> list[str]:
        """Return the names of the states, the glimpses last."""
        return self.do_apply.states

    def preprocess_contexts(
        self, contexts: Mapping[str, TensorVariable]
    ) -> dict[str, TensorVariable]:
        """Return the preprocessed attended."""
        attended = contexts[self.attended_name]
        return {self.preprocessed_name: self.attention.preprocess(attended)}

    def batch_axis(self, name: str) -> int:
        """Return the batch axis of a context: 1 for all that is attended, else 0."""
        attended = (self.attended_name, self.attended_mask_name, self.preprocessed_name)
        return 1 if name in attended else 0

    def get_dim(self, name: str) -> Any:
        """Return the number of features of a glimpse, a state, an input or a context.

        That of masks is 0.
        """
        if name in self.glimpse_names:
            return self.attention.get_dim(name)
        if name == self.attended_name:
            return self.attention.get_dim("attended")
        if name == self.preprocessed_name:
            return self.attention.get_dim("preprocessed_attended")
        return 0 if name == self.attended_mask_name else self.transition.get_dim(name)

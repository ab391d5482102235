"""Generators: sequences that are said one output after the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.attention import AbstractAttentionRecurrent
from brickyard.bricks.calls import ApplicationCall
from brickyard.bricks.fork import Fork
from brickyard.bricks.interfaces import Initializable
from brickyard.bricks.recurrent import recurrent
from brickyard.bricks.sequence_generators.abstract_readout import AbstractReadout
from brickyard.graph.averages import average
from brickyard.graph.roles import COST, VariableRole


class BaseSequenceGenerator(Initializable):
    r"""A generator out of a readout, a transition and a fork.

    In step :math:`t`, with states :math:`s_{t-1}` and the last output
    :math:`y_{t-1}`, it takes glimpses, computes readouts, emits and moves on:

    .. math::
        g_t &= \mathrm{take\_glimpses}(s_{t-1}, g_{t-1}) \\
        r_t &= \mathrm{readout}(s_{t-1}, g_t, \mathrm{feedback}(y_{t-1})) \\
        y_t &= \mathrm{emit}(r_t) \\
        s_t &= \mathrm{compute\_states}(s_{t-1}, g_t,
               \mathrm{fork}(\mathrm{feedback}(y_t)))

    `generate` does so; `cost` and `cost_matrix` take the :math:`y_t` as given and say
    what the readout charges for them.

    Parameters
    ----------
    readout
        What says outputs, and what they cost.
    transition
        The recurrent brick, with its attention.
    fork
        What turns feedback into the inputs of the transition.
    **kwargs
        ``weights_init``, ``biases_init``, ``use_bias``, ``seed``, ``name``: see
        `Initializable`.

    Raises
    ------
    TypeError
        If the readout or the transition is no such brick.
    ValueError
        If the readout has a source that the transition does not have.
    """

    def __init__(
        self,
        readout: AbstractReadout,
        transition: AbstractAttentionRecurrent,
        fork: Fork,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        for argument, brick, kind in (
            ("readout", readout, AbstractReadout),
            ("transition", transition, AbstractAttentionRecurrent),
        ):
            if not isinstance(brick, kind):
                raise TypeError(
                    f"{self.path}: the {argument} must be a brick derived from "
                    f"{kind.__name__}, got {brick!r} of type {type(brick).__name__}"
                )
        self.readout, self.transition, self.fork = readout, transition, fork
        self.children.extend([readout, fork, transition])
        self.state_names = transition.compute_states.outputs
        self.glimpse_names = transition.take_glimpses.outputs
        self.context_names = transition.apply.contexts
        known = [*self.state_names, *self.glimpse_names, *self.context_names]
        unknown = [n for n in readout.source_names if n not in [*known, "feedback"]]
        if unknown:
            raise ValueError(
                f"{self.path}: {readout.path} has the sources {unknown}, but there are "
                f"only feedback, states, glimpses and contexts: {['feedback', *known]}"
            )

    def output_roles(self, application_name: str, output: Any) -> list[VariableRole]:
        """Return ``COST`` for the output of `cost`.

        Parameters
        ----------
        application_name
            The name of the application.
        output
            What the application returned.
        """
        return [COST] if application_name == "cost" else []

    def _push_allocation_config(self) -> None:
        super()._push_allocation_config()
        self.readout.source_dims = [
            (self.readout if name == "feedback" else self.transition).get_dim(name)
            for name in self.readout.source_names
        ]
        # The feedback's dimension may be known to its parts only.
        self.readout.push_allocation_config()
        self.fork.input_dim = self.readout.get_dim("feedback")
        self.fork.output_dims = self.transition.get_dims(self.fork.output_names)

    @application(outputs=["cost"])
    def cost(
        self,
        application_call: ApplicationCall,
        outputs: TensorVariable,
        mask: TensorVariable | None = None,
        **kwargs: TensorVariable,
    ) -> TensorVariable:
        """Return the cost of sequences, summed over time and averaged over the batch.

        Parameters
        ----------
        application_call
            Receives the auxiliary variables ``costs``, the `cost_matrix`, and
            ``per_sequence_element``, the average over all elements that the mask
            does not leave out.
        outputs
            ``(time, batch)``, with another axis if outputs have features.
        mask
            ``(time, batch)``, 0 at padding; None if there is none.
        **kwargs
            The contexts, and initial states if they are not to be the usual ones.

        Returns
        -------
        TensorVariable
            A scalar.
        """
        costs = self.cost_matrix(outputs, mask=mask, **kwargs)
        count = costs.size if mask is None else mask.sum()
        per_element = average(costs.sum(), count)
        application_call.add_auxiliary_variable(costs.copy(), name="costs")
        application_call.add_auxiliary_variable(
            per_element, name="per_sequence_element"
        )
        return average(costs.sum(), costs.shape[1])

    @application(outputs=["costs"])
    def cost_matrix(
        self,
        application_call: ApplicationCall,
        outputs: TensorVariable,
        mask: TensorVariable | None = None,
        **kwargs: TensorVariable,
    ) -> TensorVariable:
        """Return the cost of every element of sequences.

        Parameters
        ----------
        application_call
            Receives as auxiliary variables the states before and the glimpses at each
            step, by their names, each ``(time, batch, ...)``; and the last ones,
            ``states_final_value`` and so on, ``(batch, ...)``, which a next batch can
            begin with.
        outputs
            ``(time, batch)``, with another axis if outputs have features.
        mask
            ``(time, batch)``, 0 at padding; None if there is none.
        **kwargs
            The contexts, and initial states if they are not to be the usual ones.

        Returns
        -------
        TensorVariable
            ``(time, batch)``, 0 at padding.

        Raises
        ------
        TypeError
            If a context is missing or an argument is unknown.
        """
        feedback = self.readout.feedback(outputs)
        results = self.transition.apply(
            mask=mask,
            return_initial_states=True,
            as_dict=True,
            **(self.fork.apply(feedback, as_dict=True) | kwargs),
        )
        states = {name: results[name][:-1] for name in self.state_names}
        glimpses = {name: results[name][1:] for name in self.glimpse_names}
        first = self.readout.feedback(self.readout.initial_outputs(outputs.shape[1]))
        # Each output is said with the feedback of the one before it.
        feedback = pt.concatenate([first[None], feedback[:-1]], axis=0)
        known = kwargs | states | glimpses | {"feedback": feedback}
        readouts = self.readout.readout(**self._sources(known))
        costs = self.readout.cost(readouts, outputs)
        if mask is not None:
            kept = costs * mask.astype(costs.dtype)
            costs = pt.switch(pt.neq(mask, 0), kept, pt.zeros((), dtype=costs.dtype))
        for name, variable in (states | glimpses).items():
            application_call.add_auxiliary_variable(variable.copy(), name=name)
            last = results[name][-1].copy()
            application_call.add_auxiliary_variable(last, name=f"{name}_final_value")
        return costs

    @recurrent(sequences=[])
    def generate(
        self, outputs: TensorVariable, **kwargs: TensorVariable
    ) -> list[TensorVariable]:
        """Return generated sequences, with states, glimpses and costs.

        Parameters
        ----------
        outputs
            The last outputs, ``(batch, ...)``.
        **kwargs
            States, glimpses and contexts. With the options of `recurrent`, usually
            ``n_steps`` and ``batch_size``, the contexts alone.

        Returns
        -------
        list of TensorVariable
            The states, the outputs, the glimpses and what the outputs cost, each
            ``(time, batch, ...)``.
        """
        readouts, glimpses = self.next_readouts(outputs, kwargs)
        next_outputs = self.readout.emit(readouts)
        costs = self.readout.cost(readouts, next_outputs)
        states = self.next_states(next_outputs, kwargs | glimpses)
        return [*states, next_outputs, *glimpses.values(), costs]

    @generate.property("contexts")
    def generate_contexts(self) -> list[str]:
        """Return the names of the contexts of the transition."""
        return self.transition.apply.contexts

    @generate.property("states")
    def generate_states(self) -> list[str]:
        """Return the names of states, outputs and glimpses."""
        return [*self.state_names, "outputs", *self.glimpse_names]

    @generate.property("outputs")
    def generate_outputs(self) -> list[str]:
        """Return the names of states, outputs and glimpses, and ``costs``."""
        return [*self.state_names, "outputs", *self.glimpse_names, "costs"]

    def next_readouts(
        self, outputs: TensorVariable, known: Mapping[str, TensorVariable]
    ) -> tuple[TensorVariable, dict[str, TensorVariable]]:
        """Return the readouts of one step, and the glimpses that go with them.

        Parameters
        ----------
        outputs
            The last outputs, ``(batch, ...)``.
        known
            States, glimpses and contexts by name.

        Returns
        -------
        TensorVariable
            ``(batch, readout_dim)``
        dict
            The glimpses of this step by name.
        """
        taken = self.transition.take_glimpses(as_list=True, **known)
        glimpses = self._named(self.glimpse_names, taken)
        last = {"feedback": self.readout.feedback(outputs)}
        sources = self._sources(dict(known) | glimpses | last)
        return self.readout.readout(**sources), glimpses

    def next_states(
        self, outputs: TensorVariable, known: Mapping[str, TensorVariable]
    ) -> list[TensorVariable]:
        """Return the states after one step.

        Parameters
        ----------
        outputs
            The outputs of this step, ``(batch, ...)``.
        known
            The states before, the glimpses of this step, and contexts, by name.

        Returns
        -------
        list of TensorVariable
            The states in the order of their names.
        """
        inputs = self.fork.apply(self.readout.feedback(outputs), as_dict=True)
        return self.transition.compute_states(as_list=True, **(dict(known) | inputs))

    def _sources(self, known: Mapping[str, Any]) -> dict[str, Any]:
        return {name: known[name] for name in self.readout.source_names}

    @staticmethod
    def _named(names: Iterable[str], values: Iterable[Any]) -> dict[str, Any]:
        return dict(zip(names, values, strict=True))

    @application
    def initial_states(self, batch_size: Any, **kwargs: Any) -> list[TensorVariable]:
        """Return what the first step starts from.

        Parameters
        ----------
        batch_size
            The number of sequences.
        **kwargs
            The contexts.

        Returns
        -------
        list of TensorVariable
            Initial states, outputs and glimpses, in the order of
            ``generate.states``.
        """
        states = self.transition.initial_states(batch_size, as_dict=True, **kwargs)
        states = dict(states) | {"outputs": self.readout.initial_outputs(batch_size)}
        return [states[name] for name in self.generate.states]

    @initial_states.property("outputs")
    def initial_states_outputs(self) -> list[str]:
        """Return the names of states, outputs and glimpses."""
        return self.generate.states

    def get_dim(self, name: str) -> Any:
        """Return the number of features of a state, a glimpse, a context or outputs."""
        if name in ("outputs", "feedback", "readouts"):
            return self.readout.get_dim(name)
        return self.transition.get_dim(name)

"""Finding the most probable sequences of a generator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from pytensor import tensor as pt
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from brickyard.backends import CompiledFunction
from brickyard.backends import compile as compile_graph
from brickyard.bricks.calls import ApplicationCall
from brickyard.bricks.search.hypotheses import Hypotheses
from brickyard.bricks.sequence_generators import BaseSequenceGenerator
from brickyard.graph import INPUT, ComputationGraph, get_application_call, has_roles

Arrays = dict[str, np.ndarray]


class BeamSearch:
    r"""A search for the sequences that a generator finds most probable.

    Of all beginnings of one length the `beam_size` most probable ones are extended by
    every symbol, until no extension can be better than what was found. Everything is
    compiled once for all steps and lengths, and for all examples of one shape.

    Parameters
    ----------
    samples
        An output of the generator's ``generate``. Its contexts, and initial states
        that were given, are those of the search; the number of steps does not matter.
    beam_size
        How many hypotheses are followed, for each example of a batch, at least 1.
        None as in Blocks: there is one example, the input has as many copies of it as
        hypotheses are to be followed, and results are without an axis of examples.

    Raises
    ------
    TypeError
        If `samples` is not an output of ``generate``, or `beam_size` not an integer.
    ValueError
        If `beam_size` is less than 1.

    Notes
    -----
    With a beam that holds all beginnings, the result is exact. Departures from Blocks:
    finished hypotheses do not take the places of others, and `compute_logprobs`
    returns log-probabilities as its name says, not their negatives.

    Examples
    --------
    >>> from brickyard.bricks.initialization import IsotropicGaussian
    >>> from brickyard.bricks.recurrent import GatedRecurrent
    >>> from brickyard.bricks.sequence_generators import (
    ...     LookupFeedback, Readout, SequenceGenerator, SoftmaxEmitter)
    >>> generator = SequenceGenerator(
    ...     Readout(["states"], 4, SoftmaxEmitter(), LookupFeedback(4, 3)),
    ...     GatedRecurrent(5), weights_init=IsotropicGaussian(1),
    ...     biases_init=IsotropicGaussian(1), seed=1)
    >>> generator.initialize()
    >>> samples = generator.generate(n_steps=1, batch_size=1)[1]
    >>> search = BeamSearch(samples, beam_size=3)
    >>> (outputs,), (costs,) = search.search({}, eol_symbol=0, max_length=6)
    >>> len(outputs), costs == sorted(costs)
    (3, True)
    """

    def __init__(self, samples: TensorVariable, beam_size: int | None = None) -> None:
        call = get_application_call(samples) if isinstance(samples, Variable) else None
        if not (
            isinstance(call, ApplicationCall)
            and isinstance(call.application.brick, BaseSequenceGenerator)
            and call.application.name == "generate"
        ):
            raise TypeError(
                "BeamSearch needs samples, an output of a sequence generator's "
                f"generate, got {samples!r}"
            )
        if beam_size is not None and (
            isinstance(beam_size, bool) or not isinstance(beam_size, int)
        ):
            raise TypeError(
                f"BeamSearch: beam_size must be an integer, got {beam_size!r}"
            )
        if beam_size is not None and beam_size < 1:
            raise ValueError(f"BeamSearch: beam_size must be at least 1: {beam_size}")
        self.beam_size = beam_size
        self.generator: BaseSequenceGenerator = call.application.brick
        given = _inputs_of(call, samples)
        names = self.generator.generate.contexts
        self.contexts = {name: given[name] for name in names if name in given}
        self.given_states = {
            name: given[name]
            for name in self.generator.generate.states
            if name in given
        }
        roots = [*self.contexts.values(), *self.given_states.values()]
        self.inputs: list[Any] = ComputationGraph(roots).inputs if roots else []
        if beam_size is None and not roots:
            raise ValueError(
                f"BeamSearch: {self.generator.path} has no contexts whose examples "
                "could be counted; pass beam_size"
            )
        self._functions: dict[str, CompiledFunction] = {}

    def compile(self) -> None:
        """Prepare all functions; `search` does it if it was not done."""
        contexts, states = self._initial_graph()
        outputs = [*contexts.values(), *states.values()]
        context_inputs = _placeholders(contexts)
        state_inputs = _placeholders(states)
        known = context_inputs | state_inputs
        last = known.pop("outputs")
        generator = self.generator
        readouts, glimpses = generator.next_readouts(last, known)
        log_probabilities = generator.readout.log_probabilities(readouts)
        said = states["outputs"].type.clone(shape=(None,) * last.ndim)("said")
        after = dict(
            zip(
                generator.state_names,
                generator.next_states(said, known | glimpses),
                strict=True,
            )
        )
        after |= glimpses | {"outputs": said}
        given = [*context_inputs.values(), *state_inputs.values()]
        self._names = list(contexts), list(states)
        self._functions = {
            "initial": compile_graph(self.inputs, outputs),
            "logprobs": compile_graph(given, log_probabilities),
            "next": compile_graph([*given, said], [after[name] for name in states]),
        }

    def _initial_graph(
        self,
    ) -> tuple[dict[str, TensorVariable], dict[str, TensorVariable]]:
        """Return contexts and states, each example as often as it has hypotheses."""
        transition = self.generator.transition
        contexts: dict[str, TensorVariable] = dict(self.contexts)
        contexts |= transition.preprocess_contexts(contexts)
        size: Any = 1
        if self.contexts:
            name, context = next(iter(self.contexts.items()))
            size = context.shape[transition.batch_axis(name)]
        elif self.given_states:
            size = next(iter(self.given_states.values())).shape[0]
        states = self.generator.initial_states(size, as_dict=True, **self.contexts)
        states = dict(states) | self.given_states
        if self.beam_size is not None:
            contexts = {
                name: pt.repeat(each, self.beam_size, axis=transition.batch_axis(name))
                for name, each in contexts.items()
            }
            states = {
                name: pt.repeat(each, self.beam_size, axis=0)
                for name, each in states.items()
            }
        return contexts, states

    def compute_initial_states_and_contexts(
        self, inputs: Mapping[Any, Any]
    ) -> tuple[Arrays, Arrays]:
        """Return contexts and initial states for inputs.

        Parameters
        ----------
        inputs
            Arrays by input variable of the graph of `samples`.

        Returns
        -------
        dict
            The contexts by name, and what is preprocessed of them, each example
            `beam_size` times.
        dict
            The initial states by name, with the last outputs and glimpses,
            ``(examples * beam_size, ...)``.

        Raises
        ------
        ValueError
            If an input is missing or unknown.
        """
        if not self._functions:
            self.compile()
        missing = [v for v in self.inputs if v not in inputs]
        unknown = [v for v in inputs if v not in self.inputs]
        if missing or unknown:
            raise ValueError(
                f"BeamSearch needs values of the inputs {self.inputs}: missing "
                f"{missing}, unknown {unknown}"
            )
        results = self._functions["initial"](*(inputs[v] for v in self.inputs))
        context_names, state_names = self._names
        contexts = dict(zip(context_names, results, strict=False))
        states = results[len(context_names) :]
        return contexts, dict(zip(state_names, map(np.asarray, states), strict=True))

    def compute_logprobs(
        self, contexts: Mapping[str, Any], states: Mapping[str, Any]
    ) -> np.ndarray:
        """Return the log-probabilities of all symbols in the next step.

        Parameters
        ----------
        contexts, states
            As `compute_initial_states_and_contexts` returns them.

        Returns
        -------
        ndarray
            ``(examples * beam_size, symbols)``
        """
        return np.asarray(self._functions["logprobs"](*self._given(contexts, states)))

    def compute_next_states(
        self, contexts: Mapping[str, Any], states: Mapping[str, Any], outputs: Any
    ) -> Arrays:
        """Return the states after symbols were said.

        Parameters
        ----------
        contexts, states
            As `compute_initial_states_and_contexts` returns them.
        outputs
            The symbols, ``(examples * beam_size,)``.

        Returns
        -------
        dict
            The states by name, with the outputs and the glimpses.
        """
        given = [*self._given(contexts, states), outputs]
        results = map(np.asarray, self._functions["next"](*given))
        return dict(zip(self._names[1], results, strict=True))

    def _given(
        self, contexts: Mapping[str, Any], states: Mapping[str, Any]
    ) -> list[Any]:
        if not self._functions:
            self.compile()
        context_names, state_names = self._names
        given = [contexts[name] for name in context_names]
        return given + [states[name] for name in state_names]

    def search(
        self,
        input_values: Mapping[Any, Any],
        eol_symbol: int,
        max_length: int,
        ignore_first_eol: bool = False,
        as_arrays: bool = False,
        *,
        length_normalization: float = 0.0,
    ) -> Any:
        r"""Return the best sequences, and what they cost.

        Parameters
        ----------
        input_values
            Arrays by input variable of the graph of `samples`.
        eol_symbol
            The symbol that ends a sequence, and is part of it.
        max_length
            The largest number of symbols, at least 1. Sequences that come to no end
            before it are cut there, and compete as they are.
        ignore_first_eol
            Whether a first symbol that is `eol_symbol` does not end the sequence.
        as_arrays
            Whether to return arrays instead of lists.
        length_normalization
            The exponent :math:`a`: sequences of :math:`n` symbols are ordered by their
            log-probability divided by :math:`n^a`. With 0 the most probable comes
            first, which favours short ones; with 1 the one with the best average.

        Returns
        -------
        tuple
            Lists: for each example its sequences, lists of symbols, best first; and
            for each example their costs, minus their log-probabilities. There are
            fewer than `beam_size` only if no more exist. With ``beam_size=None``: those
            of the one example.

            Arrays: symbols, a mask and the cost of each symbol, each
            ``(time, examples, beam_size)``, the mask 0 after the end; with
            ``beam_size=None`` ``(time, beam_size)``.

        Raises
        ------
        ValueError
            If an argument is out of range, an input missing or unknown, or the model
            gives NaN.
        """
        _check(eol_symbol, max_length, length_normalization)
        contexts, states = self.compute_initial_states_and_contexts(input_values)
        rows = len(states["outputs"])
        beam_size = rows if self.beam_size is None else self.beam_size
        examples = rows // beam_size
        hypotheses = Hypotheses(examples, beam_size, max_length, length_normalization)
        first_rows = np.arange(examples)[:, None] * beam_size
        while True:
            found = self.compute_logprobs(contexts, states).astype("float64")
            found = found.reshape(examples, beam_size, -1)
            self._check_found(found, eol_symbol)
            end = None if ignore_first_eol and not hypotheses.length else eol_symbol
            parents, symbols = hypotheses.extend(found, end)
            if hypotheses.is_decided():
                break
            chosen = (first_rows + parents).ravel()
            states = {name: state[chosen] for name, state in states.items()}
            outputs = symbols.ravel().astype(states["outputs"].dtype)
            states = self.compute_next_states(contexts, states, outputs)
        result = self._as_arrays(hypotheses)
        return result if as_arrays else self.result_to_lists(result)

    def _check_found(self, log_probabilities: np.ndarray, eol_symbol: int) -> None:
        if np.isnan(log_probabilities).any():
            raise ValueError(
                f"BeamSearch: {self.generator.path} gives NaN as a log-probability; "
                "look for NaN among its parameters and inputs"
            )
        if eol_symbol >= log_probabilities.shape[-1]:
            raise ValueError(
                f"BeamSearch: eol_symbol is {eol_symbol}, but the symbols are 0 to "
                f"{log_probabilities.shape[-1] - 1}"
            )

    def _as_arrays(self, hypotheses: Hypotheses) -> tuple[np.ndarray, ...]:
        symbols, costs, lengths = hypotheses.best()
        time = int(lengths.max())
        mask = np.arange(time) < lengths[:, :, None]
        arrays = (
            np.where(mask, symbols[:, :, :time], 0),
            mask.astype("float64"),
            np.where(mask, costs[:, :, :time], 0),
        )
        moved = [np.moveaxis(array, -1, 0) for array in arrays]
        return tuple(each[:, 0] if self.beam_size is None else each for each in moved)

    @staticmethod
    def result_to_lists(result: tuple[np.ndarray, ...]) -> tuple[list[Any], list[Any]]:
        """Return sequences and costs as lists.

        Parameters
        ----------
        result
            Symbols, mask and costs as `search` returns them as arrays.

        Returns
        -------
        list
            The sequences of each example, or of the one example.
        list
            Their costs.
        """
        symbols, mask, costs = result
        if symbols.ndim == 2:
            return _lists(symbols, mask, costs)
        examples = [
            _lists(symbols[:, n], mask[:, n], costs[:, n])
            for n in range(symbols.shape[1])
        ]
        return [each[0] for each in examples], [each[1] for each in examples]


def _lists(
    symbols: np.ndarray, mask: np.ndarray, costs: np.ndarray
) -> tuple[list[list[int]], list[float]]:
    lengths = mask.sum(axis=0).astype(int)
    there = np.flatnonzero(lengths)
    sequences = [symbols[: lengths[k], k].tolist() for k in there]
    return sequences, [float(costs[:, k].sum()) for k in there]


def _inputs_of(call: ApplicationCall, samples: Variable) -> dict[str, Any]:
    """Return the inputs of a call by name."""
    return {
        variable.tag.name: variable
        for variable in ComputationGraph(samples).variables
        if has_roles(variable, [INPUT]) and call in variable.tag.annotations
    }


def _placeholders(variables: Mapping[str, TensorVariable]) -> dict[str, Any]:
    return {
        name: variable.type.clone(shape=(None,) * variable.ndim)(name)
        for name, variable in variables.items()
    }


def _check(eol_symbol: int, max_length: int, length_normalization: float) -> None:
    for name, value, least in (
        ("eol_symbol", eol_symbol, 0),
        ("max_length", max_length, 1),
    ):
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            raise TypeError(f"BeamSearch: {name} must be an integer, got {value!r}")
        if value < least:
            raise ValueError(
                f"BeamSearch: {name} must be at least {least}, got {value}"
            )
    if not 0 <= length_normalization < np.inf:
        raise ValueError(
            "BeamSearch: length_normalization must be a finite number of at least 0, "
            f"got {length_normalization}"
        )

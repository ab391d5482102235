"""A loop over time (PyTensor's Scan) taken apart, to be put together differently."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from pytensor import tensor as pt
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.replace import clone_replace
from pytensor.scan.op import Scan, ScanInfo
from pytensor.tensor.variable import TensorVariable

from brickyard.backends.loop_shapes import variables_with_lengths


@dataclass(eq=False)
class Operand:
    """A sequence, of which each step reads one row, or a constant of the loop.

    Parameters
    ----------
    inner
        What a step reads.
    outer
        The operand of the loop.
    """

    inner: Variable
    outer: TensorVariable


@dataclass(eq=False)
class State:
    """Values of earlier steps that a step reads, and what it makes of them.

    Parameters
    ----------
    reads
        What a step reads, one variable for each entry of `read_at`.
    writes
        What a step returns, one variable for each entry of `write_at`.
    outer
        The operand of the loop: the first values, in a buffer for all of them or, if
        the state is not traced, alone.
    result
        The result of the loop that this will take the place of.
    read_at, write_at
        Where in the buffer, relative to the step.
    """

    reads: list[Variable]
    writes: list[Variable]
    outer: TensorVariable
    result: TensorVariable
    read_at: tuple[int, ...] = (-1,)
    write_at: tuple[int, ...] = (0,)


@dataclass(eq=False)
class Output:
    """What a step returns and no later step reads.

    Parameters
    ----------
    inner
        What a step returns.
    length
        How many of the values are kept, the last ones.
    result
        The result of the loop that this will take the place of, None for a new one.
    """

    inner: Variable
    length: TensorVariable
    result: TensorVariable | None


class Loop:
    """The parts of a loop.

    Change the lists, then `build`. The variables of the step are those of the original
    loop and must not be changed.

    Parameters
    ----------
    node
        The loop; not one that ends by a condition.
    """

    def __init__(self, node: Apply) -> None:
        op, results = node.op, node.outputs
        inputs = cast(list[TensorVariable], node.inputs)
        info, inner, after = op.info, op.inner_inputs, op.inner_outputs
        self.op: Scan = op
        self.steps: TensorVariable = inputs[0]
        self.sequences = [
            Operand(*pair)
            for pair in zip(op.inner_seqs(inner), op.outer_seqs(inputs), strict=True)
        ]
        self.constants = [
            Operand(*pair)
            for pair in zip(
                op.inner_non_seqs(inner), op.outer_non_seqs(inputs), strict=True
            )
        ]
        self.gradients = [
            State(list(reads), list(writes), *others)
            for reads, writes, *others in zip(
                op.inner_mitmot_grouped(inner),
                op.inner_mitmot_outs_grouped(after),
                op.outer_mitmot(inputs),
                op.outer_mitmot_outs(results),
                info.mit_mot_in_slices,
                info.mit_mot_out_slices,
                strict=True,
            )
        ]
        self.windows = [
            State(list(reads), [write], outer, result, tuple(taps))
            for reads, write, outer, result, taps in zip(
                op.inner_mitsot_grouped(inner),
                op.inner_mitsot_outs(after),
                op.outer_mitsot(inputs),
                op.outer_mitsot_outs(results),
                info.mit_sot_in_slices,
                strict=True,
            )
        ]
        self.states = [
            State([read], [write], outer, result)
            for read, write, outer, result in zip(
                op.inner_sitsot(inner),
                op.inner_sitsot_outs(after),
                op.outer_sitsot(inputs),
                op.outer_sitsot_outs(results),
                strict=True,
            )
        ]
        self.untraced = [
            State([read], [write], outer, result)
            for read, write, outer, result in zip(
                op.inner_untraced_sit_sot(inner),
                op.inner_untraced_sit_sot_outs(after),
                op.outer_untraced_sit_sot(inputs),
                op.outer_untraced_sit_sot_outs(results),
                strict=True,
            )
        ]
        self.outputs = [
            Output(*parts)
            for parts in zip(
                op.inner_nitsot_outs(after),
                op.outer_nitsot(inputs),
                op.outer_nitsot_outs(results),
                strict=True,
            )
        ]

    @property
    def carried(self) -> list[State]:
        """All that steps hand on to later ones."""
        return [*self.gradients, *self.windows, *self.states, *self.untraced]

    def given(self) -> dict[Variable, TensorVariable]:
        """Return the values of what a step is given: those of all steps, or the one.

        Returns
        -------
        dict
            For what a step reads of sequences and constants.
        """
        values = {operand.inner: operand.outer for operand in self.constants}
        for operand in self.sequences:
            values[operand.inner] = self.rows(operand.outer)
        return values

    def rows(self, outer: TensorVariable) -> TensorVariable:
        """Return the part of a sequence that the loop reads.

        Parameters
        ----------
        outer
            A sequence at least as long as the loop.

        Returns
        -------
        TensorVariable
            Its first rows, as many as there are steps.
        """
        length = outer.type.shape[0]
        if isinstance(self.steps, Constant) and length == int(self.steps.data):
            return outer
        return outer[: self.steps]

    def is_whole(self, length: int | None) -> bool:
        """Return whether `length` is known to be the number of steps.

        Parameters
        ----------
        length
            A length, None if it is not known.
        """
        return isinstance(self.steps, Constant) and length == int(self.steps.data)

    def keeps_all(self, output: Output) -> bool:
        """Return whether an output is kept for every step.

        Parameters
        ----------
        output
            One of the outputs.
        """
        if output.length is self.steps:
            return True
        length = output.length
        return isinstance(length, Constant) and self.is_whole(int(length.data))

    def output(self, inner: Variable) -> Output:
        """Return the output that keeps a variable of the step for every step.

        Parameters
        ----------
        inner
            A variable of the step.

        Returns
        -------
        Output
            One that was there, or a new one.
        """
        for output in self.outputs:
            if output.inner is inner and self.keeps_all(output):
                return output
        added = Output(inner, self.steps, None)
        self.outputs.append(added)
        return added

    def give(
        self,
        output: Output,
        value: TensorVariable,
        replacements: dict[Variable, Variable],
    ) -> None:
        """Let a value take the place of the result of an output.

        Parameters
        ----------
        output
            An output that was in the original loop.
        value
            The values of all steps, computed elsewhere.
        replacements
            The mapping to add to.
        """
        if output.result is not None:
            new = output.result.type.filter_variable(value)
            replacements[output.result] = new

    def build(
        self, substitutions: Mapping[Variable, Variable] | None = None
    ) -> tuple[Apply, dict[Variable, Variable]]:
        """Put the parts together.

        Parameters
        ----------
        substitutions
            Variables of the step and what takes their place.

        Returns
        -------
        node : Apply
            The new loop. Its results are in the order of `carried` without the
            untraced, `outputs`, `untraced`.
        replacements : dict
            For results of the original loop, the new ones.
        """
        traced = [*self.gradients, *self.windows, *self.states]
        inner = [
            *[operand.inner for operand in self.sequences],
            *[v for state in self.carried for v in state.reads],
            *[operand.inner for operand in self.constants],
        ]
        after = [
            *[v for state in traced for v in state.writes],
            *[output.inner for output in self.outputs],
            *[v for state in self.untraced for v in state.writes],
        ]
        if substitutions:
            after = clone_replace(after, dict(substitutions), rebuild_strict=False)
        op = rebuilt(self.op, inner, after, self._info())
        made = op.make_node(
            self.steps,
            *[operand.outer for operand in self.sequences],
            *[state.outer for state in self.carried],
            *[output.length for output in self.outputs],
            *[operand.outer for operand in self.constants],
        )
        node = Apply(op, made.inputs, variables_with_lengths(made))
        parts: Iterable[State | Output] = [*traced, *self.outputs, *self.untraced]
        return node, {
            part.result: new
            for part, new in zip(parts, node.outputs, strict=True)
            if part.result is not None
        }

    def _info(self) -> ScanInfo:
        return ScanInfo(
            n_seqs=len(self.sequences),
            mit_mot_in_slices=tuple(state.read_at for state in self.gradients),
            mit_mot_out_slices=tuple(state.write_at for state in self.gradients),
            mit_sot_in_slices=tuple(state.read_at for state in self.windows),
            sit_sot_in_slices=tuple((-1,) for _ in self.states),
            n_nit_sot=len(self.outputs),
            n_untraced_sit_sot=len(self.untraced),
            n_non_seqs=len(self.constants),
            as_while=False,
        )

    def result_of(self, node: Apply, part: State | Output) -> TensorVariable:
        """Return the result that a part of the loop has in what was built of it.

        Parameters
        ----------
        node
            What `build` returned.
        part
            A state or an output.
        """
        parts = [
            *self.gradients,
            *self.windows,
            *self.states,
            *self.outputs,
            *self.untraced,
        ]
        position = next(k for k, p in enumerate(parts) if p is part)
        return cast(TensorVariable, node.outputs[position])


def rebuilt(
    op: Scan, inner: list[Variable], after: list[Variable], info: ScanInfo
) -> Scan:
    """Return a loop like another one with a different step.

    Parameters
    ----------
    op
        The other one.
    inner, after
        What a step reads and returns, in the order of Scan.
    info
        How many of them there are of which kind.

    Returns
    -------
    Scan
        The loop.
    """
    return Scan(
        inner,
        after,
        info,
        mode=op.mode,
        truncate_gradient=op.truncate_gradient,
        name=op.name,
        profile=op.profile,
        allow_gc=op.allow_gc,
        strict=op.strict,
    )


def is_plain_loop(node: Apply) -> bool:
    """Return whether a node is a loop of a number of steps known before it starts.

    Parameters
    ----------
    node
        Any node.
    """
    return isinstance(node.op, Scan) and not node.op.info.as_while


def row_type(outer: TensorVariable, name: str | None = None) -> Variable:
    """Return a variable for one row of a sequence.

    Parameters
    ----------
    outer
        The sequence.
    name
        The name of the variable.

    Returns
    -------
    Variable
        The variable.
    """
    return pt.TensorType(outer.type.dtype, shape=outer.type.shape[1:])(name=name)

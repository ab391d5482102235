"""Batch normalization: training and inference as two graphs of one model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from pytensor.graph.basic import Variable

from brickyard.graph.annotations import (
    ApplicationAnnotation,
    BrickAnnotation,
    add_annotation,
)
from brickyard.graph.computation_graph import ComputationGraph
from brickyard.graph.filter import get_application_call, get_brick
from brickyard.graph.roles import (
    BATCH_NORM_DIVISOR,
    BATCH_NORM_MINIBATCH_ESTIMATE,
    BATCH_NORM_OFFSET,
    VariableRole,
    add_role,
    has_roles,
)
from brickyard.graph.traversal import sorted_nodes, sorted_variables


class BatchNormalizationAnnotation(BrickAnnotation):
    """The base of bricks that normalize batches: what graphs know about them.

    A subclass subtracts an offset and divides by a divisor. In training mode these are
    the `batch_statistics` of its input, else the population statistics. It hands both
    to `tag_statistic` and what it subtracted the offset from to `tag_centred`.

    Attributes
    ----------
    population_mean, population_stdev : SharedTensor
        The population statistics.
    """

    population_mean: Any
    population_stdev: Any

    @property
    def training_mode(self) -> bool:
        """Whether applications normalize by the batch: inside `batch_normalization`."""
        return any(brick is self for brick in _in_training_mode.get())

    def batch_statistics(self, input_: Any) -> tuple[Any, Any]:
        """Return the statistics of a batch.

        Parameters
        ----------
        input_
            The batch that is normalized.

        Returns
        -------
        tuple of Variable
            What to subtract and what to divide by, None for nothing: one axis more
            than the population statistics, the first of length 1.

        Raises
        ------
        NotImplementedError
            Unless a subclass says how.
        """
        raise NotImplementedError(
            f"{type(self).__name__}.batch_statistics is missing: what normalizes "
            "batches says there what the statistics of a batch are"
        )


_in_training_mode: ContextVar[tuple[BatchNormalizationAnnotation, ...]] = ContextVar(
    "in_training_mode", default=()
)


@contextmanager
def batch_normalization(*bricks: BrickAnnotation) -> Iterator[None]:
    """Build graphs for training: applications inside normalize by the batch.

    Outside of it they normalize by the population statistics.
    `apply_batch_normalization` makes the same graph out of a finished one.

    Parameters
    ----------
    *bricks
        Bricks of which all that normalize batches, they themselves or bricks below
        them, do so. Where there are none, nothing changes.

    Raises
    ------
    TypeError
        If something else than bricks is given.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.backends import evaluate
    >>> from brickyard.bricks import BatchNormalization
    >>> brick = BatchNormalization(1)
    >>> brick.initialize()
    >>> x = pt.matrix("x")
    >>> with batch_normalization(brick):
    ...     y = brick.apply(x)
    >>> evaluate([brick.apply(x), y], {x: [[1], [5]]})[1].round(2)
    array([[-1.],
           [ 1.]], dtype=float32)
    """
    for brick in bricks:
        if not isinstance(brick, BrickAnnotation):
            raise TypeError(
                f"batch_normalization takes bricks, got {brick!r} of type "
                f"{type(brick).__name__}; for a graph that is finished use "
                "apply_batch_normalization"
            )
    token = _in_training_mode.set((*_in_training_mode.get(), *_below(bricks)))
    try:
        yield
    finally:
        _in_training_mode.reset(token)


def _below(bricks: Iterable[Any]) -> Iterator[BatchNormalizationAnnotation]:
    for brick in bricks:
        if isinstance(brick, BatchNormalizationAnnotation):
            yield brick
        yield from _below(brick.children)


def apply_batch_normalization(computation_graph: ComputationGraph) -> ComputationGraph:
    """Return the graph for training: batches are normalized by their own statistics.

    Statistics are those of what is normalized in the given graph: where an input was
    replaced before, by dropout for instance, of the replacement.

    Parameters
    ----------
    computation_graph
        The graph for inference; it stays as it is.

    Returns
    -------
    ComputationGraph
        The graph with minibatch estimates in the place of population statistics, with
        the role ``BATCH_NORM_MINIBATCH_ESTIMATE``; what each replaces is its
        ``tag.replacement_of``. Without any to replace, an equal graph.

    Raises
    ------
    ValueError
        If a batch is normalized inside of a loop, where nothing can be replaced.

    References
    ----------
    S. Ioffe and C. Szegedy (2015), Batch Normalization: Accelerating Deep Network
    Training by Reducing Internal Covariate Shift, algorithm 2.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.backends import evaluate
    >>> from brickyard.bricks import BatchNormalization
    >>> brick = BatchNormalization(1)
    >>> brick.initialize()
    >>> x = pt.matrix("x")
    >>> graph = apply_batch_normalization(ComputationGraph(brick.apply(x)))
    >>> evaluate(graph.outputs[0], {x: [[1], [5]]}).round(2)
    array([[-1.],
           [ 1.]], dtype=float32)
    """
    for inner in computation_graph.scan_variables:
        if has_roles(inner, [BATCH_NORM_OFFSET]) and not _is_estimate(inner):
            raise _inside_a_loop("apply_batch_normalization", inner)
    divisors = {
        get_application_call(variable): variable
        for variable in _with_role(computation_graph, BATCH_NORM_DIVISOR)
        if not _is_estimate(variable)
    }
    replacements: dict[Any, Any] = {}
    for node in sorted_nodes(computation_graph.outputs):
        if not getattr(node.outputs[0].tag, "is_centred", False):
            continue
        input_, offset = node.inputs
        if _is_estimate(offset):
            continue
        call, brick = get_application_call(offset), get_brick(offset)
        new = brick.batch_statistics(input_)  # type: ignore[union-attr]
        old = (offset, divisors.get(call))
        roles = (BATCH_NORM_OFFSET, BATCH_NORM_DIVISOR)
        for variable, role, estimate in zip(old, roles, new, strict=True):
            if variable is not None:
                tag_statistic(estimate, role, call, is_estimate=True)
                estimate.tag.replacement_of = variable
                replacements[variable] = estimate
    return computation_graph.replace(replacements)


def get_batch_normalization_updates(
    training_graph: ComputationGraph, allow_duplicates: bool = False
) -> list[tuple[Any, Variable]]:
    """Return which minibatch estimate belongs to which population statistic.

    Taken as updates, the pairs would make the last batch the population.
    `moving_averages` makes proper updates of them.

    Parameters
    ----------
    training_graph
        A graph for training, made by `batch_normalization` or
        `apply_batch_normalization`.
    allow_duplicates
        Whether a brick may be applied several times, so that its statistics have
        several estimates each.

    Returns
    -------
    list of tuple
        Pairs of a population statistic and an estimate of the same shape, the mean
        and then, if it divides, the standard deviation of each application, in the
        order of the graph.

    Raises
    ------
    ValueError
        If the graph has no estimates, they are inside of a loop, or a brick is applied
        more than once and `allow_duplicates` is not set.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.bricks import BatchNormalization
    >>> brick = BatchNormalization(1)
    >>> with batch_normalization(brick):
    ...     y = brick.apply(pt.matrix("x"))
    >>> get_batch_normalization_updates(ComputationGraph(y))
    [(population_mean, mean_estimate), (population_stdev, stdev_estimate)]
    """
    owner = "get_batch_normalization_updates"
    for inner in training_graph.scan_variables:
        if has_roles(inner, [BATCH_NORM_OFFSET]) and _is_estimate(inner):
            raise _inside_a_loop(owner, inner)
    found = _with_role(training_graph, BATCH_NORM_OFFSET)
    offsets = [variable for variable in found if _is_estimate(variable)]
    divisors = {
        get_application_call(variable): variable
        for variable in _with_role(training_graph, BATCH_NORM_DIVISOR)
        if _is_estimate(variable)
    }
    bricks: list[Any] = [get_brick(offset) for offset in offsets]
    _check_applications(owner, bricks, bool(found), allow_duplicates)
    pairs = []
    for brick, offset in zip(bricks, offsets, strict=True):
        divisor = divisors.get(get_application_call(offset))
        pairs.append((brick.population_mean, _estimate(offset, "mean")))
        if divisor is not None:
            pairs.append((brick.population_stdev, _estimate(divisor, "stdev")))
    return pairs


def tag_statistic(
    variable: Any,
    role: VariableRole,
    call: Any,
    is_estimate: bool,
) -> None:
    """Say what a statistic is for, and which call of which brick uses it.

    Parameters
    ----------
    variable
        What is subtracted or divided by; a variable that has no other use.
    role
        ``BATCH_NORM_OFFSET`` or ``BATCH_NORM_DIVISOR``.
    call
        The call of the application.
    is_estimate
        Whether it is computed from the batch.
    """
    brick = call.application.brick
    what = "offset" if role == BATCH_NORM_OFFSET else "divisor"
    variable.name = f"{brick.name}_{what}"
    add_annotation(variable, brick)
    add_annotation(variable, call)
    add_role(variable, role)
    if is_estimate:
        add_role(variable, BATCH_NORM_MINIBATCH_ESTIMATE)


def tag_centred(variable: Any) -> None:
    """Mark the difference of a batch and its offset.

    Parameters
    ----------
    variable
        What ``batch - offset`` gave.
    """
    variable.tag.is_centred = True


def _with_role(graph: ComputationGraph, role: VariableRole) -> list[Any]:
    return [v for v in sorted_variables(graph.outputs) if has_roles(v, [role])]


def _is_estimate(variable: Variable) -> bool:
    return has_roles(variable, [BATCH_NORM_MINIBATCH_ESTIMATE])


def _estimate(variable: Any, what: str) -> Any:
    """Return a statistic without the axis of the batch."""
    estimate = variable.dimshuffle(*range(1, variable.ndim))
    estimate.name = f"{what}_estimate"
    return estimate


def _check_applications(
    owner: str, bricks: list[Any], has_inference: bool, allow_duplicates: bool
) -> None:
    if not bricks:
        why = "normalizes by population statistics" if has_inference else "has none"
        raise ValueError(
            f"{owner} needs a graph in which batches are normalized by their own "
            f"statistics; this one {why}: build it inside `with "
            "batch_normalization(brick):`, or pass what apply_batch_normalization "
            "returns"
        )
    counts = Counter(id(brick) for brick in bricks)
    for brick in bricks:
        if counts[id(brick)] > 1 and not allow_duplicates:
            raise ValueError(
                f"{owner}: {brick.path} is applied {counts[id(brick)]} times, so that "
                "its population statistics have several estimates each; pass "
                "allow_duplicates=True if they may be averaged, or use a brick for "
                "each application"
            )


def _inside_a_loop(owner: str, variable: Variable) -> ValueError:
    call: ApplicationAnnotation | None = get_application_call(variable)
    return ValueError(
        f"{owner}: {call} normalizes batches inside of a loop (scan), where the "
        "statistics of its steps cannot be reached; normalize before or after the "
        "loop, or by LayerNormalization inside of it"
    )

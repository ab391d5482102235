"""Averages over examples: scalars that know how many examples they stand for."""

from __future__ import annotations

from typing import Any

import pytensor
from pytensor import tensor as pt
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from brickyard.graph.traversal import originals


def average(total: Variable | float, num_examples: Variable | float) -> TensorVariable:
    r"""Divide a sum over the examples of a batch by their number, and remember both.

    .. math:: \mathrm{total} / \mathrm{num\_examples}

    The average of such values over batches of different sizes is not the average over
    all examples: a short last batch would weigh as much as the others. Monitoring
    therefore adds up totals and numbers of examples where it finds them, which is in
    everything that costs return, and divides at the end.

    What is remembered lives in the graph itself: copies have it, and so has the average
    in a graph of which other parts were replaced, by dropout for instance, where it
    refers to the new parts. An expression that contains an average, such as its sum
    with a penalty, is none.

    Parameters
    ----------
    total
        The sum over the examples, a scalar.
    num_examples
        How many examples were summed, a scalar such as ``x.shape[0]``; or the sum of
        their weights.

    Returns
    -------
    TensorVariable
        The average, a scalar of the dtype of `total`, or of ``floatX`` if that is not
        a floating-point one.

    Raises
    ------
    TypeError
        If one of the two is not real.
    ValueError
        If one of the two is not a scalar.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> errors = pt.vector("errors")
    >>> error = average(errors.sum(), errors.shape[0])
    >>> evaluate(error, {errors: [1.0, 2.0]}).item()
    1.5
    """
    dividend = _scalar(total, "total")
    divisor = _scalar(num_examples, "num_examples")
    floating = dividend.dtype.startswith("float")
    dtype = dividend.dtype if floating else pytensor.config.floatX
    quotient: Any = pt.cast(dividend, dtype) / pt.cast(divisor, dtype)
    quotient.tag.is_average = True
    return quotient


def average_parts(variable: Variable) -> tuple[Variable, Variable] | None:
    """Return the total and the number of examples of what `average` made.

    Parameters
    ----------
    variable
        Any variable: an average, a copy of one, or something else.

    Returns
    -------
    tuple of Variable or None
        Two scalars of the dtype of the average; None for something else.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> errors = pt.vector("errors")
    >>> error = average(errors.sum(), errors.shape[0]).copy(name="error")
    >>> total, num_examples = average_parts(error)
    >>> evaluate([total, num_examples], {errors: [1.0, 2.0]})
    [array(3., dtype=float32), array(2., dtype=float32)]
    >>> average_parts(error + 1) is None
    True
    """
    for original in originals(variable):
        # A tag without a node: somebody has cut the graph open at the average.
        if getattr(original.tag, "is_average", False) and original.owner is not None:
            total, num_examples = original.owner.inputs
            return total, num_examples
    return None


def _scalar(value: Variable | float, argument: str) -> TensorVariable:
    try:
        scalar: Any = pt.as_tensor_variable(value)
    except (TypeError, ValueError, NotImplementedError) as error:
        raise TypeError(
            f"average: {argument} must be a scalar, got {value!r} of type "
            f"{type(value).__name__}"
        ) from error
    if scalar.dtype.startswith("complex"):
        raise TypeError(f"average: {argument} must be real, got {scalar.dtype}")
    if scalar.ndim:
        raise ValueError(
            f"average: {argument} must be a scalar, got {value} with {scalar.ndim} "
            "axes; sum it first"
        )
    return scalar

"""Updates that keep averages over the batches of training."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pytensor import tensor as pt
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable

from brickyard.graph.randomness import require_number


def moving_averages(
    pairs: Iterable[tuple[SharedVariable, Variable]], decay_rate: float = 0.9
) -> list[tuple[SharedVariable, Variable]]:
    r"""Return updates that make shared variables exponential moving averages.

    .. math:: a \leftarrow \rho a + (1 - \rho) e

    Parameters
    ----------
    pairs
        Shared variables :math:`a` and what each is the average of, :math:`e`, of the
        same shape; `get_batch_normalization_updates` gives such pairs. Where a shared
        variable occurs several times, :math:`e` is the mean of what it is paired with.
    decay_rate
        How much of the average stays in every step, :math:`\rho`, in [0, 1).

    Returns
    -------
    list of tuple
        A pair of a shared variable and its new value for each shared variable, for
        ``algorithm.add_updates``.

    Raises
    ------
    TypeError
        If `decay_rate` is not a number, or `pairs` are not pairs of a shared variable
        and a variable.
    ValueError
        If `decay_rate` is outside [0, 1).

    Examples
    --------
    >>> from brickyard.backends import compile, shared
    >>> x, a = pt.scalar("x"), shared(0, name="a", dtype="floatX")
    >>> step = compile([x], [], moving_averages([(a, x)], decay_rate=0.5))
    >>> for _ in range(2):
    ...     _ = step(4.0)
    >>> float(a.get_value())
    3.0
    """
    require_number(decay_rate, "decay_rate", "moving_averages")
    if not 0 <= decay_rate < 1:
        raise ValueError(
            f"moving_averages: decay_rate must be in [0, 1), got {decay_rate}"
        )
    estimates: dict[SharedVariable, list[Any]] = {}
    for pair in pairs:
        average, estimate = _checked(pair)
        estimates.setdefault(average, []).append(estimate)
    updates: list[tuple[SharedVariable, Variable]] = []
    for average, several in estimates.items():
        dtype = average.type.dtype
        stays, comes = (
            pt.constant(share, dtype=dtype)
            for share in (decay_rate, (1 - decay_rate) / len(several))
        )
        total = several[0] if len(several) == 1 else pt.add(*several)
        updates.append((average, stays * average + comes * total))
    return updates


def _checked(pair: Any) -> tuple[Any, Any]:
    is_pair = isinstance(pair, tuple | list) and len(pair) == 2
    if (
        not is_pair
        or not isinstance(pair[0], SharedVariable)
        or not isinstance(pair[1], Variable)
    ):
        raise TypeError(
            "moving_averages takes pairs of a shared variable and a variable, such as "
            f"get_batch_normalization_updates returns, got {pair!r}"
        )
    return pair[0], pair[1]

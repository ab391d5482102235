"""Schedules in a row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytensor
from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.training.schedules.arguments import (
    check_count,
)
from brickyard.training.schedules.base import Schedule
from brickyard.training.schedules.constant import as_schedule


class JoinedSchedule(Schedule):
    r"""One schedule after another.

    .. math:: \alpha_t = f_i(t - b_i) \quad \text{for} \quad b_i \leq t < b_{i+1}

    Parameters
    ----------
    schedules
        :math:`f_0, f_1, \ldots`: schedules or numbers, at least one. Each counts from
        the step at which it begins.
    boundaries
        :math:`b_1, b_2, \ldots`: the steps at which all but the first begin, rising
        integers of at least 1.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, the numbers of schedules and boundaries do
        not match, or the boundaries do not rise.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.backends import evaluate
    >>> schedule = JoinedSchedule([1.0, 0.5, 0.25], boundaries=[10, 20])
    >>> [float(evaluate(schedule(pt.constant(t)))) for t in (0, 10, 19, 20)]
    [1.0, 0.5, 0.5, 0.25]
    """

    def __init__(
        self, schedules: Sequence[Schedule | float], boundaries: Sequence[int]
    ) -> None:
        self.schedules = [
            as_schedule(self, f"schedules[{i}]", schedule)
            for i, schedule in enumerate(schedules)
        ]
        self.boundaries = [
            check_count(self, f"boundaries[{i}]", boundary)
            for i, boundary in enumerate(boundaries)
        ]
        if not self.schedules or len(self.boundaries) != len(self.schedules) - 1:
            raise ValueError(
                "JoinedSchedule: there must be one boundary between each two "
                f"schedules, got {len(self.schedules)} schedules and "
                f"{len(self.boundaries)} boundaries"
            )
        if sorted(set(self.boundaries)) != self.boundaries:
            raise ValueError(
                f"JoinedSchedule: boundaries must rise, got {self.boundaries}"
            )

    def __call__(self, step: TensorVariable) -> TensorVariable:
        """Return the rate; see `Schedule`."""
        floatx = pytensor.config.floatX
        rate = pt.cast(self.schedules[0](step), floatx)
        for boundary, schedule in zip(self.boundaries, self.schedules[1:], strict=True):
            since = pt.maximum(step - np.int64(boundary), np.int64(0))
            following = pt.cast(schedule(since), floatx)
            rate = pt.switch(step >= np.int64(boundary), following, rate)
        return rate

"""What happens when a cost is infinite or not a number."""

from __future__ import annotations

import logging
from collections import deque
from typing import Any, Literal

import numpy as np

from brickyard.training.errors import TrainingFinish

logger = logging.getLogger(__name__)

OnNaN = Literal["raise", "skip", "stop", "ignore"]


class NonFiniteCostError(ArithmeticError):
    """The cost of a batch was infinite or not a number.

    It has not changed the parameters; the batch behind it may have, for costs are
    looked at one batch late.
    """


class FiniteCostWatch:
    """Looks at the cost of each batch a little later, so that nothing waits for it.

    Parameters
    ----------
    policy
        ``"raise"``, ``"skip"`` or ``"stop"``.
    cost
        The name of the cost, for messages.

    Attributes
    ----------
    skipped : int
        The number of batches whose cost was not finite, under the policy ``"skip"``.
    failed : list of int
        Batches, counted from 1, that are known to have failed, but that nothing has
        been done about yet.

    Examples
    --------
    >>> watch = FiniteCostWatch("skip", "cost")
    >>> watch.add(False, 1)
    >>> watch.flush()
    >>> watch.skipped
    1
    """

    def __init__(self, policy: OnNaN, cost: str) -> None:
        self.policy = policy
        self.cost = cost
        self.skipped = 0
        self.failed: list[int] = []
        self._pending: deque[tuple[Any, int]] = deque()

    def add(self, is_finite: Any, batch: int) -> None:
        """Remember the flag of a batch without looking at it.

        Parameters
        ----------
        is_finite
            A boolean array without dimensions, possibly still being computed.
        batch
            The number of the batch, counted from 1.
        """
        self._pending.append((is_finite, batch))

    def look_back(self) -> None:
        """Act on all batches but the last, which may still be running.

        Raises
        ------
        NonFiniteCostError
            Under the policy ``"raise"``, if the cost of one was not finite.
        TrainingFinish
            Under the policy ``"stop"``, if the cost of one was not finite.
        """
        if len(self._pending) > 1:
            self._read(leave=1)
        if self.failed:
            self._act()

    def settle(self) -> None:
        """Wait for all batches; skip those that failed, or note them in `failed`."""
        self._read(leave=0)
        if self.policy == "skip" and self.failed:
            self._act()

    def flush(self) -> None:
        """Wait for all batches and act on those that failed.

        Raises
        ------
        NonFiniteCostError, TrainingFinish
            As for `look_back`.
        """
        self.settle()
        if self.failed:
            self._act()

    def reset(self, skipped: int, failed: list[int]) -> None:
        """Forget all batches and continue from other ones.

        Parameters
        ----------
        skipped, failed
            New values of the attributes.
        """
        self._pending.clear()
        self.skipped, self.failed = skipped, list(failed)

    def _read(self, leave: int) -> None:
        pending = self._pending
        while len(pending) > leave:
            is_finite, batch = pending.popleft()
            # bool() of an array on a device takes four times as long.
            if not np.asarray(is_finite):
                self.failed.append(batch)

    def _act(self) -> None:
        failed, self.failed = self.failed, []
        numbers = ", ".join(map(str, failed))
        problem = f"{self.cost} was not finite in batch {numbers}"
        if self.policy == "raise":
            raise NonFiniteCostError(
                f"{problem}; it has not changed the parameters. Lower the learning "
                "rate, clip the steps (StepClipping), look at the data (a class index "
                "out of range makes a cost NaN, too), or choose on_nan='skip' or 'stop'"
            )
        if self.policy == "stop":
            logger.warning("%s; training stops", problem)
            raise TrainingFinish(problem)
        self.skipped += len(failed)
        logger.warning("%s; the batch was skipped", problem)

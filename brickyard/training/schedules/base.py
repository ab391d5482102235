"""The protocol of schedules: rates as functions of the number of steps done.

A step rule that is given a schedule counts its own steps, from 0 at the first batch,
and the count is part of the algorithm's state. Any callable that makes a scalar of an
int64 scalar is a schedule; the classes of this package check what they are given.

A schedule that goes from one rate to another reaches the end after exactly
``num_steps`` steps and stays there.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from pytensor.tensor.variable import TensorVariable


class Schedule(ABC):
    """A rate that depends on the number of steps done.

    Subclasses define `__call__`.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.backends import evaluate
    >>> class InverseTime(Schedule):
    ...     '''Fall as 1 / (1 + steps).'''
    ...     def __call__(self, step):
    ...         return 1 / (1 + pt.cast(step, "float32"))
    >>> float(evaluate(InverseTime()(pt.constant(3))))
    0.25
    """

    @abstractmethod
    def __call__(self, step: TensorVariable) -> TensorVariable:
        """Return the rate at a step.

        Parameters
        ----------
        step
            The number of steps done before this one, an int64 scalar; 0 at first.

        Returns
        -------
        TensorVariable
            The rate, a float scalar; it is cast to ``floatX`` where it is used.
        """

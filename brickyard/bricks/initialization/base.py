"""What every initializer is: a recipe for the first value of a parameter."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from numbers import Integral, Real

import numpy as np
import pytensor
from pytensor.compile.sharedvalue import SharedVariable

Generator = np.random.Generator | np.random.RandomState


class NdarrayInitialization(ABC):
    """A recipe for filling an array of a given shape.

    Subclasses write :meth:`generate`. Random numbers are always drawn in float64 and
    then rounded to ``floatX``, so one seed gives the same numbers, up to rounding,
    whatever the precision.

    Examples
    --------
    A recipe of your own:

    >>> class Ramp(NdarrayInitialization):
    ...     def generate(self, rng, shape):
    ...         values = np.linspace(0, 1, np.prod(shape)).reshape(shape)
    ...         return self.cast(values)
    >>> Ramp().generate(np.random.default_rng(1), (2, 2)).shape
    (2, 2)
    """

    @abstractmethod
    def generate(self, rng: Generator, shape: Sequence[int]) -> np.ndarray:
        """Return a new array of this shape.

        Parameters
        ----------
        rng
            The source of randomness. Recipes without randomness leave it alone.
        shape
            The sizes of the array, one non-negative integer per axis.

        Returns
        -------
        ndarray
            A freshly made array of `shape` with dtype ``floatX``.
        """
        raise NotImplementedError(f"{type(self).__name__}.generate is abstract")

    def initialize(
        self,
        var: SharedVariable,
        rng: Generator,
        shape: Sequence[int] | None = None,
    ) -> None:
        """Give a shared variable a freshly generated value.

        Parameters
        ----------
        var
            The shared variable to fill. Its dtype is kept.
        rng
            The source of randomness.
        shape
            The shape to generate; that of the present value unless given.

        Raises
        ------
        TypeError
            If `var` is not a shared variable.
        ValueError
            If `shape` does not fit the static shape of `var`.
        """
        if not isinstance(var, SharedVariable):
            raise TypeError(
                f"{self!r} can only fill a shared variable, got {var!r} "
                f"({type(var).__name__}); make one with brickyard.backends.shared"
            )
        if shape is None:
            shape = np.shape(var.get_value(borrow=True))
        shape = self.check_shape(shape)
        static = tuple(var.type.shape)
        fits = len(static) == len(shape) and all(
            known in (None, size) for known, size in zip(static, shape, strict=True)
        )
        if not fits:
            raise ValueError(
                f"{self!r} cannot give {var.name or var} a value of shape {shape}: "
                f"the variable's shape is {static}"
            )
        var.set_value(self.generate(rng, shape).astype(var.type.dtype))

    def check_shape(
        self, shape: Sequence[int], ndim: int | None = None
    ) -> tuple[int, ...]:
        """Return `shape` as a tuple of integers, or say what is wrong with it.

        Parameters
        ----------
        shape
            The requested shape.
        ndim
            The number of axes this recipe needs, if it needs a certain one.

        Raises
        ------
        TypeError
            If `shape` is not a sequence of integers.
        ValueError
            If a size is negative or the number of axes is wrong.
        """
        if isinstance(shape, str) or not isinstance(shape, Sequence | np.ndarray):
            raise TypeError(
                f"{self!r} needs a shape as a tuple of integers, got {shape!r}; "
                "write (n,) for a vector of n elements"
            )
        for size in shape:
            if isinstance(size, bool) or not isinstance(size, Integral):
                raise TypeError(
                    f"{self!r} needs integer sizes, got {size!r} in shape {shape!r}"
                )
        sizes = tuple(int(size) for size in shape)
        if any(size < 0 for size in sizes):
            raise ValueError(f"{self!r} needs sizes of at least 0, got shape {sizes}")
        if ndim is not None and len(sizes) != ndim:
            raise ValueError(
                f"{self!r} fills arrays with {ndim} axes only, got shape {sizes}"
            )
        return sizes

    def check_number(
        self, value: object, name: str, minimum: float | None = None
    ) -> float:
        """Return a finite number given to the constructor, or say what is wrong.

        Parameters
        ----------
        value
            What was given.
        name
            The name of the argument, for the message.
        minimum
            The smallest value allowed, if there is one.

        Raises
        ------
        TypeError
            If `value` is not a real number.
        ValueError
            If it is not finite or below `minimum`.
        """
        owner = type(self).__name__
        if isinstance(value, bool) or not isinstance(value, Real):
            raise TypeError(
                f"{owner} needs a number for {name}, got {value!r} "
                f"({type(value).__name__})"
            )
        number = float(value)
        if not np.isfinite(number) or (minimum is not None and number < minimum):
            rule = "finite" if minimum is None else f"finite and at least {minimum}"
            raise ValueError(f"{owner} needs {name} to be {rule}, got {value!r}")
        return number

    @staticmethod
    def cast(values: np.ndarray) -> np.ndarray:
        """Return an array with dtype ``floatX``.

        Parameters
        ----------
        values
            The numbers, usually float64.
        """
        return np.asarray(values, dtype=pytensor.config.floatX)

    def __repr__(self) -> str:
        arguments = ", ".join(
            f"{name}={value!r}"
            for name, value in vars(self).items()
            if not name.startswith("_") and value is not None
        )
        return f"{type(self).__name__}({arguments})"

"""Shared variables whose shape is known to the compiler."""

from __future__ import annotations

from threading import RLock
from typing import Any

import numpy as np
import pytensor
from numpy.typing import ArrayLike
from pytensor.tensor.sharedvar import TensorSharedVariable
from pytensor.tensor.type import TensorType

from brickyard.backends.specialise import as_array

# Held while a function takes the values of shared variables and puts back new ones:
# in between, those that are donated belong to nobody, and no thread may read them.
state_lock = RLock()


class SharedTensor(TensorSharedVariable):
    """A tensor with a value that compiled functions read and update in place.

    The value may live on a device while functions use it; what `get_value` returns is
    always a NumPy array of the caller's own. Made by `shared`.
    """

    def get_value(
        self, borrow: bool = False, return_internal_type: bool = False
    ) -> Any:
        """Return the value.

        Parameters
        ----------
        borrow
            Accepted for compatibility with PyTensor. The next call of a compiled
            function may write into the memory of the value, so it is copied anyway.
        return_internal_type
            Return the object that is stored, possibly an array on a device. It must
            not be kept across calls of functions that update this variable.

        Returns
        -------
        numpy.ndarray
            The value, dtype and shape those of the variable.
        """
        with state_lock:
            value = self.container.storage[0]
            return value if return_internal_type else np.array(value)

    def set_value(self, new_value: ArrayLike, borrow: bool = False) -> None:
        """Replace the value.

        Parameters
        ----------
        new_value
            An array of the variable's shape, and of its dtype or one that fits into
            it without loss; or a number or a nested list.
        borrow
            Accepted for compatibility with PyTensor; the value is copied anyway.

        Raises
        ------
        TypeError
            If the dtype, the number of dimensions or the shape does not fit.
        """
        value = np.array(
            new_value if hasattr(new_value, "dtype") else as_array(self, new_value)
        )
        if self.dtype.startswith("float") and value.dtype == np.float64:
            value = value.astype(self.dtype)
        try:
            with state_lock:
                self.container.value = value
        except TypeError as error:
            raise TypeError(
                f"shared variable {self.name!r} holds {self.dtype} of shape "
                f"{self.type.shape}; got {value.dtype} of shape {value.shape}"
            ) from error


def shared(
    value: ArrayLike, name: str | None = None, dtype: str | None = None
) -> SharedTensor:
    """Make a shared variable with a static shape.

    Parameters
    ----------
    value
        The initial value; it is copied.
    name
        The variable's name.
    dtype
        The dtype to convert `value` to; ``"floatX"`` stands for PyTensor's setting.
        None keeps the dtype that NumPy gives the value.

    Returns
    -------
    SharedTensor
        A variable of the value's dtype whose static shape is the value's shape.

    Raises
    ------
    TypeError
        If NumPy makes an array of objects of `value`.

    Examples
    --------
    >>> import numpy as np
    >>> W = shared(np.zeros((3, 2)), name="W", dtype="floatX")
    >>> W.type.shape
    (3, 2)
    >>> W.get_value().sum()
    np.float32(0.0)
    """
    if dtype == "floatX":
        dtype = pytensor.config.floatX
    array = np.array(value, dtype=dtype)
    if array.dtype == object:
        raise TypeError(
            f"shared variable {name!r} needs a number or an array of numbers, got "
            f"{type(value).__name__}"
        )
    kind = TensorType(str(array.dtype), shape=array.shape)
    return SharedTensor(type=kind, value=array, strict=False, name=name)

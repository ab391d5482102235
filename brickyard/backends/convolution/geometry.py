"""How windows move over an image: strides, padding, dilation, groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Padding = Literal["valid", "half", "full"] | int | Sequence[int | tuple[int, int]]


@dataclass(frozen=True)
class Geometry:
    r"""How a window moves over the spatial axes of an image.

    Along an axis of length :math:`n`, a window of :math:`k` elements takes

    .. math:: \lfloor (n + p_0 + p_1 - d (k - 1) - 1) / s \rfloor + 1

    positions for stride :math:`s`, dilation :math:`d`, and :math:`p_0` and :math:`p_1`
    elements of padding before and after.

    Parameters
    ----------
    strides
        Steps of the window, in elements, one for each spatial axis.
    padding
        Elements added before and after each spatial axis.
    dilation
        Distance of neighbouring elements of the window, one for each spatial axis.
    groups
        Into how many parts the channels are divided, each with filters of its own.

    Examples
    --------
    >>> geometry = Geometry((2, 2), ((1, 1), (1, 1)), (1, 1))
    >>> geometry.output_lengths((28, None), (3, 3))
    (14, None)
    """

    strides: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    dilation: tuple[int, ...]
    groups: int = 1

    @property
    def rank(self) -> int:
        """How many spatial axes there are."""
        return len(self.strides)

    def output_lengths(self, image: Sequence[Any], window: Sequence[Any]) -> tuple:
        """Return how many positions a window takes along each axis.

        Parameters
        ----------
        image
            The lengths of the spatial axes: numbers, variables, or None for unknown.
        window
            The lengths of the window, likewise.

        Returns
        -------
        tuple
            One length for each axis; None where one of the two is None.
        """
        axes = zip(
            image, window, self.strides, self.padding, self.dilation, strict=True
        )
        return tuple(
            None
            if length is None or size is None
            else (length + before + after - spacing * (size - 1) - 1) // step + 1
            for length, size, step, (before, after), spacing in axes
        )


def geometry(
    rank: int,
    window: Sequence[int | None],
    strides: int | Sequence[int] = 1,
    padding: Padding = "valid",
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Geometry:
    """Check how a window is to move and return it as a `Geometry`.

    Parameters
    ----------
    rank
        How many spatial axes there are: 1, 2 or 3.
    window
        The lengths of the window; None where they are not known.
    strides, dilation
        One positive integer for all axes or one for each.
    padding
        ``"valid"`` for none; ``"half"`` for half the window, rounded down, on both
        sides, which keeps lengths for odd windows and stride 1; ``"full"`` for all
        positions that touch the image; otherwise a number of elements for all axes, or
        for each axis a number or a pair (before, after).
    groups
        A positive integer.

    Returns
    -------
    Geometry
        The checked arguments, one for each axis.

    Raises
    ------
    TypeError
        If something is not an integer where one belongs.
    ValueError
        If a number is out of range, the lengths differ from `rank`, the padding has an
        unknown name, or needs a length of the window that is not known.

    Examples
    --------
    >>> geometry(2, (5, 5), padding="half").padding
    ((2, 2), (2, 2))
    """
    if rank not in (1, 2, 3) or len(window) != rank:
        raise ValueError(
            f"windows over 1, 2 or 3 axes are supported, got a window of length "
            f"{len(window)} for {rank} axes"
        )
    dilation = _one_per_axis("dilation", dilation, rank)
    if not isinstance(groups, int) or groups < 1:
        raise ValueError(f"groups must be a positive integer, got {groups!r}")
    return Geometry(
        _one_per_axis("strides", strides, rank),
        _padding(padding, window, dilation),
        dilation,
        groups,
    )


def _one_per_axis(name: str, value: int | Sequence[int], rank: int) -> tuple[int, ...]:
    values = (value,) * rank if isinstance(value, int) else tuple(value)
    if not all(isinstance(number, int) for number in values):
        raise TypeError(f"{name} must be integers, got {value!r}")
    if len(values) != rank or min(values) < 1:
        raise ValueError(
            f"{name} must be a positive integer or {rank} of them, one for each "
            f"spatial axis; got {value!r}"
        )
    return values


def _padding(
    padding: Padding, window: Sequence[int | None], dilation: Sequence[int]
) -> tuple[tuple[int, int], ...]:
    if isinstance(padding, str):
        return _named_padding(padding, window, dilation)
    rank = len(window)
    values = (padding,) * rank if isinstance(padding, int) else tuple(padding)
    pairs = tuple(
        (value, value) if isinstance(value, int) else tuple(value) for value in values
    )
    numbers = [number for pair in pairs for number in pair]
    if not all(isinstance(number, int) for number in numbers):
        raise TypeError(f"padding must be integers, got {padding!r}")
    if len(pairs) != rank or any(len(pair) != 2 for pair in pairs) or min(numbers) < 0:
        raise ValueError(
            f"padding must be 'valid', 'half', 'full', a number of elements, or for "
            f"each of the {rank} spatial axes a number or a pair (before, after), none "
            f"of them negative; got {padding!r}"
        )
    return pairs  # type: ignore[return-value]


def _named_padding(
    name: str, window: Sequence[int | None], dilation: Sequence[int]
) -> tuple[tuple[int, int], ...]:
    if name == "valid":
        return ((0, 0),) * len(window)
    if name not in ("half", "full"):
        raise ValueError(
            f"padding must be 'valid', 'half', 'full' or numbers of elements, got "
            f"{name!r}"
        )
    if None in window:
        raise ValueError(
            f"padding {name!r} depends on the lengths of the window, which are not all "
            f"known: {tuple(window)}; give the padding in elements"
        )
    extents = [
        spacing * (size - 1)  # type: ignore[operator]
        for size, spacing in zip(window, dilation, strict=True)
    ]
    if name == "half":
        extents = [
            spacing * (size // 2)  # type: ignore[operator]
            for size, spacing in zip(window, dilation, strict=True)
        ]
    return tuple((extent, extent) for extent in extents)

"""Axis labels: what transformers expect of them and make of them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

from brickyard.datasets.exceptions import AxisLabelsMismatchError
from brickyard.datasets.streams import AxisLabels

BATCH_LABEL = "batch"
Labels = tuple[str, ...]


class ExpectsAxisLabels:
    """A mix-in for transformers that work on certain axes only.

    Examples
    --------
    >>> ExpectsAxisLabels().verify_axis_labels(
    ...     ("batch", "channel", "height", "width"), ("batch", "feature"), "images"
    ... )
    Traceback (most recent call last):
        ...
    brickyard.datasets.exceptions.AxisLabelsMismatchError: ExpectsAxisLabels works on
    axes (batch, channel, height, width), but source 'images' has (batch, feature); ...
    """

    def verify_axis_labels(
        self, expected: Sequence[str], actual: Sequence[str] | None, source_name: str
    ) -> None:
        """Raise unless a source has the axes this transformer works on.

        Parameters
        ----------
        expected
            The axis labels that the transformer can work on, in order.
        actual
            The axis labels of the source; None if they are unknown, which gives a
            warning the first time this source is verified.
        source_name
            The name of the source, for the message.

        Raises
        ------
        AxisLabelsMismatchError
            If the labels are known and differ.
        """
        name, wanted = type(self).__name__, f"({', '.join(expected)})"
        if actual is None:
            warned = self.__dict__.setdefault("_warned_sources", set())
            if source_name not in warned:
                warned.add(source_name)
                warnings.warn(
                    f"{name} takes it that source {source_name!r} has axes {wanted}, "
                    "because its axis labels are unknown; give the dataset "
                    "axis_labels",
                    stacklevel=3,
                )
        elif tuple(actual) != tuple(expected):
            raise AxisLabelsMismatchError(
                f"{name} works on axes {wanted}, but source {source_name!r} has "
                f"({', '.join(actual)}); transpose it with a Mapping, or correct the "
                "axis_labels of the dataset"
            )


def change_labels(
    axis_labels: AxisLabels | None, change: Callable[[Labels], Labels]
) -> AxisLabels | None:
    """Return axis labels with those of every source changed.

    A source whose axes have no names, as an HDF5 file can have it, is left out.

    Parameters
    ----------
    axis_labels
        Names of the axes, by source, which stay as they are; or None.
    change
        A function from the labels of a source to new ones.

    Examples
    --------
    >>> change_labels({"x": ("batch", "time")}, lambda labels: labels[1:])
    {'x': ('time',)}
    """
    if axis_labels is None:
        return None
    return {
        source: change(labels) for source, labels in axis_labels.items() if any(labels)
    }


def with_batch_axis(labels: Labels) -> Labels:
    """Return the labels of a batch of examples with these labels.

    Parameters
    ----------
    labels
        Labels of one source; those of a dataset begin with the batch axis even where
        its stream gives examples.

    Examples
    --------
    >>> with_batch_axis(("time",)), with_batch_axis(("batch", "time"))
    (('batch', 'time'), ('batch', 'time'))
    """
    return labels if labels[:1] == (BATCH_LABEL,) else (BATCH_LABEL, *labels)


def without_batch_axis(labels: Labels) -> Labels:
    """Return the labels of an example of batches with these labels.

    Parameters
    ----------
    labels
        Labels of one source.

    Examples
    --------
    >>> without_batch_axis(("batch", "time")), without_batch_axis(("time",))
    (('time',), ('time',))
    """
    return labels[1:] if labels[:1] == (BATCH_LABEL,) else labels

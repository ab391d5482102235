"""Arrays out of image files."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from brickyard.datasets.names import near_match
from brickyard.datasets.streams import AbstractDataStream
from brickyard.datasets.transformers.arrays import stack
from brickyard.datasets.transformers.image_arrays import set_image_labels
from brickyard.datasets.transformers.sourcewise import SourcewiseTransformer

COLOR_MODES = ("L", "LA", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "HSV", "I", "F")
# Pillow would start another program to read some of the formats that are not here
FORMATS = ("BMP", "GIF", "JPEG", "JPEG2000", "PNG", "PPM", "TIFF", "WEBP")


class ImagesFromBytes(SourcewiseTransformer):
    """Decode the contents of image files, such as JPEG and PNG.

    An example becomes an array of shape ``(channel, height, width)``, uint8 from 0 to
    255 for all modes but ``"I"`` (int32) and ``"F"`` (float32). A batch becomes one
    array if its images have one size, and an array of arrays otherwise. Which way round
    a camera was held is not looked at. The formats are BMP, GIF (the first picture),
    JPEG, JPEG 2000, PNG, PPM, TIFF and WebP.

    Parameters
    ----------
    data_stream
        The stream below. Its examples are ``bytes``, or uint8 arrays of shape
        ``(byte,)``.
    color_mode
        Pillow's name of the colours to convert to: ``"RGB"``, three channels, ``"L"``,
        one channel of grey, or another; None for those of the file.
    which_sources
        Names of the sources with image files; None for all of them.
    axis_labels
        Names of the axes, by source; None for those of the stream below, with
        ``channel, height, width`` for the images.

    Raises
    ------
    ValueError
        If `color_mode` is unknown, or `which_sources` names a source that the stream
        below does not have; when read, if something is no image, is damaged, or would
        have more pixels than Pillow accepts.

    Examples
    --------
    >>> import io
    >>> from PIL import Image
    >>> from brickyard.datasets import DataStream, IterableDataset
    >>> file = io.BytesIO()
    >>> Image.new("RGB", (20, 10), "white").save(file, "png")
    >>> dataset = IterableDataset({"image": [file.getvalue()]})
    >>> stream = ImagesFromBytes(DataStream(dataset), color_mode="L")
    >>> image, = next(stream.get_epoch_iterator())
    >>> image.shape, image.max()
    ((1, 10, 20), np.uint8(255))
    """

    def __init__(
        self,
        data_stream: AbstractDataStream,
        color_mode: str | None = "RGB",
        *,
        which_sources: Iterable[str] | None = None,
        axis_labels: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(
            data_stream, which_sources=which_sources, axis_labels=axis_labels
        )
        if color_mode is not None and color_mode not in COLOR_MODES:
            raise ValueError(
                f"ImagesFromBytes: color_mode is {color_mode!r}, and there is no such "
                f"mode{near_match(str(color_mode), COLOR_MODES)}; or None, for the "
                "colours of the file"
            )
        self.color_mode = color_mode
        if axis_labels is None:
            set_image_labels(self)

    def transform_source_example(
        self, source_example: Any, source_name: str
    ) -> np.ndarray:
        """Return an image as an array.

        Parameters
        ----------
        source_example
            The contents of its file.
        source_name
            The name of the source.
        """
        return self._decode(source_example, f"source {source_name!r}")

    def transform_source_batch(self, source_batch: Any, source_name: str) -> np.ndarray:
        """Return a batch of images as an array.

        Parameters
        ----------
        source_batch
            The contents of their files.
        source_name
            The name of the source.
        """
        if isinstance(source_batch, np.ndarray) and source_batch.dtype.kind == "S":
            # NumPy takes zeros at the end for padding, though they may be pixels;
            # decoders do not mind a few too many
            width = source_batch.dtype.itemsize
            source_batch = np.ascontiguousarray(source_batch).view(np.uint8)
            source_batch = source_batch.reshape(-1, width)
        return stack(
            [
                self._decode(data, f"example {index} of a batch of {source_name!r}")
                for index, data in enumerate(source_batch)
            ]
        )

    def _decode(self, data: Any, where: str) -> np.ndarray:
        from PIL import Image

        file = io.BytesIO(_as_bytes(data, where))
        try:
            with Image.open(file, formats=FORMATS) as image:
                mode = self.color_mode or image.mode
                pixels = np.array(image.convert(mode))
        # for damaged files Pillow raises errors of about every kind
        except Exception as error:
            raise ValueError(
                f"ImagesFromBytes: {where} cannot be decoded as an image "
                f"({type(error).__name__}: {error}); its data must be the whole "
                f"contents of a file of one of the formats {', '.join(FORMATS)}"
            ) from error
        if pixels.ndim == 2:
            return pixels[None]
        return np.ascontiguousarray(pixels.transpose(2, 0, 1))


def _as_bytes(data: Any, where: str) -> bytes:
    if isinstance(data, bytes | bytearray | memoryview):
        return bytes(data)
    if isinstance(data, np.ndarray) and data.dtype == np.uint8 and data.ndim == 1:
        return data.tobytes()
    kind = type(data).__name__
    if isinstance(data, np.ndarray):
        kind = f"an array of {data.dtype} with shape {data.shape}"
    raise TypeError(
        f"ImagesFromBytes: {where} must be bytes, or a uint8 array with one axis, got "
        f"{kind}; choose the sources with image files in which_sources"
    )

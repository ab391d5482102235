"""The boxes around house numbers: ``digitStruct.mat``, of MATLAB 7.3 and so HDF5."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from brickyard.datasets.converters.progress import track_progress
from brickyard.datasets.exceptions import DatasetFileError
from brickyard.datasets.hdf5_access import check_storage, checked_dataset

if TYPE_CHECKING:
    import h5py

FIELDS = ("height", "label", "left", "top", "width")
MAX_IMAGES = 2**20
MAX_BOXES = 1000
MAX_NAME = 255


def read_digit_struct(content: bytes, filename: str) -> dict[str, np.ndarray]:
    """Return the boxes on each image.

    Parameters
    ----------
    content
        The content of the file.
    filename
        Its name, for messages.

    Returns
    -------
    dict
        By the file name of an image, in the order of the file, its boxes: int16, of
        shape ``(field, box)``, with the fields in the order of `FIELDS`, in pixels but
        for the label.

    Raises
    ------
    DatasetFileError
        If the file is malformed, or names an image twice.
    """
    import h5py

    found: dict[str, np.ndarray] = {}
    try:
        with h5py.File(io.BytesIO(content), "r") as h5file:
            names = _references(h5file, "digitStruct/name")
            boxes = _references(h5file, "digitStruct/bbox")
            with track_progress(filename, len(names), "image") as advance:
                for name_at, boxes_at in zip(names, boxes, strict=True):
                    name = _read_name(h5file[name_at])
                    if name in found:
                        raise ValueError(f"the image {name!r} is there twice")
                    found[name] = _read_boxes(h5file, h5file[boxes_at])
                    advance(1)
    except (AttributeError, LookupError, OSError, RuntimeError, TypeError) as error:
        raise _damaged(filename, error) from error
    except (ValueError, OverflowError) as error:
        raise _damaged(filename, error) from error
    return found


def _damaged(filename: str, error: Exception) -> DatasetFileError:
    return DatasetFileError(
        f"{filename!r} is not a file of boxes on images, or is truncated or damaged "
        f"({error}); fetch it again"
    )


def _references(h5file: h5py.File, name: str) -> np.ndarray:
    dataset = checked_dataset(h5file, name)
    if not _has_references(dataset) or not 0 < dataset.size <= MAX_IMAGES:
        raise ValueError(f"{name!r} has {dataset.dtype} of the shape {dataset.shape}")
    return dataset[...].ravel()


def _has_references(dataset: h5py.Dataset) -> bool:
    import h5py

    # a string in place of a reference could name a link to another file
    return h5py.check_ref_dtype(dataset.dtype) is h5py.Reference


def _numbers(dataset: Any, most: int, kind: str, may_refer: bool = False) -> np.ndarray:
    import h5py

    if not isinstance(dataset, h5py.Dataset):
        raise ValueError("a reference does not lead to values")
    check_storage(dataset, dataset.file.filename, str(dataset.name))
    allowed = dataset.dtype.kind == kind or (may_refer and _has_references(dataset))
    if not allowed or not 0 < dataset.size <= most:
        raise ValueError(
            f"{dataset.name!r} has {dataset.dtype} of the shape {dataset.shape}"
        )
    return dataset[...].ravel()


def _read_name(dataset: Any) -> str:
    return "".join(map(chr, _numbers(dataset, MAX_NAME, "u").tolist()))


def _read_boxes(h5file: h5py.File, group: Any) -> np.ndarray:
    import h5py

    if not isinstance(group, h5py.Group):
        raise ValueError("a reference does not lead to boxes")
    rows = []
    for field in FIELDS:
        if not isinstance(group.get(field, getlink=True), h5py.HardLink):
            raise ValueError(f"{group.name!r} lacks the field {field!r}")
        values = _numbers(group[field], MAX_BOXES, "f", may_refer=True)
        if values.dtype.kind == "O":
            # one box is a number, several are references to numbers
            parts = [_numbers(h5file[at], 1, "f") for at in values]
            values = np.concatenate(parts)
        rows.append(values)
    boxes = np.array(rows)
    if not (np.isfinite(boxes).all() and np.abs(boxes).max() < 2**15):
        raise ValueError(f"{group.name!r} has boxes that are not on any image")
    return boxes.astype(np.int16)

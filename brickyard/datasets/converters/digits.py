"""The handwritten digits that brickyard ships, from scikit-learn's copy."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path

import numpy as np

from brickyard.datasets.converters.atomic import atomic_hdf5_file
from brickyard.datasets.converters.base import fill_hdf5_file
from brickyard.datasets.converters.provenance import write_provenance

NUM_TEST_EXAMPLES = 360
SPLIT_SEED = 1
AXIS_LABELS = {
    "features": ("batch", "channel", "height", "width"),
    "targets": ("batch", "index"),
}
TEXTS = {
    "title": "Optical recognition of handwritten digits, 1,797 images of 8 x 8 pixels",
    "attribution": (
        "E. Alpaydin and C. Kaynak, Bogazici University, Istanbul; normalised bitmaps "
        "made with preprocessing programs of NIST. The test part of the data set in "
        "the UCI Machine Learning Repository, in the copy that scikit-learn contains."
    ),
    "citation": (
        "Alpaydin, E. and Kaynak, C. (1998). Optical Recognition of Handwritten "
        "Digits. UCI Machine Learning Repository. https://doi.org/10.24432/C50P49"
    ),
    "license": "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/",
    "changes": (
        "Shaped as images, stored as uint8 and divided into 1,437 training and 360 "
        f"test images, stratified by class, drawn with seed {SPLIT_SEED}."
    ),
}


def convert_digits(
    output_directory: str | os.PathLike, output_filename: str = "digits.hdf5"
) -> tuple[str]:
    """Convert scikit-learn's copy of the handwritten digits to one HDF5 file.

    The file has the source ``features`` of shape ``(batch, channel, height, width)``,
    uint8 from 0 to 16, 1,437 training and 360 test images of one channel of 8 x 8
    pixels, and the source ``targets`` of shape ``(batch, index)``, their classes as
    uint8. The division is that of `split_digits`; within a split the images are in
    their original order.

    Parameters
    ----------
    output_directory
        Where the converted file goes; it must exist.
    output_filename
        The name of the converted file.

    Returns
    -------
    tuple
        The path of the converted file.

    Raises
    ------
    ModuleNotFoundError
        If scikit-learn is not installed.

    References
    ----------
    Alpaydin, E. and Kaynak, C. (1998). Optical Recognition of Handwritten Digits. UCI
    Machine Learning Repository, https://doi.org/10.24432/C50P49.
    """
    try:
        from sklearn.datasets import load_digits
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "the converter of the digits reads scikit-learn's copy of them, and "
            "scikit-learn is not installed; run `pip install scikit-learn`"
        ) from error
    pixels, classes = load_digits(return_X_y=True)
    features = pixels.reshape(-1, 1, 8, 8).astype(np.uint8)
    targets = classes[:, None].astype(np.uint8)
    output_path = Path(output_directory) / output_filename
    data = [
        (split, source, array[indices])
        for split, indices in split_digits(classes).items()
        for source, array in (("features", features), ("targets", targets))
    ]
    original = resources.files("sklearn.datasets.data") / "digits.csv.gz"
    with (
        resources.as_file(original) as path,
        atomic_hdf5_file(output_path) as h5file,
    ):
        fill_hdf5_file(h5file, data, axis_labels=AXIS_LABELS, compression="gzip")
        command = "brickyard data convert digits"
        write_provenance(h5file, command, {"features": [path], "targets": [path]})
        h5file.attrs.update(TEXTS)
    return (str(output_path),)


def split_digits(classes: np.ndarray) -> dict[str, np.ndarray]:
    """Divide the digits into a training and a test set, stratified by class.

    Every class gives the test set its share of the 360 images: the whole part of the
    share, and one more for the classes with the largest remainders (the smaller class
    first among equals). Which images these are is drawn with the seed 1, class by
    class. The images do not say who wrote them, so that writers are in both sets.

    Parameters
    ----------
    classes
        The class of each image, integers of shape ``(batch,)``.

    Returns
    -------
    dict
        Increasing indices into the images, int64, for ``"train"`` and ``"test"``.

    Examples
    --------
    >>> splits = split_digits(np.arange(1800) % 10)
    >>> len(splits["train"]), len(splits["test"])
    (1440, 360)
    """
    labels, counts = np.unique(classes, return_counts=True)
    shares = counts * NUM_TEST_EXAMPLES / len(classes)
    sizes = shares.astype(int)
    missing = NUM_TEST_EXAMPLES - sizes.sum()
    sizes[np.argsort(sizes - shares, kind="stable")[:missing]] += 1
    rng = np.random.default_rng(SPLIT_SEED)
    chosen = [
        rng.permutation(np.flatnonzero(classes == label))[:size]
        for label, size in zip(labels, sizes, strict=True)
    ]
    test = np.sort(np.concatenate(chosen))
    return {"train": np.setdiff1d(np.arange(len(classes)), test), "test": test}

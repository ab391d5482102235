import io
import tracemalloc
import zipfile

import h5py
import numpy as np
import pytest
from PIL import Image

from brickyard.datasets import CelebA
from brickyard.datasets.converters import celeba as converter
from brickyard.datasets.converters import (
    convert_celeba,
    convert_celeba_64,
    convert_celeba_aligned_cropped,
    sha256_of_file,
)
from brickyard.datasets.exceptions import DatasetFileError, MissingInputFiles

NAMES = [f"attribute_{index}" for index in range(40)]
# The real list goes through the splits one after the other; here they are mixed.
SPLITS = (0, 2, 0, 1, 2, 0)
BY_SPLIT = {"train": [0, 2, 5], "valid": [3], "test": [1, 4]}
VALUES = np.random.default_rng(1).choice([-1, 1], (len(SPLITS), len(NAMES)))


def jpeg(index, size=(178, 218)):
    rng = np.random.default_rng(index)
    small = Image.fromarray(rng.integers(0, 256, (7, 6, 3)).astype(np.uint8))
    file = io.BytesIO()
    small.resize(size).save(file, "jpeg")
    return file.getvalue()


IMAGES = [jpeg(index) for index in range(len(SPLITS))]


def name_of(index):
    return f"{index + 1:06d}.jpg"


def write_images(directory, images):
    with zipfile.ZipFile(directory / "img_align_celeba.zip", "w") as archive:
        archive.writestr("img_align_celeba/", b"")
        # the archive need not be in the order of the lists
        for name, content in reversed(images.items()):
            archive.writestr(f"img_align_celeba/{name}", content)


@pytest.fixture
def directory(tmp_path, monkeypatch):
    write_images(tmp_path, {name_of(i): image for i, image in enumerate(IMAGES)})
    rows = [
        f"{name_of(index)} " + " ".join(f"{value:2d}" for value in row)
        for index, row in enumerate(VALUES)
    ]
    lines = [str(len(rows)), " ".join(NAMES) + " ", *rows]
    (tmp_path / "list_attr_celeba.txt").write_text("\n".join(lines) + "\n")
    lines = [f"{name_of(index)} {split}\n" for index, split in enumerate(SPLITS)]
    (tmp_path / "list_eval_partition.txt").write_text("".join(lines))
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    return tmp_path


def decoded(content):
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("load_in_memory", [True, False])
def test_aligned_and_cropped_images(directory, load_in_memory):
    (path,) = convert_celeba_aligned_cropped(directory, directory)
    assert path == str(directory / "celeba_aligned_cropped.hdf5")
    for split, indices in BY_SPLIT.items():
        dataset = CelebA("aligned_cropped", split, load_in_memory=load_in_memory)
        features, targets = dataset.get_data(None, slice(0, len(indices)))
        assert features.shape == (len(indices), 3, 218, 178)
        assert features.dtype == targets.dtype == np.uint8
        np.testing.assert_array_equal(targets, VALUES[indices] > 0)
        for image, index in zip(features, indices, strict=True):
            np.testing.assert_array_equal(
                image.transpose(1, 2, 0), np.array(decoded(IMAGES[index]))
            )
    assert dataset.axis_labels == converter.AXIS_LABELS


def test_small_images(directory):
    (path,) = convert_celeba_64(directory, directory)
    features, _ = CelebA("64", "valid").get_data(None, slice(0, 1))
    small = decoded(IMAGES[3]).resize((64, 78), Image.Resampling.LANCZOS)
    expected = np.array(small.crop((0, 7, 64, 71)))
    np.testing.assert_array_equal(features[0].transpose(1, 2, 0), expected)
    with h5py.File(path) as h5file:
        assert h5file.attrs["command"].endswith("--which-format 64")
        inputs = h5file["targets"].attrs["inputs"]
    assert sha256_of_file(directory / "list_eval_partition.txt") in inputs
    assert "zip" not in inputs


def test_formats(directory):
    assert convert_celeba("64", directory, directory) == (
        str(directory / "celeba_64.hdf5"),
    )
    (path,) = convert_celeba("aligned_cropped", directory, directory, "own.hdf5")
    with h5py.File(path) as h5file:
        assert h5file["features"].shape == (6, 3, 218, 178)
    with pytest.raises(ValueError, match=r"which_format of CelebA is '63'.*ed, 64"):
        convert_celeba("63", directory, directory)


def test_splits_by_number_without_the_list_of_splits(directory, monkeypatch):
    (directory / "list_eval_partition.txt").unlink()
    with pytest.raises(
        DatasetFileError, match=r"has 6 images, and the whole .* 202599"
    ):
        convert_celeba_64(directory, directory)
    monkeypatch.setattr(converter, "LENGTHS", (3, 2, 1))
    convert_celeba_64(directory, directory)
    targets = [
        CelebA("64", split, sources=("targets",)).get_data(None, slice(0, length))[0]
        for split, length in (("train", 3), ("valid", 2), ("test", 1))
    ]
    np.testing.assert_array_equal(np.concatenate(targets), VALUES > 0)


def test_missing_files(directory):
    (directory / "img_align_celeba.zip").unlink()
    with pytest.raises(MissingInputFiles, match=r"lacks 'img_align_celeba.zip'"):
        convert_celeba_64(directory, directory)


@pytest.mark.parametrize(
    ("image", "match"),
    [
        (None, r"zip' lacks 1 of the images in 'list_attr_celeba.txt', such as 'img_a"),
        (b"none", r"zip:img_align_celeba/000002.jpg' is not a JPEG image, or is dam"),
        (IMAGES[1][:900], r"000002.jpg' is not a JPEG image, or is dam.*truncated"),
        (jpeg(1, (178, 217)), r"000002.jpg' must have 218 x 178 pixels, got 217 x 178"),
    ],
)
def test_malformed_images(directory, image, match):
    images = {name_of(index): content for index, content in enumerate(IMAGES)}
    images["000002.jpg"] = image
    write_images(directory, {k: v for k, v in images.items() if v is not None})
    with pytest.raises(DatasetFileError, match=match):
        convert_celeba_64(directory, directory)
    assert not list(directory.glob("*hdf5*"))


def test_images_are_not_in_memory_together(directory):
    convert_celeba_aligned_cropped(directory, directory)
    tracemalloc.start()
    convert_celeba_aligned_cropped(directory, directory)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < len(IMAGES) * 3 * 218 * 178

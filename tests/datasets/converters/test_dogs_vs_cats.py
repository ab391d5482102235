import io
import zipfile

import h5py
import numpy as np
import pytest
from PIL import Image

from brickyard.datasets import DataStream, DogsVsCats, SequentialScheme
from brickyard.datasets.converters import convert_dogs_vs_cats, sha256_of_file
from brickyard.datasets.exceptions import DatasetFileError, MissingInputFiles
from brickyard.testing.streams import check_stream


def jpeg(index):
    rng = np.random.default_rng(index)
    pixels = rng.integers(0, 256, (8 + index, 9 + index % 3, 3)).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "jpeg")
    return file.getvalue()


TRAIN = {
    f"train/{kind}.{index}.jpg": jpeg(10 * (kind == "dog") + index)
    for kind in ("cat", "dog")
    for index in range(4)
}
TEST = {f"test1/{index + 1}.jpg": jpeg(20 + index) for index in range(3)}


def write(path, folder, files):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(folder, b"")
        for name, content in files.items():
            archive.writestr(name, content)


@pytest.fixture
def directory(tmp_path, monkeypatch):
    write(tmp_path / "dogs_vs_cats.train.zip", "train/", TRAIN)
    write(tmp_path / "dogs_vs_cats.test1.zip", "test1/", TEST)
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    return tmp_path


def shuffled(files):
    """The order of the files that Fuel made."""
    names = list(files)
    np.random.RandomState(123522).shuffle(names)
    return names


def check_images(found, files):
    for image, name in zip(found, shuffled(files), strict=True):
        expected = np.array(Image.open(io.BytesIO(files[name])))
        np.testing.assert_array_equal(image.transpose(1, 2, 0), expected)


@pytest.mark.parametrize("load_in_memory", [True, False])
def test_images_and_targets_come_back(directory, load_in_memory):
    (path,) = convert_dogs_vs_cats(directory, directory)
    assert path == str(directory / "dogs_vs_cats.hdf5")
    train = DogsVsCats("train", load_in_memory=load_in_memory)
    images, targets = train.get_data(None, slice(0, 8))
    check_images(images, TRAIN)
    expected = [[int("dog" in name)] for name in shuffled(TRAIN)]
    assert targets.dtype == np.uint8
    assert targets.tolist() == expected
    assert train.axis_labels == {
        "image_features": ("batch", "channel", "height", "width"),
        "targets": ("batch", "index"),
    }
    test = DogsVsCats(("test",), load_in_memory=load_in_memory)
    assert test.sources == ("image_features",)
    check_images(test.get_data(None, slice(0, 3))[0], TEST)


def test_provenance(directory):
    (path,) = convert_dogs_vs_cats(directory, directory, "own.hdf5")
    with h5py.File(path) as h5file:
        assert "dogs_vs_cats" in h5file.attrs["command"]
        inputs = h5file["targets"].attrs["inputs"]
    assert sha256_of_file(directory / "dogs_vs_cats.train.zip") in inputs
    assert "test1" not in inputs


def test_default_stream(directory):
    convert_dogs_vs_cats(directory, directory)
    stream = DataStream.default_stream(
        DogsVsCats("train"), iteration_scheme=SequentialScheme(8, 3)
    )
    check_stream(stream)
    images, _ = next(stream.get_epoch_iterator())
    assert images[0].dtype.kind == "f"
    assert images[0].max() <= 1


def test_missing_files(directory):
    (directory / "dogs_vs_cats.test1.zip").unlink()
    with pytest.raises(MissingInputFiles, match=r"lacks 'dogs_vs_cats.test1.zip'"):
        convert_dogs_vs_cats(directory, directory)


@pytest.mark.parametrize(
    ("files", "match"),
    [
        (
            {"train/readme.txt": b"text"},
            r"train.zip' has no JPEG images; fetch it agai",
        ),
        (
            {"train/cow.1.jpg": jpeg(1)},
            r"image 'train/cow.1.jpg', of which the name mu",
        ),
        ({"train/cat.1.jpg": b"none"}, r"zip:train/cat.1.jpg' is not a JPEG image, or"),
        (
            {"../cat.1.jpg": jpeg(1)},
            r"train.zip' has the member '../cat.1.jpg', an uns",
        ),
    ],
)
def test_malformed_archives(directory, files, match):
    write(directory / "dogs_vs_cats.train.zip", "train/", files)
    with pytest.raises(DatasetFileError, match=match):
        convert_dogs_vs_cats(directory, directory)
    assert not list(directory.glob("*hdf5*"))

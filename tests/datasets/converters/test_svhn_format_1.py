import io
import tarfile

import h5py
import numpy as np
import pytest
from PIL import Image

from brickyard.datasets import SVHN, DataStream, SequentialScheme
from brickyard.datasets.converters import (
    convert_svhn,
    convert_svhn_format_1,
    decoded_images,
    sha256_of_file,
)
from brickyard.datasets.exceptions import DatasetFileError, MissingInputFiles
from brickyard.testing.streams import check_stream

FIELDS = ("height", "label", "left", "top", "width")
SIZES = {"train": [(5, 8), (6, 4), (3, 3)], "extra": [(2, 2)], "test": [(4, 7)]}


def digit_struct(boxes):
    file = io.BytesIO()
    with h5py.File(file, "w") as h5file:
        names, groups = [], []
        for index, rows in enumerate(boxes):
            codes = np.array([[ord(c)] for c in f"{index + 1}.png"], dtype=np.uint16)
            names.append([h5file.create_dataset(f"r/n{index}", data=codes).ref])
            group = h5file.create_group(f"r/b{index}")
            for field, value in zip(FIELDS, rows, strict=True):
                group[field] = np.array([[value]], dtype=float)
            groups.append([group.ref])
        for field, refs in (("name", names), ("bbox", groups)):
            h5file.create_dataset(
                f"digitStruct/{field}", data=refs, dtype=h5py.ref_dtype
            )
    return file.getvalue()


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "png")
    return file.getvalue()


def write(path, files):
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


@pytest.fixture
def files():
    rng = np.random.default_rng(1)
    files = {}
    for split, sizes in SIZES.items():
        boxes = [[9, 10 - index, -1, 2, 3] for index in range(len(sizes))]
        # the archives list images in another order than the boxes
        files[split] = {
            f"{split}/{index + 1}.png": png(
                rng.integers(0, 256, (*size, 3)).astype(np.uint8)
            )
            for index, size in reversed(list(enumerate(sizes)))
        }
        files[split][f"{split}/digitStruct.mat"] = digit_struct(boxes)
        files[split][f"{split}/see_bboxes.m"] = b"function"
    return files


@pytest.fixture
def directory(tmp_path, files):
    for split, content in files.items():
        write(tmp_path / f"{split}.tar.gz", content)
    return tmp_path


def test_images_and_boxes_come_back(directory, files, monkeypatch):
    (path,) = convert_svhn(1, directory, directory)
    assert path == str(directory / "svhn_format_1.hdf5")
    with h5py.File(path) as h5file:
        assert h5file.attrs["command"].endswith("--which-format 1")
        inputs = h5file["bbox_tops"].attrs["inputs"]
        assert sha256_of_file(directory / "extra.tar.gz") in inputs
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(directory))
    for split, sizes in SIZES.items():
        dataset = SVHN(1, split)
        assert dataset.num_examples == len(sizes)
        assert dataset.axis_labels["features"] == (
            "batch",
            "channel",
            "height",
            "width",
        )
        data = dict(
            zip(
                dataset.sources,
                dataset.get_data(None, slice(0, len(sizes))),
                strict=True,
            )
        )
        for index, image in enumerate(data["features"]):
            content = files[split][f"{split}/{index + 1}.png"]
            pixels = np.array(Image.open(io.BytesIO(content)))
            np.testing.assert_array_equal(image.transpose(1, 2, 0), pixels)
        labels = [labels.tolist() for labels in data["bbox_labels"]]
        assert labels == [[0], [9], [8]][: len(sizes)]
        assert data["bbox_lefts"][0].tolist() == [-1]
        assert data["bbox_heights"][0].dtype == np.int16


def test_default_stream(directory, monkeypatch):
    convert_svhn_format_1(directory, directory)
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(directory))
    dataset = SVHN(1, "train", sources=("bbox_labels", "features"))
    stream = DataStream.default_stream(dataset, iteration_scheme=SequentialScheme(3, 2))
    check_stream(stream)
    _, features = next(stream.get_epoch_iterator())
    assert features[1].shape == (3, 6, 4)
    assert features[1].max() <= 1


def test_without_extra(directory):
    (directory / "extra.tar.gz").unlink()
    with pytest.raises(MissingInputFiles, match=r"lacks 'extra.tar.gz'"):
        convert_svhn_format_1(directory, directory)
    (path,) = convert_svhn_format_1(directory, directory, without_extra=True)
    with h5py.File(path) as h5file:
        assert SVHN.get_all_splits(h5file) == ("train", "test")
        assert h5file.attrs["command"].endswith("--without-extra")


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("1.png", None, r"gz' lacks 1 of the images with boxes, such as 'test/1.png'"),
        ("1.png", b"no image", r"gz:test/1.png' is not a PNG image, or is damaged"),
        ("digitStruct.mat", None, r"gz' lacks the file 'test/digitStruct.mat'"),
        ("digitStruct.mat", b"x", r"gz:test/digitStruct.mat' is not a file of boxes"),
        (
            "digitStruct.mat",
            digit_struct([[1, 11, 1, 1, 1]]),
            r"from 1 to 10, got \[11",
        ),
    ],
)
def test_malformed_archives(directory, files, name, content, match):
    changed = {**files["test"], f"test/{name}": content}
    kept = {key: value for key, value in changed.items() if value is not None}
    write(directory / "test.tar.gz", kept)
    with pytest.raises(DatasetFileError, match=match):
        convert_svhn_format_1(directory, directory)
    assert not list(directory.glob("*hdf5*"))


def test_large_images(directory, monkeypatch):
    monkeypatch.setattr(decoded_images, "MAX_PIXELS", 30)
    with pytest.raises(DatasetFileError, match=r"or too large .* 8 x 5 pixels\); fetc"):
        convert_svhn_format_1(directory, directory)


def test_truncated_archive(directory):
    path = directory / "test.tar.gz"
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(DatasetFileError, match=r"test.tar.gz' is not a tar archive, o"):
        convert_svhn_format_1(directory, directory)

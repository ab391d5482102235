import gzip
import io
import tarfile
import tracemalloc

import h5py
import numpy as np
import pytest
from PIL import Image

from brickyard.datasets.converters import ilsvrc_images
from brickyard.datasets.converters.ilsvrc_images import (
    make_image_space,
    write_image,
    write_other_images,
    write_train_images,
)
from brickyard.datasets.converters.ilsvrc_patches import Patches
from brickyard.datasets.exceptions import DatasetFileError


def encoded(value, kind="JPEG", size=(6, 5)):
    file = io.BytesIO()
    Image.new("RGB", size, (value, 0, 0)).save(file, kind)
    return file.getvalue()


def tar(files):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


# The classes, and the images within them, are in no order.
CLASSES = {
    "n03": {"n03_2.JPEG": encoded(1), "n03_1.JPEG": gzip.compress(encoded(2))},
    "n01": {"n01_5.JPEG": encoded(3, "PNG")},
}
LABELS = {"n01": 0, "n02": 1, "n03": 2}
OTHERS = {"val/b.JPEG": encoded(5), "val/a.JPEG": encoded(4)}


@pytest.fixture
def h5file():
    with h5py.File("memory.hdf5", "w", driver="core", backing_store=False) as h5file:
        make_image_space(h5file, {"train": 3, "valid": 2})
        yield h5file


@pytest.fixture
def train(tmp_path):
    path = tmp_path / "train.tar"
    path.write_bytes(tar({f"{name}.tar": tar(f) for name, f in CLASSES.items()}))
    return path


@pytest.fixture
def valid(tmp_path):
    path = tmp_path / "valid.tar"
    path.write_bytes(tar(OTHERS))
    return path


def names(h5file):
    return [name.decode() for name in h5file["filenames"][:, 0]]


def test_space(h5file):
    assert h5file["encoded_images"].dims[0].label == "batch"
    assert h5file["targets"].dtype == np.int16
    assert h5file["filenames"].dtype == "S32"
    assert len(h5file["targets"]) == 5
    rows = {(r["split"], r["source"]): r["stop"] for r in h5file.attrs["split"]}
    assert len(rows) == 6


def test_training_images_go_to_their_places(h5file, train):
    places = np.array([2, 0, 1])
    write_train_images(h5file, train, LABELS, places, Patches())
    assert names(h5file)[:3] == ["n03_2.JPEG", "n01_5.JPEG", "n03_1.JPEG"]
    assert h5file["targets"][:3, 0].tolist() == [2, 0, 2]
    contents = [bytes(content) for content in h5file["encoded_images"][:3]]
    assert contents == [encoded(1), encoded(3, "PNG"), encoded(2)]
    assert h5file["encoded_images_shapes"][:3, 0].tolist() == list(map(len, contents))


def test_images_are_replaced(h5file, train, valid):
    patches = Patches(images={"n01_5.JPEG": encoded(9)})
    write_train_images(h5file, train, LABELS, np.arange(3), patches)
    assert bytes(h5file["encoded_images"][2]) == encoded(9)
    for patches in (Patches(images={"x.JPEG": b""}), Patches(images={"y.JPEG": b""})):
        with pytest.raises(DatasetFileError, match="lacks 1 of the images for which"):
            write_train_images(h5file, train, LABELS, np.arange(3), patches)
        with pytest.raises(DatasetFileError, match="lacks 1 of the images for which"):
            write_other_images(h5file, valid, 3, None, patches)


def test_other_images_are_sorted(h5file, valid):
    write_other_images(h5file, valid, 3, np.array([7, 8]), Patches())
    assert names(h5file)[3:] == ["a.JPEG", "b.JPEG"]
    assert h5file["targets"][3:, 0].tolist() == [7, 8]
    assert bytes(h5file["encoded_images"][3]) == encoded(4)


def test_images_without_labels(h5file, valid):
    write_other_images(h5file, valid, 3, None, Patches())
    assert names(h5file)[3:] == ["a.JPEG", "b.JPEG"]
    assert h5file["targets"][3:, 0].tolist() == [0, 0]


def test_other_numbers_of_images(h5file, train, valid):
    with pytest.raises(DatasetFileError, match=r"train.tar' must have 4 images, .* 3;"):
        write_train_images(h5file, train, LABELS, np.arange(4), Patches())
    with pytest.raises(DatasetFileError, match=r"must have 2 images, .* has more;"):
        write_train_images(h5file, train, LABELS, np.arange(2), Patches())
    with pytest.raises(DatasetFileError, match=r"has 2 images, and there are 3 labels"):
        write_other_images(h5file, valid, 2, np.arange(3), Patches())


def test_unknown_classes(h5file, train):
    with pytest.raises(
        DatasetFileError, match=r"'n01.tar', which is of no class; did you mean 'n03'"
    ):
        write_train_images(h5file, train, {"n03": 0}, np.arange(3), Patches())


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        (
            "a.JPEG",
            b"<html>",
            r"'t.tar:a.JPEG' is not a JPEG or PNG image, or is damag",
        ),
        ("a.JPEG", encoded(1, "GIF"), "is not a JPEG or PNG image, or is damaged, or"),
        (
            "a.JPEG",
            gzip.compress(encoded(1))[:-5],
            "damaged: gzip cannot decompress it",
        ),
        ("a.JPEG", b"\x1f\x8bx", "damaged: gzip cannot decompress it"),
        (f"{'a' * 28}.JPEG", encoded(1), "name of an image must have at most 32 bytes"),
    ],
)
def test_malformed_images(h5file, name, content, match):
    with pytest.raises(DatasetFileError, match=match):
        write_image(h5file, 0, f"t.tar:{name}", content, Patches())


def test_images_that_grow(h5file, monkeypatch):
    monkeypatch.setattr(ilsvrc_images, "MAX_IMAGE_SIZE", 100)
    content = gzip.compress(encoded(1))
    with pytest.raises(
        DatasetFileError, match="has more than 100 bytes when decompres"
    ):
        write_image(h5file, 0, "t.tar:a.JPEG", content, Patches())


def test_classes_are_not_in_memory(tmp_path):
    # readers of JPEG files ignore what comes after the end of the image
    content = encoded(1) + bytes(2**19)
    path = tmp_path / "train.tar"
    inner = tar({f"n01_{index}.JPEG": content for index in range(40)})
    path.write_bytes(tar({"n01.tar": inner}))
    with h5py.File(tmp_path / "a.hdf5", "w") as h5file:
        make_image_space(h5file, {"train": 40})
        tracemalloc.start()
        write_train_images(h5file, path, {"n01": 0}, np.arange(40), Patches())
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < len(inner) / 4

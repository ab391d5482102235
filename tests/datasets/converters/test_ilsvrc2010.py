import gzip
import io
import tarfile

import h5py
import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from brickyard.datasets import ILSVRC2010, DataStream, SequentialScheme
from brickyard.datasets.converters import convert_ilsvrc2010, sha256_of_file
from brickyard.datasets.exceptions import DatasetFileError, MissingInputFiles
from brickyard.testing.streams import check_stream

WNIDS = ("n03", "n01", "n02")
NUM_TRAIN = (2, 3, 1)
FIELDS = ("ILSVRC2010_ID", "WNID", "words", "num_children", "num_train_images")
VALID, TEST = (3, 1), (2, 2, 1)


def jpeg(seed):
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (4 + seed % 3, 5, 3)).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "jpeg")
    return file.getvalue()


def tar(files, mode="w"):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def devkit():
    rows = [
        (index + 1, wnid, "some words", 0, count)
        for index, (wnid, count) in enumerate(zip(WNIDS, NUM_TRAIN, strict=True))
    ]
    table = np.empty((4, 1), [(name, "O") for name in FIELDS])
    for index, row in enumerate([*rows, (4, "n09", "all of them", 3, 0)]):
        table[index, 0] = row
    meta = io.BytesIO()
    savemat(meta, {"synsets": table, "cost_matrix": np.ones((3, 3), np.uint8)})
    truth = "".join(f"{label}\n" for label in VALID).encode()
    files = {"meta.mat": meta.getvalue()}
    files["ILSVRC2010_validation_ground_truth.txt"] = truth
    return tar({f"devkit-1.0/data/{k}": v for k, v in files.items()}, "w:gz")


TRAIN = {
    wnid: {f"{wnid}_{i}.JPEG": jpeg(10 * at + i) for i in reversed(range(count))}
    for at, (wnid, count) in enumerate(zip(WNIDS, NUM_TRAIN, strict=True))
}
OTHERS = {
    split: {
        f"{split}/ILSVRC2010_{split}_{i + 1:08d}.JPEG": jpeg(seed + i)
        for i in range(count)
    }
    for split, count, seed in (("val", len(VALID), 50), ("test", len(TEST), 60))
}
PATCHES = {
    "patch_images/train/n01_1.JPEG": jpeg(90),
    "patch_images/val/ILSVRC2010_val_00000002.JPEG": jpeg(91),
}


@pytest.fixture
def directory(tmp_path, monkeypatch):
    train = {wnid: dict(files) for wnid, files in TRAIN.items()}
    train["n02"]["n02_0.JPEG"] = gzip.compress(train["n02"]["n02_0.JPEG"])
    inner = {f"{wnid}.tar": tar(files) for wnid, files in train.items()}
    files = {
        "ILSVRC2010_devkit-1.0.tar.gz": devkit(),
        "ILSVRC2010_images_train.tar": tar(inner),
        "ILSVRC2010_images_val.tar": tar(OTHERS["val"]),
        "ILSVRC2010_images_test.tar": tar(OTHERS["test"]),
        "ILSVRC2010_test_ground_truth.txt": b"2\n2\n1\n",
        "patch_images.tar": tar(PATCHES),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    return tmp_path


def read(split, **kwargs):
    dataset = ILSVRC2010(split, **kwargs)
    data = dataset.get_data(None, slice(0, dataset.num_examples))
    return dict(zip(dataset.sources, data, strict=True))


@pytest.mark.parametrize("load_in_memory", [True, False])
def test_images_come_back(directory, load_in_memory):
    (path,) = convert_ilsvrc2010(directory, directory)
    assert path == str(directory / "ilsvrc2010.hdf5")
    # one class after the other, sorted by name within it, and then shuffled
    names = [name for wnid in WNIDS for name in sorted(TRAIN[wnid])]
    images = {
        name: content for files in TRAIN.values() for name, content in files.items()
    }
    images["n01_1.JPEG"] = jpeg(90)
    data = read("train", load_in_memory=load_in_memory)
    found = [name.decode() for name in data["filenames"][:, 0]]
    places = np.random.RandomState(1).permutation(6)
    assert [found[place] for place in places] == names
    assert [bytes(image) for image in data["encoded_images"]] == [
        images[name] for name in found
    ]
    expected = [WNIDS.index(name[:3]) for name in found]
    assert data["targets"][:, 0].tolist() == expected
    assert data["targets"].dtype == np.int16
    valid, test = (read(s, load_in_memory=load_in_memory) for s in ("valid", "test"))
    assert valid["targets"].tolist() == [[2], [0]]
    assert test["targets"].tolist() == [[1], [1], [0]]
    assert bytes(valid["encoded_images"][1]) == jpeg(91)
    assert valid["filenames"][0, 0] == b"ILSVRC2010_val_00000001.JPEG"
    assert [bytes(image) for image in test["encoded_images"]] == list(
        OTHERS["test"].values()
    )


def test_the_seed_decides_the_order(directory):
    orders = []
    for seed in (1, 1, 2, None):
        convert_ilsvrc2010(directory, directory, shuffle_seed=seed)
        orders.append(read("train")["filenames"][:, 0].tolist())
    assert orders[0] == orders[1] != orders[2]
    assert orders[3] == [
        name.encode() for wnid in WNIDS for name in sorted(TRAIN[wnid])
    ]


def test_provenance(directory):
    (path,) = convert_ilsvrc2010(directory, directory, "own.hdf5", shuffle_seed=3)
    with h5py.File(path) as h5file:
        assert h5file.attrs["command"].endswith("--shuffle-seed 3")
        inputs = h5file["encoded_images"].attrs["inputs"]
        assert "devkit" in h5file["targets"].attrs["inputs"]
    assert sha256_of_file(directory / "patch_images.tar") in inputs


def test_default_stream(directory):
    convert_ilsvrc2010(directory, directory)
    stream = DataStream.default_stream(
        ILSVRC2010("train"), iteration_scheme=SequentialScheme(6, 4)
    )
    check_stream(stream)
    images, _, _ = next(stream.get_epoch_iterator())
    assert images[0].shape[0] == 3


def test_missing_files(directory):
    (directory / "patch_images.tar").unlink()
    with pytest.raises(MissingInputFiles, match=r"lacks 'patch_images.tar'"):
        convert_ilsvrc2010(directory, directory)


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("ILSVRC2010_images_train.tar", tar({}), "must have 6 images, .* has 0; fet"),
        ("ILSVRC2010_images_val.tar", tar({"a": b""}), "1 images, and there are 2 la"),
        ("ILSVRC2010_test_ground_truth.txt", b"4", r"truth.txt': the label 1 must be"),
        ("patch_images.tar", tar({"test/a.JPEG": b""}), "lacks 1 of the images for w"),
    ],
)
def test_malformed_files(directory, name, content, match):
    (directory / name).write_bytes(content)
    with pytest.raises(DatasetFileError, match=match):
        convert_ilsvrc2010(directory, directory)
    assert not list(directory.glob("*hdf5*"))

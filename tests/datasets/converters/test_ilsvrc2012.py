import io
import tarfile

import h5py
import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from brickyard.datasets import ILSVRC2012
from brickyard.datasets.converters import convert_ilsvrc2012
from brickyard.datasets.exceptions import DatasetFileError, MissingInputFiles

FIELDS = ("ILSVRC2012_ID", "WNID", "num_children", "num_train_images")
ROWS = [(1, "n01", 0, 2), (2, "n02", 0, 2), (3, "n03", 2, 0)]


def jpeg(value):
    file = io.BytesIO()
    Image.new("RGB", (5, 4), (value, 0, 0)).save(file, "jpeg")
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
    table = np.empty((len(ROWS), 1), [(name, "O") for name in FIELDS])
    for index, row in enumerate(ROWS):
        table[index, 0] = row
    meta = io.BytesIO()
    savemat(meta, {"synsets": table})
    folder = "ILSVRC2012_devkit_t12/data"
    files = {f"{folder}/meta.mat": meta.getvalue()}
    files[f"{folder}/ILSVRC2012_validation_ground_truth.txt"] = b"2\n1\n2\n"
    return tar(files, "w:gz")


@pytest.fixture
def directory(tmp_path, monkeypatch):
    train = {
        f"{wnid}.tar": tar({f"{wnid}_{i}.JPEG": jpeg(10 * at + i) for i in range(2)})
        for at, wnid in enumerate(("n02", "n01"))
    }
    valid = {f"ILSVRC2012_val_{i + 1:08d}.JPEG": jpeg(50 + i) for i in (2, 0, 1)}
    test = {f"test/ILSVRC2012_test_{i + 1:08d}.JPEG": jpeg(60 + i) for i in range(2)}
    files = {
        "ILSVRC2012_devkit_t12.tar.gz": devkit(),
        "ILSVRC2012_img_train.tar": tar(train),
        "ILSVRC2012_img_val.tar": tar(valid),
        "ILSVRC2012_img_test.tar": tar(test),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    monkeypatch.setenv("BRICKYARD_DATA_PATH", str(tmp_path))
    return tmp_path


def read(split):
    dataset = ILSVRC2012(split)
    data = dataset.get_data(None, slice(0, dataset.num_examples))
    return dict(zip(dataset.sources, data, strict=True))


def test_images_come_back(directory):
    (path,) = convert_ilsvrc2012(directory, directory, shuffle_seed=4)
    assert path == str(directory / "ilsvrc2012.hdf5")
    train, valid, test = map(read, ("train", "valid", "test"))
    names = [b"n02_0.JPEG", b"n02_1.JPEG", b"n01_0.JPEG", b"n01_1.JPEG"]
    places = np.random.RandomState(4).permutation(4)
    assert train["filenames"][places, 0].tolist() == names
    assert train["targets"][places, 0].tolist() == [1, 1, 0, 0]
    images = [bytes(train["encoded_images"][place]) for place in places]
    assert images == [jpeg(0), jpeg(1), jpeg(10), jpeg(11)]
    assert valid["targets"].tolist() == [[1], [0], [1]]
    assert [bytes(i) for i in valid["encoded_images"]] == [jpeg(50), jpeg(51), jpeg(52)]
    assert sorted(test) == ["encoded_images", "filenames"]
    assert [bytes(i) for i in test["encoded_images"]] == [jpeg(60), jpeg(61)]
    assert test["filenames"][1, 0] == b"ILSVRC2012_test_00000002.JPEG"


def test_default_seed_and_provenance(directory):
    (path,) = convert_ilsvrc2012(directory, directory)
    with h5py.File(path) as h5file:
        assert h5file.attrs["command"].endswith("--shuffle-seed 1")
        assert h5file["targets"].shape == (7, 1)
        assert h5file["encoded_images"].shape == (9,)
    (path,) = convert_ilsvrc2012(directory, directory, shuffle_seed=None)
    with h5py.File(path) as h5file:
        assert h5file.attrs["command"].endswith("--shuffle-seed none")


def test_missing_files(directory):
    (directory / "ILSVRC2012_img_test.tar").unlink()
    with pytest.raises(MissingInputFiles, match=r"lacks 'ILSVRC2012_img_test.tar'"):
        convert_ilsvrc2012(directory, directory)


def test_truncated_archives(directory):
    for split in ("train", "val", "test"):
        path = directory / f"ILSVRC2012_img_{split}.tar"
        content = path.read_bytes()
        path.write_bytes(content[:1000])
        with pytest.raises(DatasetFileError, match=rf"img_{split}.tar.*fetch it again"):
            convert_ilsvrc2012(directory, directory)
        path.write_bytes(content)
    assert not list(directory.glob("*hdf5*"))

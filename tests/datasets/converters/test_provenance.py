import hashlib
import json

import h5py
import pytest

from brickyard import __version__
from brickyard.datasets.converters import (
    provenance,
    sha256_of_file,
    write_provenance,
)


@pytest.fixture
def h5file():
    with h5py.File("memory.hdf5", "w", driver="core", backing_store=False) as h5file:
        h5file["features"] = [1, 2]
        yield h5file


@pytest.fixture
def original(tmp_path):
    path = tmp_path / "original.bin"
    path.write_bytes(b"bricks")
    return path


def test_digest(original):
    assert sha256_of_file(original) == hashlib.sha256(b"bricks").hexdigest()


def test_attributes(h5file, original):
    write_provenance(h5file, "convert it", {"features": [original]})
    assert h5file.attrs["brickyard_version"] == __version__
    assert h5file.attrs["format_version"] == "1.0"
    assert h5file.attrs["command"] == "convert it"
    assert h5file.attrs["h5py_version"] == h5py.__version__
    inputs = json.loads(h5file["features"].attrs["inputs"])
    assert inputs == {"original.bin": hashlib.sha256(b"bricks").hexdigest()}


def test_every_source_is_named(h5file, original):
    with pytest.raises(ValueError, match=r"\['targets'\], but .* has \['features'\]"):
        write_provenance(h5file, "convert it", {"targets": [original]})


def test_scales_are_no_sources(tmp_path):
    with h5py.File(tmp_path / "a.hdf5", "w") as h5file:
        h5file["x"], h5file["x_shapes"] = [1], [[2]]
        h5file["x_shapes"].make_scale("shapes")
        write_provenance(h5file, "convert", {"x": []})
        assert "inputs" in h5file["x"].attrs
        assert "inputs" not in h5file["x_shapes"].attrs


def test_each_file_is_read_once(h5file, original, monkeypatch):
    seen = []
    monkeypatch.setattr(
        provenance, "sha256_of_file", lambda path: seen.append(path) or "0"
    )
    h5file["targets"] = [0]
    write_provenance(
        h5file, "convert", {key: [original, str(original)] for key in h5file}
    )
    assert seen == [original]

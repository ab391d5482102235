"""What a checkpoint says about itself."""

import pytest

from brickyard._version import __version__
from brickyard.training.checkpoint.manifest import (
    Manifest,
    MemberRecord,
    library_versions,
)
from brickyard.training.errors import CheckpointError


def described():
    return Manifest.describe({"a.json": MemberRecord(2, "00")}, "xla")


def test_round_trip():
    manifest = described()
    assert Manifest.from_dict(manifest.as_dict(), "file") == manifest


def test_versions():
    found = library_versions()
    assert found["brickyard"] == __version__
    assert set(found) == {"brickyard", "python", "pytensor", "jax", "numpy"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "something"}, "file is no checkpoint of brickyard"),
        ({"format_version": 99}, "has the checkpoint format 99; this version"),
        ({"extra": 1}, "unusable manifest: .*unknown 'extra'"),
        ({"members": {"a": {"size": "x", "sha256": ""}}}, "unusable manifest"),
        ({"members": [1]}, "unusable manifest"),
    ],
)
def test_refuses(change, message):
    with pytest.raises(CheckpointError, match=message):
        Manifest.from_dict({**described().as_dict(), **change}, "file")


def test_refuses_other_json():
    with pytest.raises(CheckpointError, match="is no checkpoint"):
        Manifest.from_dict([1], "file")

import hashlib

import pytest

from brickyard.datasets.downloaders.recorded_digests import (
    digest_path,
    read_digest,
    record_digest,
)
from brickyard.datasets.exceptions import DownloadError, UnverifiedDownloadWarning


def test_a_digest_is_noted_and_read(tmp_path):
    path = tmp_path / "a.gz"
    path.write_bytes(b"abc")
    assert read_digest(path) is None
    with pytest.warns(UnverifiedDownloadWarning, match=r"no digest of 'a.gz' is known"):
        record_digest(path)
    assert read_digest(path) == hashlib.sha256(b"abc").hexdigest()


@pytest.mark.parametrize("text", ["", "0" * 64, f"{'0' * 64}  b", f"{'x' * 64}  a"])
def test_notes_on_something_else(tmp_path, text):
    digest_path(tmp_path / "a").write_text(text)
    with pytest.raises(DownloadError, match=r"a\.sha256' must hold the SHA-256 digest"):
        read_digest(tmp_path / "a")


def test_notes_that_cannot_be_read_or_written(tmp_path):
    (tmp_path / "a").touch()
    digest_path(tmp_path / "a").mkdir()
    with pytest.raises(DownloadError, match=r"cannot read '.*a\.sha256'"):
        read_digest(tmp_path / "a")
    with pytest.raises(DownloadError, match=r"cannot write '.*a\.sha256'"):
        record_digest(tmp_path / "a")

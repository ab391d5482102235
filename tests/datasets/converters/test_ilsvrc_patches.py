import io
import tarfile
from pathlib import Path

import pytest

from brickyard.datasets.converters.ilsvrc_patches import Patches
from brickyard.datasets.exceptions import DatasetFileError

FILES = {
    "patch_images/train/a.JPEG": b"a",
    "patch_images/train/b.JPEG": b"b",
    "patch_images/val/a.JPEG": b"other",
    "patch_images/train/readme.txt": b"text",
}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "patch_images.tar"
    with tarfile.open(path, "w") as archive:
        for name, content in FILES.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def test_images_of_one_split_are_replaced(path):
    patches = Patches(path, "train")
    assert patches.images == {"a.JPEG": b"a", "b.JPEG": b"b"}
    assert patches.apply("a.JPEG", b"damaged") == b"a"
    assert patches.apply("c.JPEG", b"good") == b"good"
    with pytest.raises(
        DatasetFileError,
        match=r"'train.tar' lacks 1 of the images for which .*patch_images.tar' has "
        r"others, such as 'b.JPEG'; fetch",
    ):
        patches.check_used(Path("train.tar"))
    patches.apply("b.JPEG", b"damaged")
    patches.check_used(Path("train.tar"))


def test_none():
    patches = Patches()
    assert patches.apply("a.JPEG", b"good") == b"good"
    patches.check_used(Path("train.tar"))

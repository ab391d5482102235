import gzip

import pytest

from brickyard.datasets.converters.celeba_lists import (
    check_same_images,
    read_attributes,
    read_partition,
)
from brickyard.datasets.exceptions import DatasetFileError

# As published: a space after the last name, and columns padded by spaces.
ATTRIBUTES = b"2\r\nBald Young \r\n000001.jpg -1  1\r\n000002.jpg  1 -1\r\n"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "list.txt"


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_attributes(path, pack):
    path.write_bytes(pack(ATTRIBUTES))
    names, found = read_attributes(path)
    assert names == ["Bald", "Young"]
    assert {name: values.tolist() for name, values in found.items()} == {
        "000001.jpg": [0, 1],
        "000002.jpg": [1, 0],
    }


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", r"list.txt': line 1 must be the number of images, and the next names"),
        (b"two\nBald\n", "line 1 must be the number of images"),
        (b"2\n", "line 1 must be the number of images"),
        (b"1\nBald Young\n1.jpg 1\n", "line 3 must be an image and 2 times -1 or 1"),
        (b"1\nBald\n1.jpg 0\n", "line 3 must be an image and 1 times -1 or 1"),
        (b"1\nBald\n\n1.jpg x\xff\n", "line 4 must be an image and 1 times -1 or 1"),
        (b"2\nBald\n1.jpg 1\n1.jpg 1\n", "line 4 names '1.jpg' a second time"),
        (b"2\nBald\n1.jpg 1\n", "announces 2 images and has 1; fetch"),
        (b"0\nBald\n", "announces 0 images and has 0"),
    ],
)
def test_malformed_attributes(path, content, match):
    path.write_bytes(content)
    with pytest.raises(DatasetFileError, match=match):
        read_attributes(path)


def test_partitions(path):
    path.write_bytes(b"1.jpg 0\n2.jpg 2\n3.jpg 1\n")
    assert read_partition(path) == {"1.jpg": 0, "2.jpg": 2, "3.jpg": 1}


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"1.jpg 0\n2.jpg 3\n", "list.txt': line 2 must be an image and 0, 1 or 2"),
        (b"1.jpg\n", "line 1 must be an image and 0, 1 or 2"),
        (b"1.jpg 0\n1.jpg 0\n", "line 2 names '1.jpg' a second time; fetch"),
    ],
)
def test_malformed_partitions(path, content, match):
    path.write_bytes(content)
    with pytest.raises(DatasetFileError, match=match):
        read_partition(path)


def test_lists_of_other_images(path):
    check_same_images(path, {"1.jpg": 0}, {"1.jpg": None})
    with pytest.raises(DatasetFileError, match=r"lacks the image '1.jpg'; did you m"):
        check_same_images(path, {"01.jpg": 0}, {"1.jpg": None})
    with pytest.raises(
        DatasetFileError, match=r"has 2 images and the list of .* 1; fet"
    ):
        check_same_images(path, {"1.jpg": 0, "2.jpg": 0}, {"1.jpg": None})

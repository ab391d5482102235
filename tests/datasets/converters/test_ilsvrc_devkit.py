import io
import tarfile

import numpy as np
import pytest
from scipy.io import savemat

from brickyard.datasets.converters.ilsvrc_devkit import parse_labels, read_devkit
from brickyard.datasets.exceptions import DatasetFileError

FIELDS = (
    "ILSVRC2012_ID",
    "WNID",
    "words",
    "gloss",
    "num_children",
    "children",
    "wordnet_height",
    "num_train_images",
)
# Three classes, and two kinds of them.
ROWS = [
    (1, "n02119789", "kit fox, Vulpes", "small grey fox", 0, [], 0, 3),
    (2, "n02100735", "English setter", "an English breed", 0, [], 0, 2),
    (3, "n02110185", "Siberian husky", "breed of sled dog", 0, [], 0, 4),
    (4, "n02083346", "canine", "", 2, [1, 5], 2, 0),
    (5, "n02084071", "dog", "domestic", 2, [2, 3], 1, 0),
]
TRUTH = "ILSVRC2012_validation_ground_truth.txt"


def changed(row, field, value):
    rows = [list(each) for each in ROWS]
    rows[row][FIELDS.index(field)] = value
    return [tuple(each) for each in rows]


def write(path, rows=ROWS, truth=b"3\n1\n2\n1\n"):
    table = np.empty((len(rows), 1), [(name, "O") for name in FIELDS])
    for index, row in enumerate(rows):
        table[index, 0] = row
    meta = io.BytesIO()
    savemat(meta, {"synsets": table}, do_compression=True)
    with tarfile.open(path, "w:gz") as archive:
        for name, content in (("meta.mat", meta.getvalue()), (TRUTH, truth)):
            member = tarfile.TarInfo(f"kit/data/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "devkit.tar.gz"


def test_classes_and_labels(path):
    write(path)
    found = read_devkit(path, "kit/data", "ILSVRC2012")
    assert found.labels == {"n02119789": 0, "n02100735": 1, "n02110185": 2}
    assert found.num_train == 9
    assert found.valid_labels.dtype == np.int16
    assert found.valid_labels.tolist() == [2, 0, 1, 0]


@pytest.mark.parametrize(
    ("rows", "match"),
    [
        (changed(1, "ILSVRC2012_ID", 3), "class 2 of 'synsets' has another number in"),
        (changed(1, "ILSVRC2012_ID", "b"), "ILSVRC2012_ID must be whole .* got 'b'"),
        (changed(1, "num_train_images", 1.5), "num_train_images .* numbers, got 1.5"),
        (changed(1, "num_train_images", [1, 2]), r"must be whole numbers, got array\("),
        (changed(1, "num_children", -1), "num_children must be whole numbers, got"),
        (changed(1, "WNID", 5), r"class 2 of 'synsets' has the WNID array"),
        (changed(1, "WNID", "n02119789"), "class 2 of 'synsets' has the WNID 'n02119"),
        (changed(0, "num_children", 1), "class 2 .* come before all kinds of classes"),
        (ROWS[:0], "gz:kit/data/meta.mat' has no classes with images; fetch"),
    ],
)
def test_malformed_tables(path, rows, match):
    write(path, rows)
    with pytest.raises(DatasetFileError, match=match):
        read_devkit(path, "kit/data", "ILSVRC2012")


def test_other_challenges(path):
    write(path)
    with pytest.raises(
        DatasetFileError, match=r"lacks the file 'kit/data/ILSVRC2010_v"
    ):
        read_devkit(path, "kit/data", "ILSVRC2010")


def test_malformed_labels(path):
    write(path, truth=b"1\n4\n")
    with pytest.raises(
        DatasetFileError, match=r"truth.txt': the label 2 must be from 1 to 3, got '4'"
    ):
        read_devkit(path, "kit/data", "ILSVRC2012")


@pytest.mark.parametrize("line", [b"0", b"-1", b"1.5", b"x", b"\xff", b"9" * 5000])
def test_other_labels(line):
    with pytest.raises(
        DatasetFileError, match=r"'a.txt': the label 2 must be from 1 t"
    ):
        parse_labels(b"1\n" + line, "a.txt", 3)


def test_no_labels():
    with pytest.raises(DatasetFileError, match=r"'a.txt' has no labels; fetch"):
        parse_labels(b"\n", "a.txt", 3)

import h5py
import numpy as np
import pytest

from brickyard.datasets.exceptions import DatasetFileError
from brickyard.datasets.hdf5_layout import (
    check_split,
    create_split_array,
    get_all_sources,
    get_all_splits,
    get_axis_labels,
    get_provided_sources,
    get_scale,
    get_subsets,
    get_vlen_sources,
    read_split_rows,
)


@pytest.fixture
def h5file():
    with h5py.File("layout.hdf5", "w", driver="core", backing_store=False) as h5file:
        h5file["x"] = np.arange(10)
        h5file["y"] = np.arange(10)
        h5file["odd"] = np.array([7, 1, 3])
        h5file["x"].dims[0].label = "batch"
        h5file["pictures"] = h5py.Empty("f")
        del h5file["pictures"]
        pictures = h5file.create_dataset("pictures", (10,), h5py.vlen_dtype(np.uint8))
        h5file["shapes"] = np.ones((10, 2), np.int32)
        h5file["labels"] = np.array([b"height", b"width"])
        h5file["shapes"].make_scale("shapes")
        h5file["labels"].make_scale("shape_labels")
        pictures.dims[0].label = "batch"
        pictures.dims[0].attach_scale(h5file["shapes"])
        pictures.dims[0].attach_scale(h5file["labels"])
        h5file.attrs["split"] = create_split_array(
            {
                "train": {"x": (0, 6), "pictures": (0, 6), "y": (0, 6)},
                "test": {"x": (6, 10), "pictures": (6, 10, None, "held out")},
                "some": {"x": (0, 0, h5file["odd"].ref)},
            }
        )
        yield h5file


def test_table(h5file):
    rows = {(row.split, row.source): row for row in read_split_rows(h5file)}
    assert len(rows) == 9
    assert rows["train", "x"].available
    assert (rows["train", "x"].start, rows["train", "x"].stop) == (0, 6)
    assert not rows["train", "x"].indices
    assert not rows["test", "y"].available
    assert rows["test", "pictures"].comment == "held out"
    assert rows["some", "x"].indices


def test_names_beyond_ascii(h5file):
    h5file["é"] = np.arange(2)
    h5file.attrs["split"] = create_split_array({"früh": {"é": (0, 2)}})
    assert get_all_splits(h5file) == ("früh",)
    assert get_subsets(h5file, ["früh"], ["é"])[0].num_examples == 2


def test_what_there_is(h5file):
    assert get_all_splits(h5file) == ("train", "test", "some")
    assert get_all_sources(h5file) == ("pictures", "x", "y")
    assert get_provided_sources(h5file, "test") == ("pictures", "x")
    assert get_vlen_sources(h5file) == ("pictures",)
    assert get_axis_labels(h5file) == {
        "x": ("batch",),
        "y": ("",),
        "pictures": ("batch", "height", "width"),
    }
    assert get_scale(h5file, "x", "shapes") is None


def test_subsets(h5file):
    subsets = get_subsets(h5file, ["train"], ["x", "pictures"])
    assert [subset.bounds for subset in subsets] == [(0, 6), (0, 6)]
    (both,) = get_subsets(h5file, ["test", "train"], ["x"])
    assert both.bounds == (0, 10)
    (listed,) = get_subsets(h5file, ["some"], ["x"])
    assert listed.get_list_representation() == [7, 1, 3]
    (united,) = get_subsets(h5file, ["some", "test"], ["x"])
    assert united.get_list_representation() == [7, 1, 3, 6, 8, 9]


def test_unknown_split(h5file):
    message = r"layout\.hdf5' has no split 'trian'; did you mean 'train'\?"
    with pytest.raises(ValueError, match=message):
        get_provided_sources(h5file, "trian")
    with pytest.raises(ValueError, match=r"has no split 'a'\. There are: b"):
        check_split(h5file, "a", ["b"])


def test_missing_table(h5file):
    del h5file.attrs["split"]
    with pytest.raises(
        DatasetFileError, match=r"layout\.hdf5' lacks the root attribute 'split'"
    ):
        get_all_splits(h5file)


def table_without(field):
    table = create_split_array({"train": {"x": (0, 6)}})
    return table[[name for name in table.dtype.names if name != field]]


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ("train", "lacks .*'split', 'source', 'start'"),
        (np.arange(3), "lacks .*'split', 'source', 'start'"),
        (table_without("start").copy(), r"lacks \['start'\]"),
        (create_split_array({"a": {"x": (0, 1)}})[0], "lacks rows"),
    ],
)
def test_malformed_tables(h5file, table, problem):
    h5file.attrs["split"] = table
    with pytest.raises(DatasetFileError, match=rf"malformed root attribute.*{problem}"):
        get_all_splits(h5file)


def test_rows_that_cannot_be_read(h5file):
    table = create_split_array({"train": {"x": (0, 6)}})
    table["split"] = b"\xff\xfe"
    h5file.attrs["split"] = table
    with pytest.raises(
        DatasetFileError, match=r"malformed .* the row .* cannot be read"
    ):
        get_all_splits(h5file)


def test_rows_given_twice(h5file):
    table = create_split_array({"train": {"x": (0, 6)}})
    h5file.attrs["split"] = np.concatenate([table, table])
    with pytest.raises(
        DatasetFileError, match="source 'x' of split 'train' has several"
    ):
        get_all_splits(h5file)


def test_tables_without_comments(h5file):
    h5file.attrs["split"] = table_without("comment").copy()
    assert [row.comment for row in read_split_rows(h5file)] == [""]


@pytest.mark.parametrize("interval", [(0, 11), (-1, 3), (5, 2)])
def test_splits_beyond_the_source(h5file, interval):
    h5file.attrs["split"] = create_split_array({"train": {"x": interval}})
    with pytest.raises(
        DatasetFileError, match=r"split 'train' of source 'x' does not fit its 10 ex"
    ):
        get_subsets(h5file, ["train"], ["x"])


@pytest.mark.parametrize(
    ("indices", "problem"),
    [
        (np.array([3, 12]), "between 0 and 9"),
        (np.array([3, 3]), "duplicates"),
        (np.array([0.5]), "list of integers"),
        (np.zeros((2, 2), int), r"the shape \(2, 2\)"),
        (np.arange(11), r"the shape \(11,\)"),
    ],
)
def test_wrong_indices(h5file, indices, problem):
    h5file["wrong"] = indices
    reference = h5file["wrong"].ref
    h5file.attrs["split"] = create_split_array({"train": {"x": (0, 0, reference)}})
    with pytest.raises(
        DatasetFileError, match=f"of source 'x' does not fit.*{problem}"
    ):
        get_subsets(h5file, ["train"], ["x"])


def test_indices_that_are_no_dataset(h5file):
    reference = h5file.create_group("group").ref
    h5file.attrs["split"] = create_split_array({"train": {"x": (0, 0, reference)}})
    with pytest.raises(DatasetFileError, match="does not lead to a dataset"):
        get_subsets(h5file, ["train"], ["x"])


def test_indices_in_other_files_are_refused(h5file, tmp_path):
    external = [(str(tmp_path / "canary"), 0, 16)]
    wrong = h5file.create_dataset("wrong", (2,), np.int64, external=external)
    h5file.attrs["split"] = create_split_array({"train": {"x": (0, 0, wrong.ref)}})
    with pytest.raises(DatasetFileError, match="'x, indices' has external storage"):
        get_subsets(h5file, ["train"], ["x"])


def test_sources_that_are_not_there(h5file):
    h5file.attrs["split"] = create_split_array({"train": {"xx": (0, 6)}})
    with pytest.raises(
        DatasetFileError, match="source 'xx' is not in the file; did you"
    ):
        get_subsets(h5file, ["train"], ["xx"])
    with pytest.raises(DatasetFileError, match="split 'train' has no source 'x'"):
        get_subsets(h5file, ["train"], ["x"])


def test_scalar_sources(h5file):
    h5file["one"] = 3
    h5file.attrs["split"] = create_split_array({"train": {"one": (0, 1)}})
    with pytest.raises(DatasetFileError, match="source 'one' is a scalar; it needs an"):
        get_subsets(h5file, ["train"], ["one"])


def test_creating_wrong_tables():
    with pytest.raises(ValueError, match="at least one split with one source, got"):
        create_split_array({})
    with pytest.raises(
        ValueError, match=r"source 'x' of split 'a' must be \(start, sto"
    ):
        create_split_array({"a": {"x": (0,)}})

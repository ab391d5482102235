import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import brickyard
from brickyard.datasets import (
    ConcatenatedScheme,
    DataStream,
    H5PYDataset,
    SequentialExampleScheme,
    SequentialScheme,
    ShuffledExampleScheme,
    ShuffledScheme,
    cross_validation,
)
from brickyard.datasets.exceptions import DatasetFileError
from brickyard.testing.streams import check_stream, same

N = 23


def fill(h5file):
    rng = np.random.default_rng(3)
    h5file["features"] = rng.normal(size=(N, 3)).astype("float32")
    h5file.create_dataset("targets", data=np.arange(N)[:, None], chunks=(4, 1))
    h5file["names"] = np.array([f"n{i}" for i in range(N)], dtype="S3")
    h5file["odd"] = np.array([21, 4, 5, 16, 2])
    pictures = h5file.create_dataset("pictures", (N,), h5py.vlen_dtype(np.uint8))
    shapes = rng.integers(0, 4, size=(N, 2))
    for index, shape in enumerate(shapes):
        pictures[index] = rng.integers(0, 255, size=np.prod(shape))
    h5file["shapes"] = shapes
    h5file["shapes"].make_scale("shapes")
    h5file["labels"] = np.array([b"height", b"width"])
    h5file["labels"].make_scale("shape_labels")
    for scale in ("shapes", "labels"):
        pictures.dims[0].attach_scale(h5file[scale])
    for source in ("features", "targets", "pictures", "names"):
        h5file[source].dims[0].label = "batch"
    everywhere = ("features", "targets", "pictures")
    reference = h5file["odd"].ref
    h5file.attrs["split"] = H5PYDataset.create_split_array(
        {
            "train": dict.fromkeys((*everywhere, "names"), (0, 15)),
            "valid": dict.fromkeys(everywhere, (15, 19)),
            "test": dict.fromkeys(everywhere, (19, N)),
            "odd": dict.fromkeys(everywhere, (0, 0, reference)),
            "uneven": {"features": (0, 3), "targets": (0, 4)},
        }
    )


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("hdf5") / "data.hdf5"
    with h5py.File(path, "w") as h5file:
        fill(h5file)
    return path


@pytest.fixture(scope="module")
def targets():
    return np.arange(N)[:, None]


def handles(path):
    """Count the file descriptors of this process that are open on a file."""
    folder = "/proc/self/fd"
    found = 0
    for descriptor in os.listdir(folder):
        try:
            found += os.readlink(f"{folder}/{descriptor}") == str(path)
        except OSError:
            continue
    return found


def test_sources_and_labels(path):
    dataset = H5PYDataset(path, ("train",))
    assert dataset.sources == ("features", "names", "pictures", "targets")
    assert dataset.num_examples == 15
    assert dataset.axis_labels["pictures"] == ("batch", "height", "width")
    assert dataset.vlen_sources == ("pictures",)
    assert dataset.path == str(path)
    both = H5PYDataset(path, ("train", "test"))
    assert both.sources == ("features", "pictures", "targets")
    assert "names" not in both.axis_labels
    labels = {"targets": ("batch", "index")}
    assert H5PYDataset(path, "test", axis_labels=labels).axis_labels == labels


@pytest.mark.parametrize("load_in_memory", [False, True])
@pytest.mark.parametrize(
    ("which_sets", "subset", "expected"),
    [
        (("train",), None, range(15)),
        ("test", None, range(19, 23)),
        (("train", "valid", "test"), None, range(23)),
        (("test", "train"), None, [*range(19, 23), *range(15)]),
        (("odd",), None, [21, 4, 5, 16, 2]),
        (("odd", "valid"), None, [21, 4, 5, 16, 2, 15, 17, 18]),
        (("valid",), slice(1, 3), [16, 17]),
        (("odd",), [3, 0], [16, 21]),
        (("odd",), slice(1, 3), [4, 5]),
        (("train",), slice(0, 0), []),
    ],
)
def test_splits_and_subsets(
    path, targets, which_sets, subset, expected, load_in_memory
):
    dataset = H5PYDataset(
        path, which_sets, subset, load_in_memory=load_in_memory, sources=("targets",)
    )
    assert dataset.num_examples == len(expected)
    (data,) = dataset.get_data(request=slice(None))
    np.testing.assert_array_equal(data, targets[list(expected)])


@st.composite
def schemes(draw, total):
    batch_size = draw(st.integers(1, total + 2))
    seed = draw(st.integers(0, 99))
    indices = draw(st.lists(st.integers(0, total - 1), min_size=1, max_size=12))
    examples = draw(st.sampled_from([total, indices]))
    kind = draw(st.integers(0, 5))
    if kind == 0:
        return SequentialScheme(examples, batch_size)
    if kind == 1:
        sort = draw(st.booleans())
        return ShuffledScheme(examples, batch_size, seed=seed, sorted_indices=sort)
    if kind == 2:
        return SequentialExampleScheme(examples)
    if kind == 3:
        return ShuffledExampleScheme(examples, seed=seed)
    if kind == 4:
        first = SequentialScheme(examples, batch_size)
        return ConcatenatedScheme([first, ShuffledScheme(total, 3, seed=seed)])
    folds = cross_validation(ShuffledScheme, total, 2, strict=False, batch_size=4)
    return next(folds)[draw(st.integers(0, 1))]


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_memory_and_disk_give_the_same(path, data):
    splits = data.draw(
        st.sampled_from([("train",), ("odd",), ("odd", "valid"), ("train", "valid")])
    )
    total = H5PYDataset(path, splits).num_examples
    subset = data.draw(st.sampled_from([None, slice(1, 4), [3, 1, 2, 0]]))
    if subset is not None:
        total = 3 if isinstance(subset, slice) else 4
    scheme = data.draw(schemes(total))
    epoch = data.draw(st.integers(0, 2))
    in_memory, on_disk = (
        DataStream(
            H5PYDataset(path, splits, subset, load_in_memory=load), scheme
        ).get_epoch_iterator(epoch=epoch)
        for load in (True, False)
    )
    for one, other in zip(in_memory, on_disk, strict=True):
        assert same(one, other)


@pytest.mark.parametrize("load_in_memory", [False, True])
@pytest.mark.parametrize(
    "scheme",
    [SequentialScheme(15, 4), ShuffledScheme(15, 4, seed=2), ShuffledExampleScheme(5)],
)
def test_check_stream(path, load_in_memory, scheme):
    dataset = H5PYDataset(path, ("train",), load_in_memory=load_in_memory)
    check_stream(DataStream(dataset, scheme))


def test_what_is_in_memory_cannot_be_written_to(path):
    dataset = H5PYDataset(path, ("train",), load_in_memory=True)
    features, _, pictures, _ = dataset.get_data(request=range(2))
    with pytest.raises(ValueError, match="read-only"):
        features += 1
    with pytest.raises(ValueError, match="read-only"):
        pictures[0][:] = 1


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")
def test_files_are_open_only_while_read(path):
    dataset = H5PYDataset(path, ("train",))
    other = H5PYDataset(path, ("test",))
    assert handles(path) == 0
    stream = DataStream(dataset, SequentialScheme(15, 5))
    iterator = stream.get_epoch_iterator()
    assert handles(path) == 0
    next(iterator)
    assert handles(path) == 1
    list(DataStream(other, SequentialScheme(4, 2)).get_epoch_iterator())
    assert len(list(iterator)) == 2
    assert handles(path) == 0
    abandoned = stream.get_epoch_iterator()
    next(abandoned)
    del abandoned
    assert handles(path) == 0
    iterator = stream.get_epoch_iterator()
    next(iterator)
    iterator.close()
    assert handles(path) == 0
    dataset.get_data(request=3)
    assert handles(path) == 0


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")
def test_a_mapping_lasts_as_long_as_the_dataset(path):
    def mappings():
        with open("/proc/self/maps") as maps:
            return [line.split()[0] for line in maps if line.rstrip().endswith(path)]

    path = str(path)
    before = mappings()
    dataset = H5PYDataset(path, ("train",), sources=("features", "targets"))
    stream = DataStream(dataset, ShuffledScheme(15, 5))
    list(stream.get_epoch_iterator())
    mapped = mappings()
    assert len(mapped) == len(before) + 1
    list(stream.get_epoch_iterator())
    dataset.get_data(request=[5, 2])
    assert mappings() == mapped
    assert handles(path) == 1
    held = H5PYDataset(path, ("train",), subset=[4, 2], load_in_memory=True)
    assert mappings() == mapped
    del dataset, stream
    assert mappings() == before
    assert handles(path) == 0
    assert held.num_examples == 2


def test_a_file_that_is_replaced_between_epochs(path, tmp_path):
    dataset = H5PYDataset(path, ("train",), sources=("features",))
    stream = DataStream(dataset, ShuffledScheme(15, 15))
    (first,) = next(stream.get_epoch_iterator(epoch=0))
    shutil.copy(path, tmp_path / "new.hdf5")
    with h5py.File(tmp_path / "new.hdf5", "r+") as h5file:
        h5file["features"][...] = -h5file["features"][...]
    os.replace(tmp_path / "new.hdf5", path)
    (second,) = next(stream.get_epoch_iterator(epoch=0))
    np.testing.assert_array_equal(second, -first)


def test_splits_that_are_most_of_the_file(path):
    for which_sets, subset, whole in [
        (("train",), None, True),
        (("train",), slice(0, 11), False),
        (("valid",), None, False),
        (("train", "valid"), [*range(12)], True),
    ]:
        handle = H5PYDataset(path, which_sets, subset=subset).open()
        assert handle.whole == whole


def test_reads_in_a_new_process(path, tmp_path):
    streams = [
        DataStream(
            H5PYDataset(path, ("train",), load_in_memory=load), ShuffledScheme(15, 4)
        )
        for load in (False, True)
    ]
    iterator = streams[0].get_epoch_iterator()
    next(iterator)
    saved = tmp_path / "saved"
    saved.write_bytes(pickle.dumps((streams, iterator.get_state())))
    script = (
        "import pickle, sys; streams, state = pickle.load(open(sys.argv[1], 'rb'))\n"
        "for stream in streams:\n"
        "    iterator = stream.get_epoch_iterator(epoch=0); iterator.set_state(state)\n"
        "    print([int(t[0]) for batch in iterator for t in batch[-1]])"
    )
    output = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, str(saved)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(brickyard.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    expected = [int(t[0]) for batch in iterator for t in batch[-1]]
    assert output.splitlines() == [str(expected)] * 2


def test_relative_paths_survive_a_change_of_folder(path, tmp_path, monkeypatch):
    monkeypatch.chdir(path.parent)
    dataset = H5PYDataset(path.name, ("test",))
    monkeypatch.chdir(tmp_path)
    assert len(dataset.get_data(request=slice(None))[0]) == 4


def test_an_open_file_is_left_open(path):
    with h5py.File(path) as h5file:
        dataset = H5PYDataset(h5file, ("test",))
        assert dataset.path == str(path)
        stream = DataStream(dataset, SequentialScheme(4, 2))
        assert len(list(stream.get_epoch_iterator())) == 2
        assert h5file
        with pytest.raises(
            TypeError, match=r"given an open HDF5 file, .* pass the path"
        ):
            pickle.dumps(dataset)
        in_memory = H5PYDataset(h5file, ("test",), load_in_memory=True)
        copied = pickle.loads(pickle.dumps(in_memory))
    assert same(copied.get_data(request=1), in_memory.get_data(request=1))


def test_pickles_leave_the_data_in_the_file(path):
    dataset = H5PYDataset(path, ("train",), load_in_memory=True)
    copied = pickle.loads(pickle.dumps(dataset))
    assert copied._data is None
    assert same(copied.get_data(request=[3, 1]), dataset.get_data(request=[3, 1]))
    copied.load()
    assert copied._data is not None


def test_core_driver(path):
    dataset = H5PYDataset(path, ("test",), driver="core")
    assert len(dataset.get_data(request=[0, 1])[0]) == 2


def test_sort_indices(path):
    dataset = H5PYDataset(path, ("train",), sort_indices=False)
    assert len(dataset.get_data(request=[1, 3])[0]) == 2
    with pytest.raises(
        ValueError, match=r"reads indices in increasing order.*\[3, 1\]"
    ):
        dataset.get_data(request=[3, 1])


def test_example_stream(path):
    stream = H5PYDataset(path, "test", sources=("targets",)).get_example_stream()
    assert [int(t[0]) for (t,) in stream.get_epoch_iterator()] == [19, 20, 21, 22]


def test_wrong_requests(path):
    dataset = H5PYDataset(path, ("test",))
    with pytest.raises(TypeError, match="H5PYDataset needs a request for indices"):
        dataset.get_data()
    for load in (True, False):
        dataset = H5PYDataset(path, ("test",), load_in_memory=load)
        with pytest.raises(
            IndexError, match="H5PYDataset has 4 examples and got a requ"
        ):
            dataset.get_data(request=[0, 4])


def test_wrong_splits(path):
    with pytest.raises(
        ValueError, match=r"data\.hdf5' has no split 'tset'; did you mean 'test'\?"
    ):
        H5PYDataset(path, ("tset",))
    with pytest.raises(ValueError, match="name at least one split, each once, got"):
        H5PYDataset(path, ())
    with pytest.raises(ValueError, match="name at least one split, each once, got"):
        H5PYDataset(path, ("train", "train"))
    with pytest.raises(TypeError, match="must be names of splits, got"):
        H5PYDataset(path, (1,))


def test_wrong_sources(path):
    with pytest.raises(
        ValueError, match="cannot provide source 'target'; did you mean"
    ):
        H5PYDataset(path, ("train",), sources=("target",))
    with pytest.raises(ValueError, match="cannot provide source 'names'"):
        H5PYDataset(path, ("test",), sources=("names",))


def test_wrong_kind_of_file():
    with pytest.raises(
        TypeError, match=r"path of an HDF5 file or an open h5py\.File, got"
    ):
        H5PYDataset(3, ("train",))


def test_uneven_sources(path):
    with pytest.raises(
        DatasetFileError, match=r"differ in length .*'features': 3, 'targ"
    ):
        H5PYDataset(path, ("uneven",))
    assert H5PYDataset(path, ("uneven",), sources=("targets",)).num_examples == 4


def test_no_source_in_common(tmp_path):
    with h5py.File(tmp_path / "a.hdf5", "w") as h5file:
        h5file["x"], h5file["y"] = [1, 2], [1, 2]
        h5file.attrs["split"] = H5PYDataset.create_split_array(
            {"train": {"x": (0, 1)}, "test": {"y": (1, 2)}}
        )
    with pytest.raises(
        DatasetFileError, match=r"a\.hdf5': the splits .* have no source"
    ):
        H5PYDataset(tmp_path / "a.hdf5", ("train", "test"))


def test_wrong_files(tmp_path, path):
    with pytest.raises(FileNotFoundError, match=r"no data file .*gone\.hdf5"):
        H5PYDataset(tmp_path / "gone.hdf5", ("train",))
    (tmp_path / "cut.hdf5").write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(DatasetFileError, match=r"cut\.hdf5' is truncated"):
        H5PYDataset(tmp_path / "cut.hdf5", ("train",))
    with h5py.File(tmp_path / "bare.hdf5", "w") as h5file:
        h5file["x"] = [1]
    with pytest.raises(
        DatasetFileError, match=r"bare\.hdf5' lacks the root attribute 'split'"
    ):
        H5PYDataset(tmp_path / "bare.hdf5", ("train",))


def test_links_out_of_the_file_are_refused(tmp_path, path):
    with h5py.File(tmp_path / "a.hdf5", "w") as h5file:
        h5file["x"] = h5py.ExternalLink(str(path), "/features")
        h5file.attrs["split"] = H5PYDataset.create_split_array({"train": {"x": (0, 5)}})
    with pytest.raises(DatasetFileError, match="external links are refused"):
        H5PYDataset(tmp_path / "a.hdf5", ("train",))


def test_declared_sizes_beyond_the_memory(tmp_path):
    with h5py.File(tmp_path / "a.hdf5", "w") as h5file:
        h5file.create_dataset("x", (2**40, 2**10), np.uint8)
        h5file.create_dataset("y", (2, 2**50), np.uint8)
        h5file.attrs["split"] = H5PYDataset.create_split_array(
            {"wide": {"y": (0, 2)}, "long": {"x": (0, 2**40)}}
        )
    with pytest.raises(DatasetFileError, match=r"1 examples of source 'y'.*would take"):
        H5PYDataset(tmp_path / "a.hdf5", ("wide",))
    H5PYDataset(tmp_path / "a.hdf5", ("long",))
    with pytest.raises(DatasetFileError, match=r"examples of source 'x'.*would take"):
        H5PYDataset(tmp_path / "a.hdf5", ("long",), load_in_memory=True)


MEASURE_MEMORY = """
import sys
from brickyard.datasets import DataStream, H5PYDataset, SequentialScheme, ShuffledScheme

def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * 4096

def growth_of(stream):
    iterator = stream.get_epoch_iterator()
    next(iterator)
    before = most = resident()
    for _ in iterator:
        most = max(most, resident())
    return most - before

dataset = H5PYDataset(sys.argv[1], "train")
for scheme in (SequentialScheme, ShuffledScheme):
    print(growth_of(DataStream(dataset, scheme(dataset.num_examples, 128))))
before = resident()
held = H5PYDataset(sys.argv[1], "train", load_in_memory=True)
print(resident() - before)
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="needs /proc")
def test_streaming_a_large_file_takes_no_memory(tmp_path):
    path, size = tmp_path / "large.hdf5", 3 * 10**8
    with h5py.File(path, "w") as h5file:
        # Only the last example is written: the file takes no room on the disk.
        x = h5file.create_dataset("x", (size // 12_000, 12_000), "uint8")
        x[-1] = 1
        h5file.attrs["split"] = H5PYDataset.create_split_array(
            {"train": {"x": (0, len(x))}}
        )
    printed = subprocess.run(
        [sys.executable, "-c", MEASURE_MEMORY, str(path)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    sequential, shuffled, loaded = map(int, printed.split())
    assert max(sequential, shuffled) < 20e6
    assert loaded > 0.9 * size

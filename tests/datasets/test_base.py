import pytest

from brickyard.datasets import Dataset, DataStream, IndexableDataset


class Pair(Dataset):
    provides_sources = ("features", "targets")


def test_sources():
    assert Pair().sources == ("features", "targets")
    assert Pair(sources=["targets"]).sources == ("targets",)
    assert Pair(sources=("targets", "features")).sources == ("targets", "features")


def test_filter_sources_keeps_the_order_requested():
    data = ("x", "y")
    assert Pair().filter_sources(data) == ("x", "y")
    assert Pair(sources=("targets", "features")).filter_sources(data) == ("y", "x")
    with pytest.raises(
        ValueError, match=r"Pair provides .* and got 1 arrays to choose"
    ):
        Pair().filter_sources(("x",))


def test_unknown_sources():
    with pytest.raises(
        ValueError,
        match="Pair cannot provide source 'feature'; did you mean 'features'",
    ):
        Pair(sources=("feature",))
    with pytest.raises(ValueError, match="sources of Pair is empty; leave it out"):
        Pair(sources=())
    with pytest.raises(ValueError, match="sources of Pair has duplicates"):
        Pair(sources=("targets", "targets"))
    with pytest.raises(TypeError, match="got the string 'targets'; write"):
        Pair(sources="targets")


def test_axis_labels_are_copied():
    given = {"features": ["batch", "feature"]}
    dataset = Pair(axis_labels=given)
    given["features"].append("time")
    assert dataset.axis_labels == {"features": ("batch", "feature")}
    assert Pair().axis_labels is None


def test_axis_labels_of_unknown_sources():
    with pytest.raises(
        ValueError, match="labels for the unknown source 'target'; did "
    ):
        Pair(axis_labels={"target": ("batch",)})


def test_default_transformers_apply_in_order():
    class Wrapped(Pair):
        default_transformers = (
            (lambda stream, *a, **k: (stream, a, k), [1], {"b": 2}),
            (lambda stream: (stream, "outer"), [], {}),
        )

    assert Wrapped().apply_default_transformers("s") == (("s", (1,), {"b": 2}), "outer")
    stream, outer = DataStream.default_stream(Wrapped())
    assert outer == "outer"
    assert isinstance(stream[0], DataStream)
    assert Pair().apply_default_transformers("s") == "s"


def test_example_stream():
    dataset = IndexableDataset({"x": [5, 6]})
    stream = dataset.get_example_stream()
    assert stream.produces_examples
    assert list(stream.get_epoch_iterator()) == [(5,), (6,)]


def test_a_dataset_without_position():
    dataset = Pair()
    assert dataset.open() is None
    assert dataset.reset(None) is None
    assert dataset.next_epoch(None) is None
    assert dataset.close(None) is None
    assert dataset.save_state(None) is None
    assert dataset.restore_state(None) is None
    assert dataset.num_examples != dataset.num_examples
    assert dataset.example_iteration_scheme is None


def test_reset_closes_and_opens():
    class Logged(Pair):
        def __init__(self):
            super().__init__()
            self.calls = []

        def open(self):
            self.calls.append("open")
            return "state"

        def close(self, state):
            self.calls.append(f"close {state}")

    dataset = Logged()
    assert dataset.next_epoch("old") == "state"
    assert dataset.calls == ["close old", "open"]


def test_foreign_states_are_refused():
    with pytest.raises(
        ValueError, match="Pair has no position of its own, yet the sav"
    ):
        Pair().restore_state({"consumed": 3})


def test_get_data_is_abstract():
    with pytest.raises(NotImplementedError, match=r"Pair\.get_data is not defined"):
        Pair().get_data()


def test_default_transformers_of_sources_that_are_not_given():
    class Wrapped(Pair):
        default_transformers = (
            (
                lambda stream, which_sources: which_sources,
                [],
                {"which_sources": "both"},
            ),
        )

    stream = DataStream(Wrapped(sources=("targets",)))
    assert Wrapped().apply_default_transformers(stream) is stream
    Wrapped.default_transformers[0][2]["which_sources"] = ("features", "targets")
    assert Wrapped().apply_default_transformers(stream) == ["targets"]


def test_sources_have_to_be_provided():
    class Nothing(Dataset):
        pass

    with pytest.raises(ValueError, match=r"Nothing provides no sources; set provides_"):
        Nothing()

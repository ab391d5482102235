import numpy as np
import pytest

from brickyard.datasets import DataStream, IterableDataset
from brickyard.datasets.schemes import ConstantScheme
from brickyard.datasets.transformers import Batch, Window
from brickyard.testing import check_stream

SENTENCES = [[1, 2, 3, 4, 5], [], [6, 7], [8, 9, 10, 11]]


def stream_of(sequences=SENTENCES, **kwargs):
    return DataStream(IterableDataset({"words": sequences}, **kwargs))


def pairs(*args, sequences=SENTENCES):
    return list(Window(*args, stream_of(sequences)).get_epoch_iterator())


@pytest.mark.parametrize(
    "args", [(0, 2, 1, False), (1, 2, 2, True), (-1, 1, 1, True), (-4, 2, 1, False)]
)
def test_streams(args):
    check_stream(Window(*args, stream_of()))
    check_stream(Window(*args, stream_of([np.array(s) for s in SENTENCES])))


@pytest.mark.parametrize("offset", range(-6, 4))
@pytest.mark.parametrize("source", [1, 3])
@pytest.mark.parametrize("target", [1, 2])
@pytest.mark.parametrize("overlapping", [True, False])
def test_every_pair_within_a_sequence_is_there(offset, source, target, overlapping):
    expected = []
    for sentence in SENTENCES:
        inside = range(len(sentence) + 1)
        for index in inside:
            start = index + offset + (0 if overlapping else source)
            if (
                index + source in inside
                and start in inside
                and start + target in inside
            ):
                window = sentence[index : index + source]
                expected.append((window, sentence[start : start + target]))
    assert pairs(offset, source, target, overlapping) == expected


def test_windows_of_arrays_and_texts():
    array = np.arange(8).reshape(4, 2)
    result = pairs(1, 2, 2, True, sequences=[array])
    assert len(result) == 2
    np.testing.assert_array_equal(result[1][0], array[1:3])
    np.testing.assert_array_equal(result[1][1], array[2:4])
    assert pairs(0, 2, 1, False, sequences=["abc"]) == [("ab", "c")]


def test_sources_and_labels():
    stream = stream_of(axis_labels={"words": ("batch", "time")})
    window = Window(0, 2, 1, False, stream, "next")
    assert window.produces_examples
    assert window.sources == ("words", "next")
    expected = {"words": ("batch", "time"), "next": ("batch", "time")}
    assert window.axis_labels == expected
    assert Window(0, 2, 1, False, stream_of()).axis_labels is None
    mine = {"next": ("t",)}
    stream = Window(0, 2, 1, False, stream, "next", axis_labels=mine)
    assert stream.axis_labels == mine


def test_the_state_has_no_data_in_it():
    iterator = Window(0, 2, 1, False, stream_of()).get_epoch_iterator()
    next(iterator)
    (part,) = iterator.get_state()["parts"].values()
    assert part["held"] == 1
    assert part["child"]["memory"] == {"consumed": 0}


def test_refuses_a_position_beyond_the_sequence():
    iterator = Window(0, 2, 1, False, stream_of()).get_epoch_iterator(epoch=0)
    next(iterator)
    state = iterator.get_state()
    with pytest.raises(ValueError, match=r"memory.*must be between 0 and 2, got 3"):
        iterator.set_state({**state, "memory": 3})
    assert iterator.get_state() == state


def test_closing_closes_the_stream_below():
    iterator = Window(0, 2, 1, False, stream_of()).get_epoch_iterator()
    next(iterator)
    iterator.close()
    assert list(iterator.replay.child) == []


def test_refuses_streams():
    with pytest.raises(TypeError, match="Window reads a data stream, got list"):
        Window(0, 2, 1, False, SENTENCES)
    with pytest.raises(
        ValueError, match="but Batch gives batches of them; put an Unpac"
    ):
        Window(0, 2, 1, False, Batch(stream_of(), ConstantScheme(2)))
    two = DataStream(IterableDataset({"a": SENTENCES, "b": SENTENCES}))
    with pytest.raises(
        ValueError, match=r"of one source, but .* has 'a', 'b'; choose on"
    ):
        Window(0, 2, 1, False, two)
    with pytest.raises(
        ValueError, match="Window would give two sources the name 'words'"
    ):
        Window(0, 2, 1, False, stream_of(), "words")


def test_refuses_numbers():
    with pytest.raises(
        TypeError, match=r"offset of Window must be an integer, got 0\.5"
    ):
        Window(0.5, 2, 1, False, stream_of())
    with pytest.raises(ValueError, match="source_window of Window must be at least 1"):
        Window(0, 0, 1, False, stream_of())
    with pytest.raises(
        ValueError, match="target_window of Window must not be negative"
    ):
        Window(0, 1, -1, False, stream_of())


def test_examples_that_are_no_sequences():
    with pytest.raises(
        TypeError, match="an example of source 'words' is 3, which has no"
    ):
        pairs(0, 2, 1, False, sequences=[3])

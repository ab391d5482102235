import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brickyard.datasets import (
    ConstantScheme,
    DataStream,
    IndexableDataset,
    IterableDataset,
    SequentialExampleScheme,
    SequentialScheme,
    ShuffledExampleScheme,
    ShuffledScheme,
)
from brickyard.datasets.transformers import (
    Batch,
    Cache,
    Cast,
    Filter,
    FilterSources,
    Flatten,
    ForceFloatX,
    Mapping,
    Merge,
    Padding,
    Rename,
    ScaleAndShift,
    SortMapping,
    Unpack,
)
from brickyard.testing import check_stream

# Sequences of 1 to 3 pairs, and a number for each of them.
LENGTHS = (1, 3, 2, 2, 1, 3, 3)
SEQUENCES = [np.full((n, 2), i, "float64") for i, n in enumerate(LENGTHS)]
NUMBERS = np.arange(len(LENGTHS))


def example_is_kept(example):
    return int(np.sum(example[-1])) % 3 != 1


def batch_is_kept(batch):
    return int(np.sum(np.concatenate([np.ravel(x) for x in batch[-1]]))) % 4 != 1


def by_sum(example):
    return float(np.sum(example[-1]))


def last_of(data):
    return (data[-1],)


def sizes():
    return st.integers(1, 4).map(ConstantScheme)


@st.composite
def sources(draw):
    kind = draw(st.sampled_from(["iterable", "indexable"]))
    if kind == "iterable":
        return DataStream(IterableDataset({"s": SEQUENCES, "n": NUMBERS}))
    dataset = IndexableDataset({"s": SEQUENCES, "n": NUMBERS})
    schemes = [
        SequentialExampleScheme(7),
        ShuffledExampleScheme(7, seed=3),
        SequentialScheme(7, draw(st.integers(1, 4))),
        ShuffledScheme(7, draw(st.integers(1, 4)), seed=5),
    ]
    return DataStream(dataset, draw(st.sampled_from(schemes)))


def steps(stream, draw):
    """Return what can be put on top of a stream, as functions of the stream."""
    names = stream.sources
    agnostic = {
        "scale": lambda s: ScaleAndShift(s, 0.5, 1, which_sources=names[-1:]),
        "cast": lambda s: Cast(s, "float32", which_sources=names[:1]),
        "float": ForceFloatX,
        "flatten": lambda s: Flatten(s, which_sources=names[:1]),
        "rename": lambda s: Rename(s, {names[0]: names[0] + "_"}),
        "last": lambda s: FilterSources(s, names[-1:]),
        "merge": lambda s: Merge((s, s), [f"{n}{i}" for i in "12" for n in names]),
    }
    if f"{names[-1]}x" not in names:
        agnostic["add"] = lambda s: Mapping(s, last_of, add_sources=(f"{names[-1]}x",))
    if stream.produces_examples:
        only = {
            "filter": lambda s: Filter(s, example_is_kept),
            "batch": lambda s: Batch(s, draw(sizes()), draw(st.integers(0, 1))),
        }
    else:
        only = {
            "filter": lambda s: Filter(s, batch_is_kept),
            "sort": lambda s: Mapping(s, SortMapping(by_sum)),
            "cache": lambda s: Cache(s, draw(sizes())),
            "unpack": Unpack,
        }
        if f"{names[0]}_mask" not in names:
            only["pad"] = lambda s: Padding(s, mask_sources=names[:1])
    return {**agnostic, **only, **{f"{key} again": only[key] for key in only}}


@st.composite
def pipelines(draw):
    stream = draw(sources())
    for _ in range(draw(st.integers(1, 5))):
        possible = steps(stream, draw)
        stream = possible[draw(st.sampled_from(sorted(possible)))](stream)
    return stream


def is_possible(stream):
    """Whether both epochs have data, and no step met data that it refuses."""
    try:
        return all(list(stream.get_epoch_iterator(epoch=epoch)) for epoch in (0, 1))
    except ValueError:
        return False


@settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(pipelines().filter(is_possible))
def test_any_pipeline_resumes_anywhere(stream):
    check_stream(stream)

import io

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from PIL import Image

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
    BucketBatch,
    Cache,
    Cast,
    Filter,
    FilterSources,
    Flatten,
    ForceFloatX,
    ImagesFromBytes,
    Mapping,
    Merge,
    MinimumImageDimensions,
    NGrams,
    Padding,
    Random2DRotation,
    RandomFixedSizeCrop,
    RandomHorizontalFlip,
    RandomVerticalFlip,
    Rename,
    ScaleAndShift,
    ShuffleBuffer,
    SortMapping,
    Unpack,
    Window,
)
from brickyard.testing import check_stream

# Sequences of 1 to 3 pairs, and a number for each of them.
LENGTHS = (1, 3, 2, 2, 1, 3, 3)
SEQUENCES = [np.full((n, 2), i, "float64") for i, n in enumerate(LENGTHS)]
NUMBERS = np.arange(len(LENGTHS))


def encoded(height, width, value):
    """Return an image file in which every pixel is another one."""
    pixels = np.arange(value, value + height * width * 3, dtype="uint8")
    file = io.BytesIO()
    Image.fromarray(pixels.reshape(height, width, 3)).save(file, "png")
    return file.getvalue()


FILES = [encoded(3 + n % 2, 4, 30 * n) for n in range(7)]


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


def seeds():
    return st.integers(0, 3)


@st.composite
def sources(draw):
    data = {"s": SEQUENCES, "n": NUMBERS}
    names = draw(st.sampled_from([None, ("s",)]))
    kind = draw(st.sampled_from(["iterable", "indexable"]))
    if kind == "iterable":
        return DataStream(IterableDataset(data, sources=names))
    dataset = IndexableDataset(data, sources=names)
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
        "shuffle": lambda s: ShuffleBuffer(s, draw(st.integers(1, 9)), draw(seeds())),
        "merge": lambda s: Merge((s, s), [f"{n}{i}" for i in "12" for n in names]),
    }
    if f"{names[-1]}x" not in names:
        agnostic["add"] = lambda s: Mapping(s, last_of, add_sources=(f"{names[-1]}x",))
    if stream.produces_examples:
        only = {
            "filter": lambda s: Filter(s, example_is_kept),
            "batch": lambda s: Batch(s, draw(sizes()), draw(st.integers(0, 1))),
        }
        if f"{names[0]}_mask" not in names:
            only["bucket"] = lambda s: BucketBatch(
                s,
                draw(st.integers(1, 3)),
                mask_sources=names[:1],
                pool_batches=draw(st.integers(1, 3)),
                strictness=draw(st.integers(0, 1)),
                seed=draw(seeds()),
            )
        if len(names) == 1 and names[0].startswith("s"):
            only["window"] = lambda s: Window(
                draw(st.integers(-2, 1)), 1, 1, draw(st.booleans()), s, "next"
            )
            only["ngrams"] = lambda s: NGrams(1, s, "next")
    else:
        only = {
            "filter": lambda s: Filter(s, batch_is_kept),
            "sort": lambda s: Mapping(s, SortMapping(by_sum)),
            "cache": lambda s: Cache(s, draw(sizes())),
            "unpack": Unpack,
        }
        if f"{names[0]}_mask" not in names:
            only["pad"] = lambda s: Padding(s, mask_sources=names[:1])
    return {**agnostic, **only}


@st.composite
def image_sources(draw):
    data = {"image": FILES, "n": NUMBERS}
    if draw(st.booleans()):
        stream = DataStream(IterableDataset(data))
    else:
        scheme = ShuffledScheme(7, draw(st.integers(1, 4)), seed=draw(seeds()))
        stream = DataStream(IndexableDataset(data), scheme)
    return ImagesFromBytes(stream, which_sources=("image",))


def image_steps(stream, draw):
    """Return what can be put on top of a stream of images and numbers."""
    only = {"which_sources": ("image",)}
    with_seed = {**only, "seed": draw(seeds())}
    agnostic = {
        "crop": lambda s: RandomFixedSizeCrop(s, (2, 3), padding=1, **with_seed),
        "across": lambda s: RandomHorizontalFlip(s, **with_seed),
        "down": lambda s: RandomVerticalFlip(s, 0.3, **with_seed),
        "turn": lambda s: Random2DRotation(s, 1.5, "bilinear", **with_seed),
        "enlarge": lambda s: MinimumImageDimensions(s, (4, 5), "bicubic", **only),
        "shuffle": lambda s: ShuffleBuffer(s, draw(st.integers(1, 9)), draw(seeds())),
    }
    if stream.produces_examples:
        return {
            **agnostic,
            "filter": lambda s: Filter(s, example_is_kept),
            "batch": lambda s: Batch(s, draw(sizes()), draw(st.integers(0, 1))),
        }
    return {**agnostic, "cache": lambda s: Cache(s, draw(sizes())), "unpack": Unpack}


@st.composite
def pipelines(draw, first, following, wanted):
    """Draw a stream with up to five transformers, of which one is a certain one."""
    stream = draw(first)
    place = draw(st.integers(0, 2))
    for index in range(draw(st.integers(place + 1, 5))):
        possible = following(stream, draw)
        name = wanted if index == place else draw(st.sampled_from(sorted(possible)))
        assume(name in possible)
        stream = possible[name](stream)
    assume(is_possible(stream))
    return stream


def is_possible(stream):
    """Whether both epochs have data, and no step met data that it refuses."""
    try:
        return all(list(stream.get_epoch_iterator(epoch=epoch)) for epoch in (0, 1))
    except ValueError:
        return False


resumes = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

STEPS = (
    "add batch bucket cache cast filter flatten float last merge ngrams pad rename "
    "scale shuffle sort unpack window"
)
IMAGE_STEPS = "across batch cache crop down enlarge filter shuffle turn unpack"


@pytest.mark.parametrize("step", STEPS.split())
@resumes
@given(draw=st.data())
def test_any_pipeline_resumes_anywhere(step, draw):
    check_stream(draw.draw(pipelines(sources(), steps, step)))


@pytest.mark.parametrize("step", IMAGE_STEPS.split())
@resumes
@given(draw=st.data())
def test_any_pipeline_of_images_resumes_anywhere(step, draw):
    check_stream(draw.draw(pipelines(image_sources(), image_steps, step)))

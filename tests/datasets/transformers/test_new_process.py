"""Pipelines of all kinds, stopped anywhere and resumed in another process."""

import importlib.util
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from brickyard.datasets import transformers

SCRIPT = Path(__file__).parents[1] / "pipeline_process.py"


def load_builder():
    spec = importlib.util.spec_from_file_location("pipeline_process", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


builder = load_builder()


class Reader:
    """A process that reads streams."""

    def __init__(self, folder):
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", str(SCRIPT), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, what, **request):
        self.process.stdin.write(json.dumps({"ask": what, **request}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, "the process has ended; what it says is in its standard error"
        return json.loads(answer)

    def end(self):
        self.process.stdin.close()
        self.process.stdout.close()
        assert self.process.wait() == 0

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.end()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pipelines")
    builder.write_files(folder)
    return folder


@pytest.fixture(scope="module")
def first(folder):
    with Reader(folder) as reader:
        yield reader


@pytest.fixture(scope="module")
def second(folder):
    with Reader(folder) as reader:
        yield reader


SIZES = {"size": st.integers(1, 4)}
SEEDS = {"seed": st.integers(0, 3)}
STRICTNESS = {"strictness": st.integers(0, 1)}
ARGUMENTS = {
    "shuffle": {"size": st.integers(1, 9), **SEEDS},
    "batch": {**SIZES, **STRICTNESS},
    "bucket": {"size": st.integers(1, 3), **STRICTNESS, **SEEDS},
    "window": {"offset": st.integers(-2, 1), "overlapping": st.booleans()},
    "cache": SIZES,
    "crop": SEEDS,
    "across": SEEDS,
    "down": SEEDS,
    "turn": SEEDS,
    "prefetch": SIZES,
    "serve": SIZES,
    "workers": {**SIZES, "number": st.integers(1, 3)},
}
IMAGE_STEPS = sorted({*builder.ON_IMAGES} - {*builder.ANYWHERE})
CHEAP = sorted({*builder.STEPS, "serve"} - {"device", "workers"})


@st.composite
def sources(draw, with_images):
    if with_images:
        names = ["image", "n"]
    else:
        names = draw(st.sampled_from([["s", "n"], ["s"]]))
    kinds = builder.DATASETS if with_images else (*builder.DATASETS, "text")
    return {
        "kind": draw(st.sampled_from(kinds)),
        "names": names,
        "order": draw(st.sampled_from(builder.SCHEMES)),
        "size": draw(st.integers(1, 4)),
        "seed": draw(st.integers(0, 3)),
    }


@st.composite
def descriptions(draw, folder, wanted, others=CHEAP):
    """Draw a pipeline of up to five steps, of which one is a certain one."""
    with_images = wanted in IMAGE_STEPS or (
        wanted in (*builder.ANYWHERE, "batch", "cache", "unpack")
        and draw(st.booleans())
    )
    description = {"source": draw(sources(with_images)), "steps": []}
    stream = builder.source(folder, **description["source"])
    kinds = []
    place = draw(st.integers(0, 2))
    for index in range(draw(st.integers(place + 1, 5))):
        possible = builder.possible_steps(stream)
        assume(index != place or wanted in possible)
        allowed = sorted(possible & {*others})
        if wanted == "workers" or "workers" in kinds:
            # processes that are workers cannot have workers themselves
            allowed = [each for each in allowed if each != "workers"]
        kind = wanted if index == place else draw(st.sampled_from(allowed))
        step = {"kind": kind, **draw(st.fixed_dictionaries(ARGUMENTS.get(kind, {})))}
        kinds.append(kind)
        description["steps"].append(step)
        stream = builder.put_on(stream, step, None)
    return description


def check_resumes(description, draw, first, second, changed=None, plain=True):
    """Check that what follows a stop is what would have followed without it."""
    epoch = draw(st.integers(0, 1))
    expected = first.ask(
        "read", description=description, epochs=[epoch, epoch + 1], plain=plain
    )
    # some steps refuse some data: windows longer than a sequence, for one
    assume("refused" not in expected and all(expected["epochs"]))
    now, following = expected["epochs"]
    after = draw(st.integers(0, len(now)))
    stopped = first.ask("stop", description=description, epoch=epoch, after=after)
    assert stopped["seen"] == now[:after]
    resumed = second.ask(
        "resume",
        description=changed or description,
        epoch=epoch,
        states=stopped["states"],
    )
    assert resumed == {"later": now[after:], "following": following}


resumes = settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
few = settings(resumes, max_examples=3)
many = settings(resumes, max_examples=15)


@pytest.mark.parametrize("kind", CHEAP)
@resumes
@given(data=st.data())
def test_any_pipeline_resumes_in_another_process(folder, first, second, kind, data):
    description = data.draw(descriptions(folder, kind))
    check_resumes(description, data.draw, first, second)


@few
@given(data=st.data())
def test_workers_resume_in_another_process(folder, first, second, data):
    description = data.draw(descriptions(folder, "workers"))
    changed = with_workers(description, data.draw(st.integers(1, 3)))
    check_resumes(description, data.draw, first, second, changed)


@few
@given(data=st.data())
def test_batches_put_on_the_device_resume(folder, first, second, data):
    description = data.draw(descriptions(folder, data.draw(st.sampled_from(CHEAP))))
    step = {"kind": "device", "size": data.draw(st.integers(1, 3))}
    description["steps"].append(step)
    check_resumes(description, data.draw, first, second, plain=False)


@few
@given(data=st.data())
def test_datasets_kept_on_the_device_resume(folder, first, second, data):
    names = data.draw(st.sampled_from([["n"], ["n", "p"]]))
    origin = {**data.draw(sources(False)), "kind": "on device", "names": names}
    steps = [{"kind": "prefetch", "size": 2}] * data.draw(st.integers(0, 1))
    description = {"source": origin, "steps": steps}
    check_resumes(description, data.draw, first, second, plain=False)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [*CHEAP, "workers"])
@many
@given(data=st.data())
def test_any_pipeline_resumes_in_a_process_of_its_own(folder, first, kind, data):
    description = data.draw(descriptions(folder, kind, [*CHEAP, "workers"]))
    with Reader(folder) as reader:
        check_resumes(description, data.draw, first, reader)


def with_workers(description, number):
    steps = [
        {**step, "number": number} if step["kind"] == "workers" else step
        for step in description["steps"]
    ]
    return {**description, "steps": steps}


@few
@given(data=st.data())
def test_the_number_of_workers_changes_nothing(folder, first, data):
    description = data.draw(descriptions(folder, "workers"))
    request = {"description": description, "epochs": [0, 1]}
    expected = first.ask("read", plain=True, **request)
    assume("refused" not in expected and all(expected["epochs"]))
    for number in (1, 2, 3):
        request["description"] = with_workers(description, number)
        assert first.ask("read", plain=False, **request) == expected


@resumes
@given(data=st.data())
def test_memory_and_disk_give_the_same(folder, first, data):
    description = data.draw(descriptions(folder, data.draw(st.sampled_from(CHEAP))))
    found = []
    for kind in ("in memory", "on disk"):
        description["source"]["kind"] = kind
        found.append(
            first.ask("read", description=description, epochs=[0, 1], plain=True)
        )
    assert found[0] == found[1]


def test_all_transformers_are_tried():
    bases = {
        "AgnosticSourcewiseTransformer",
        "AgnosticTransformer",
        "ExpectsAxisLabels",
        "RandomSourcewiseTransformer",
        "SourcewiseTransformer",
        "Transformer",
    }
    there = {
        name
        for name in transformers.__all__
        if inspect.isclass(getattr(transformers, name))
    }
    tried = set(re.findall(r"\bt\.(\w+)", SCRIPT.read_text()))
    missing = there - tried - bases
    assert not missing, f"add {missing} to the steps in {SCRIPT.name}"

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest


@pytest.fixture
def parts():
    from caption import scenes_for

    return scenes_for({"train": 1600, "valid": 64, "test": 200})


def kinds_of(scenes):
    return {thing.kind for scene in scenes for thing in scene}


def test_every_colour_and_every_shape_is_known():
    from caption import KNOWN_KINDS, NEW_KINDS
    from scenes import COLOURS, KINDS, SHAPES

    assert sorted([*KNOWN_KINDS, *NEW_KINDS]) == sorted(KINDS)
    assert {colour for colour, _ in KNOWN_KINDS} == set(COLOURS)
    assert {shape for _, shape in KNOWN_KINDS} == set(SHAPES)


def test_training_does_not_show_what_is_to_be_new(parts):
    from caption import KNOWN_KINDS, NEW_KINDS, NEW_PAIRS

    pairs = {
        part: {
            frozenset(pair)
            for scene in scenes
            for pair in combinations([thing.kind for thing in scene], 2)
        }
        for part, scenes in parts.items()
    }
    new_pairs = {frozenset(pair) for pair in NEW_PAIRS}
    for part in ("train", "valid", "test"):
        assert kinds_of(parts[part]) == set(KNOWN_KINDS)
        assert not pairs[part] & new_pairs
        assert {len(scene) for scene in parts[part]} == {2, 3}
    assert pairs["pairs"] <= new_pairs
    assert kinds_of(parts["pairs"]) <= set(KNOWN_KINDS)
    for scene in parts["kinds"]:
        assert len(scene) == 2
        assert [thing.kind in NEW_KINDS for thing in scene].count(True) == 1


def test_no_scene_that_is_tried_is_in_training(parts):
    tried = {
        frozenset(scene) for part in parts if part != "train" for scene in parts[part]
    }
    assert not tried & {frozenset(scene) for scene in parts["train"]}
    assert not (
        {frozenset(scene) for scene in parts["test"]}
        & {frozenset(scene) for scene in parts["valid"]}
    )


def test_examples_have_valid_captions(parts):
    from caption import LENGTH, VOCABULARY, examples
    from scenes import is_valid

    dataset = examples(parts["valid"], 1)
    pictures, words, mask = dataset.get_data(None, slice(0, 64))
    assert pictures.shape == (64, 3, 24, 24)
    assert words.shape == mask.shape == (64, LENGTH)
    for row, kept, scene in zip(words, mask, parts["valid"], strict=True):
        text = VOCABULARY.text(row)
        assert is_valid(text, scene)
        assert kept.sum() == len(text.split()) + 1


def test_captions_are_judged(parts):
    from caption import shares
    from scenes import captions_of

    scenes = parts["pairs"][:4]
    captions = [captions_of(scene)[0] for scene in scenes]
    turned = captions[0].split()
    captions[0] = captions[0].replace(
        " ".join(turned[3:-3]), "left of" if "right" in turned else "right of"
    )
    captions[1] = "a red"
    valid, named = shares(captions, [scenes[0], *scenes[1:]])
    assert named == 3 / 4
    assert valid == sum(
        caption in captions_of(scene)
        for caption, scene in zip(captions, scenes, strict=True)
    ) / len(scenes)


def test_it_trains_captions_and_draws(parts, tmp_path):
    from caption import build, caption, draw_captions, examples, network
    from scenes import draw

    captioner = network(4, 8)
    datasets = [examples(parts[part], 1) for part in ("train", "valid")]
    main_loop = build(captioner, *datasets, tmp_path / "caption.ckpt", 2)
    main_loop.run()
    costs = [main_loop.log[time]["valid_nats_per_word"] for time in (0, 25, 50)]
    assert costs[2] < costs[1] < costs[0]

    scenes = parts["test"][:3]
    pictures = draw(scenes, np.random.default_rng(1))
    captions = caption(captioner, pictures, beam_size=2)
    assert len(captions) == 3
    draw_captions(pictures, captions, scenes, tmp_path / "captions.png")
    assert (tmp_path / "captions.png").stat().st_size > 1000

    again = build(network(4, 8), *datasets, tmp_path / "caption.ckpt", 2)
    again.run()
    assert again.status["iterations_done"] == 50
    assert again.log[50]["valid_nats_per_word"] == costs[2]


def test_the_picture_decides_over_the_caption():
    from caption import network
    from pytensor import tensor as pt

    from brickyard.backends import evaluate

    captioner = network(4, 8)
    pictures = pt.tensor4("pictures", dtype="uint8")
    values = np.stack([np.zeros((3, 24, 24)), np.full((3, 24, 24), 255)])
    for state in captioner.look(pictures):
        first, second = evaluate(state, {pictures: values.astype("uint8")})
        assert not np.allclose(first, second)

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def parts():
    from vqa import questions_for

    return questions_for({"test": 100, "valid": 64, "train": 300})


def test_no_scene_that_is_tried_is_in_training(parts):
    scenes = [
        {frozenset(scene) for scene, _ in parts[part]}
        for part in ("test", "valid", "train")
    ]
    assert [len(part) for part in scenes] == [100, 64, 300]
    assert len(set.union(*scenes)) == 464


def test_examples_are_what_was_asked(parts):
    from scenes import ANSWERS
    from vqa import LENGTH, VOCABULARY, examples

    dataset = examples(parts["valid"], 1)
    pictures, words, mask, answers = dataset.get_data(None, slice(0, 64))
    assert pictures.shape == (64, 3, 24, 24)
    assert words.shape == mask.shape == (64, LENGTH)
    assert answers.shape == (64, 1)
    for row, kept, (answer,), (_, question) in zip(
        words, mask, answers, parts["valid"], strict=True
    ):
        assert VOCABULARY.text(row) == question.text
        assert ANSWERS[answer] == question.answer
        assert kept.sum() == len(question.text.split()) + 1


def test_shares_are_of_kinds_and_groups():
    from scenes import QUESTIONS, Question
    from vqa import guessing, shares, table

    questions = [
        Question(kind, "", answer)
        for kind, (answers, _) in QUESTIONS.items()
        for answer in answers
    ]
    given = ["1" if q.kind == "count" else "yes" for q in questions]
    found = shares(given, questions)
    assert found == {
        "colour": 0,
        "count": 1 / 4,
        "existence": 1 / 2,
        "not relational": 1 / 4,
        "direction": 1 / 2,
        "nearest": 0,
        "relational": 1 / 4,
    }
    assert guessing()["not relational"] == pytest.approx((1 / 6 + 1 / 4 + 1 / 2) / 3)
    assert guessing()["relational"] == pytest.approx((1 / 2 + 1 / 4) / 2)
    lines = table({"guessing": guessing(), "a head": found}).splitlines()
    assert lines[0].split() == ["guessing", "a", "head"]
    assert [line.split() for line in lines[1:4]] == [
        ["colour", "16.7", "0.0"],
        ["count", "25.0", "25.0"],
        ["existence", "50.0", "50.0"],
    ]
    assert len({len(line) for line in lines}) == 1


@pytest.mark.parametrize("head", ["plain", "relational", "no picture"])
def test_it_trains_answers_and_resumes(head, parts, tmp_path):
    from scenes import ANSWERS, draw
    from vqa import answers_of, build, examples, network

    answerer = network(head, 4, 8)
    datasets = [examples(parts[part], 1) for part in ("train", "valid")]
    main_loop = build(answerer, *datasets, tmp_path / "vqa.ckpt", 2)
    main_loop.run()
    costs = [main_loop.log[time]["train_cost"] for time in (5, 10)]
    assert costs[1] < costs[0]
    final = main_loop.log[10]["valid_cost"]

    scenes, questions = zip(*parts["test"], strict=True)
    pictures = draw(scenes, np.random.default_rng(1))
    answers = answers_of(answerer, pictures, list(questions))
    assert len(answers) == 100
    assert set(answers) <= set(ANSWERS)

    again = build(network(head, 4, 8), *datasets, tmp_path / "vqa.ckpt", 2)
    again.run()
    assert again.status["iterations_done"] == 10
    assert again.log[10]["valid_cost"] == final


@pytest.mark.parametrize("head", ["plain", "relational"])
def test_picture_and_question_decide_over_the_answer(head, parts):
    from pytensor import tensor as pt
    from vqa import examples, network

    from brickyard.backends import compile

    answerer = network(head, 4, 8)
    pictures = pt.tensor4("pictures", dtype="uint8")
    words, mask = pt.lmatrix("words"), pt.matrix("mask")
    function = compile(
        [pictures, words, mask], answerer.apply(pictures, words.T, mask.T)
    )
    one = examples(parts["valid"], 1).get_data(None, slice(0, 16))[:3]
    first = function(*one)
    np.testing.assert_allclose(first.sum(axis=1), 1, rtol=1e-5)
    turned = [array[::-1] for array in one]
    np.testing.assert_allclose(function(*turned)[::-1], first, rtol=1e-4, atol=1e-6)
    for other in ([turned[0], *one[1:]], [one[0], *turned[1:]]):
        assert np.abs(function(*other) - first).max() > 1e-3


def test_answers_are_drawn(parts, tmp_path):
    from scenes import draw
    from vqa import draw_answers

    scenes, questions = zip(*parts["test"][:3], strict=True)
    pictures = draw(scenes, np.random.default_rng(1))
    answers = {"plain": ["yes"] * 3, "relational": [q.answer for q in questions]}
    draw_answers(pictures, list(questions), answers, tmp_path / "vqa.png")
    assert (tmp_path / "vqa.png").stat().st_size > 1000

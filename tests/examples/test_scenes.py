from __future__ import annotations

from functools import cache

import numpy as np
import pytest


@pytest.fixture
def scenes():
    from scenes import KINDS, scene_of

    rng = np.random.default_rng(1)
    return [
        scene_of([KINDS[i] for i in rng.choice(len(KINDS), size, replace=False)], rng)
        for size in (2, 3) * 20
    ]


@cache
def many_questions():
    from scenes import ask

    return ask(6000, np.random.default_rng(2))


@pytest.fixture
def asked():
    return many_questions()


def test_things_have_cells_of_their_own(scenes):
    from scenes import CELLS

    for scene in scenes:
        cells = {(thing.column, thing.row) for thing in scene}
        assert len(cells) == len(scene)
        assert all(0 <= number < CELLS for cell in cells for number in cell)


def test_pictures_show_colours_where_things_are():
    from scenes import CELL, COLOURS, SHAPES, SIDE, Thing, draw

    scenes = [
        (Thing(colour, shape, 1, 2), Thing("white", "circle", 3, 0))
        for colour in COLOURS
        for shape in SHAPES
    ]
    pictures = draw(scenes, np.random.default_rng(1))
    assert pictures.shape == (len(scenes), 3, SIDE, SIDE)
    assert pictures.dtype == "uint8"
    for picture, scene in zip(pictures, scenes, strict=True):
        middle = picture[:, 2 * CELL + 2 : 3 * CELL - 2, CELL + 2 : 2 * CELL - 2]
        ink = middle.reshape(3, -1).max(axis=1)
        assert np.abs(ink - np.array(COLOURS[scene[0].colour])).max() < 40
        assert picture[:, -CELL:, -CELL:].mean() < 60


def test_shapes_can_be_told_apart():
    from scenes import CELL, SHAPES, Thing, draw

    rng = np.random.default_rng(1)
    shapes = np.arange(600) % len(SHAPES)
    scenes = [(Thing("white", SHAPES[shape], 1, 1),) for shape in shapes]
    cells = draw(scenes, rng)[:, :, CELL - 1 : 2 * CELL + 1, CELL - 1 : 2 * CELL + 1]
    known, tried = np.split(cells.reshape(600, -1).astype("float32"), [500])
    distances = np.square(tried[:, None] - known).sum(axis=2)
    found = shapes[:500][distances.argmin(axis=1)]
    assert (found == shapes[500:]).mean() > 0.9


def test_the_same_seed_draws_the_same(scenes):
    from scenes import draw

    first, second = (draw(scenes, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_many_pictures_are_drawn_in_parts(scenes):
    from scenes import draw

    assert len(draw(scenes * 30, np.random.default_rng(1))) == 1200


def test_captions_of_a_scene_known_by_heart():
    from scenes import Thing, captions_of

    scene = (Thing("red", "square", 0, 1), Thing("blue", "circle", 2, 1))
    assert captions_of(scene) == [
        "a blue circle right of a red square",
        "a red square left of a blue circle",
    ]
    scene = (Thing("red", "square", 0, 0), Thing("blue", "circle", 0, 3))
    assert captions_of(scene) == [
        "a blue circle below a red square",
        "a blue circle under a red square",
        "a red square above a blue circle",
        "a red square over a blue circle",
    ]


def test_of_all_sentences_exactly_the_captions_are_valid(scenes):
    from scenes import KINDS, RELATIONS, captions_of, is_valid, kinds_are_right

    things = [f"a {colour} {shape}" for colour, shape in KINDS]
    sentences = [
        f"{one} {words} {other}"
        for one in things
        for words in RELATIONS
        for other in things
    ]
    for scene in scenes[:6]:
        valid = [text for text in sentences if is_valid(text, scene)]
        assert sorted(valid) == captions_of(scene)
        assert len(valid) >= 2
        assert all(kinds_are_right(text, scene) for text in valid)


@pytest.mark.parametrize(
    "caption",
    [
        "",
        "a red square",
        "red square left of a blue circle",
        "a red square left of a blue circle above a blue circle",
        "a red square left of a red square",
        "a red square right of a blue circle",
        "a red circle left of a blue square",
    ],
)
def test_other_sentences_are_not_valid(caption):
    from scenes import Thing, is_valid

    scene = (Thing("red", "square", 0, 1), Thing("blue", "circle", 2, 1))
    assert not is_valid(caption, scene)


def test_things_may_be_right_where_the_relation_is_wrong():
    from scenes import Thing, kinds_are_right

    scene = (Thing("red", "square", 0, 1), Thing("blue", "circle", 2, 1))
    assert kinds_are_right("a red square right of a blue circle", scene)
    assert not kinds_are_right("a red circle right of a blue circle", scene)
    assert not kinds_are_right("a red square", scene)


def answer_by_rule(scene, kind, text):
    """Answer from the words of the question."""
    words = text.split()
    if kind == "colour":
        (thing,) = (thing for thing in scene if thing.shape == words[-1])
        return thing.colour
    if kind == "count":
        return str([thing.shape for thing in scene].count(words[2]))
    if kind == "existence":
        return "yes" if (words[-2], words[-1]) in [t.kind for t in scene] else "no"
    if kind == "nearest":
        (mine,) = (thing for thing in scene if thing.colour == words[-2])
        others = sorted(
            (np.hypot(thing.column - mine.column, thing.row - mine.row), thing.shape)
            for thing in scene
            if thing != mine
        )
        assert others[0][0] < others[1][0]
        return others[0][1]
    (one,) = (thing for thing in scene if thing.colour == words[2])
    (other,) = (thing for thing in scene if thing.colour == words[-2])
    return (
        "yes"
        if {
            "left": one.column < other.column,
            "right": one.column > other.column,
            "above": one.row < other.row,
            "below": one.row > other.row,
        }[words[4]]
        else "no"
    )


def test_answers_follow_from_the_pictures(asked):
    for scene, question in asked:
        assert answer_by_rule(scene, question.kind, question.text) == question.answer


def test_all_answers_of_a_kind_are_equally_probable(asked):
    from scenes import QUESTIONS

    for kind, (answers, _) in QUESTIONS.items():
        found = [question.answer for _, question in asked if question.kind == kind]
        counts = np.array([found.count(answer) for answer in answers])
        expected = len(found) / len(answers)
        assert counts.sum() == len(found)
        chi_square = np.square(counts - expected).sum() / expected
        assert chi_square < 20  # one in a thousand for 5 degrees of freedom


def test_no_words_of_a_question_give_the_answer_away(asked):
    from scenes import QUESTIONS

    for kind, (answers, _) in QUESTIONS.items():
        questions = [question for _, question in asked if question.kind == kind]
        for word in {word for question in questions for word in question.text.split()}:
            found = [q.answer for q in questions if word in q.text.split()]
            counts = np.array([found.count(answer) for answer in answers])
            share = 1 / len(answers)
            deviation = np.sqrt(len(found) * share * (1 - share))
            assert np.abs(counts - len(found) * share).max() < 4.5 * deviation


@pytest.mark.parametrize(
    "name", ["what_colour", "how_many", "left_of", "nearest", "is_there"]
)
def test_ambiguous_questions_are_not_asked(name):
    import scenes

    rng = np.random.default_rng(1)
    same = [scenes.Thing("red", "square", column, 0) for column in range(4)]
    questions = [getattr(scenes, name)(tuple(same), rng) for _ in range(100)]
    asked = {(q.text, q.answer) for q in questions if q is not None}
    if name == "is_there":
        assert ("is there a red square", "yes") in asked
    elif name == "how_many":
        assert {answer for _, answer in asked} == {"0"}
    else:
        assert not asked


def test_words_become_numbers_and_back():
    from scenes import Vocabulary

    vocabulary = Vocabulary(["a red square", "a blue one"])
    assert vocabulary.words == ["$", "a", "blue", "one", "red", "square"]
    rows = vocabulary.numbers(["a red one", "a"], 5)
    assert rows.tolist() == [[1, 4, 3, 0, 0], [1, 0, 0, 0, 0]]
    assert vocabulary.mask(rows).tolist() == [[1, 1, 1, 1, 0], [1, 1, 0, 0, 0]]
    assert vocabulary.text(rows[0]) == "a red one"
    assert vocabulary.text([1, 5]) == "a square"
    with pytest.raises(ValueError, match="'a red one' has more than 2 words"):
        vocabulary.numbers(["a red one"], 3)

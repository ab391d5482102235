from __future__ import annotations

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks.initialization import Constant, IsotropicGaussian
from brickyard.graph import ComputationGraph


@pytest.fixture
def values():
    rng = np.random.default_rng(1)
    return {
        pt.tensor3("cells"): rng.normal(size=(2, 5, 3)).astype("float32"),
        pt.matrix("question"): rng.normal(size=(2, 6)).astype("float32"),
    }


def initialized(brick):
    brick.weights_init, brick.biases_init = IsotropicGaussian(1), Constant(0.1)
    brick.seed = 1
    brick.initialize()
    return brick


def linear(brick, x):
    bias = brick.b.get_value() if brick.use_bias else 0
    return x @ brick.W.get_value() + bias


def test_the_plain_head_multiplies_mean_and_question(values):
    from answering import Plain

    head = initialized(Plain(3, 6, 4))
    found = evaluate(head.apply(*values), values)
    cells, question = values.values()
    for transformation in head.cell.linear_transformations:
        cells = np.maximum(linear(transformation, cells), 0)
    expected = cells.mean(axis=1) * linear(head.question, question)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_the_relational_head_also_looks_where_it_is_asked_to(values):
    from answering import NUM_GLIMPSES, Relational

    head = initialized(Relational(3, 6, 4))
    both, plain = evaluate(
        [head.apply(*values), super(Relational, head).apply(*values)], values
    )
    for row, cells, question in zip(both - plain, *values.values(), strict=True):
        wanted = linear(head.wanted, question).reshape(NUM_GLIMPSES, 4)
        scores = np.exp(wanted @ linear(head.offered, cells).T / 2)
        weights = scores / scores.sum(axis=1, keepdims=True)
        glimpses = weights @ linear(head.seen, cells)
        compared = linear(head.compared, glimpses.ravel())
        expected = compared * linear(head.relation, question)
        np.testing.assert_allclose(row, expected, rtol=1e-3, atol=1e-4)


def test_cells_come_with_their_places():
    from answering import Answerer

    answerer = initialized(Answerer("plain", 7, 5, 3, 4))
    pictures = np.zeros((2, 3, 24, 24), "uint8")
    pictures[:, :, :6, 6:12] = 255  # the second cell of the first row
    variable = pt.tensor4("pictures", dtype="uint8")
    cells = evaluate(answerer.look(variable), {variable: pictures})
    assert cells.shape == (2, 16, 3 + 4 + 4)
    places = cells[0, :, 3:]
    assert places.mean() == pytest.approx(0, abs=1e-6)
    assert places.std() == pytest.approx(1)
    columns, rows = places[:, :4].argmax(axis=1), places[:, 4:].argmax(axis=1)
    assert columns.tolist() == 4 * [0, 1, 2, 3]
    assert rows.tolist() == [0] * 4 + [1] * 4 + [2] * 4 + [3] * 4
    contents = cells[0, :, :3]
    assert not np.allclose(contents[1], contents[6])
    np.testing.assert_allclose(contents[10], contents[9], rtol=1e-5)


def test_a_question_is_what_the_lstm_knows_after_each_word():
    from answering import Answerer

    answerer = initialized(Answerer("plain", 7, 3, 2, 4))
    words, mask = pt.lmatrix("words"), pt.matrix("mask")
    values = {words: [[1, 1], [2, 3], [4, 0]], mask: [[1, 1], [1, 1], [1, 0]]}
    long, short = evaluate(answerer.read(words, mask), values).reshape(2, 3, 4)
    np.testing.assert_allclose(long[0], short[0], rtol=1e-5)
    assert not np.allclose(long[1], short[1])
    np.testing.assert_array_equal(short[1], short[2])


def test_without_an_eye_there_is_no_picture():
    from answering import Answerer

    pictures = pt.tensor4("pictures", dtype="uint8")
    words, mask = pt.lmatrix("words"), pt.matrix("mask")
    for head, inputs in {
        "no picture": {words, mask},
        "plain": {pictures, words, mask},
    }.items():
        answerer = initialized(Answerer(head, 7, 5, 3, 4))
        graph = ComputationGraph(answerer.apply(pictures, words, mask))
        assert set(graph.inputs) == inputs

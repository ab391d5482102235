import numpy as np

from brickyard.bricks.search.hypotheses import Hypotheses, _largest

RNG = np.random.default_rng(1)


def test_largest():
    for width, count in [(5, 3), (5, 9), (400, 3), (400, 20)]:
        values = RNG.integers(0, 6, (4, width)).astype(float)
        values[0] = -np.inf
        values[1, 2:] = -np.inf
        expected = np.argsort(-values, axis=1, kind="stable")[:, :count]
        np.testing.assert_array_equal(_largest(values, count), expected)


def log(probabilities):
    with np.errstate(divide="ignore"):
        return np.log(np.array(probabilities))


def test_by_hand():
    hypotheses = Hypotheses(1, 2, 3, length_normalization=0.0)
    start = log([[[0.2, 0.5, 0.3], [0.9, 0.05, 0.05]]])
    parents, symbols = hypotheses.extend(start, end=0)
    # The second row of the beam does not exist yet.
    assert parents.tolist() == [[0, 0]]
    assert symbols.tolist() == [[1, 2]]
    assert not hypotheses.is_decided()
    second = log([[[0.6, 0.4, 0.0], [0.1, 0.1, 0.8]]])
    parents, symbols = hypotheses.extend(second, end=0)
    # 10 with 0.3 ends and is better than 0 with 0.2; 22 has 0.24 and 11 has 0.2.
    assert parents.tolist() == [[1, 0]]
    assert symbols.tolist() == [[2, 1]]
    found, costs, lengths = hypotheses.best()
    assert found[0, 0, :2].tolist() == [1, 0]
    np.testing.assert_allclose(np.exp(-costs[0, :, :2].sum(axis=1)), [0.3, 0.2])
    assert lengths.tolist() == [[2, 1]]
    assert not hypotheses.is_decided()
    hypotheses.extend(log([[[0.1, 0.9, 0], [0.5, 0.5, 0]]]), end=0)
    assert hypotheses.is_decided()
    found, _, lengths = hypotheses.best()
    assert lengths.tolist() == [[2, 3]]
    assert found[0, 1].tolist() == [2, 2, 1]


def test_decided_early():
    hypotheses = Hypotheses(1, 1, 50, length_normalization=0.0)
    hypotheses.extend(log([[[0.6, 0.4]]]), end=0)
    assert hypotheses.is_decided()
    normalized = Hypotheses(1, 1, 50, length_normalization=1.0)
    normalized.extend(log([[[0.6, 0.4]]]), end=0)
    assert not normalized.is_decided()


def test_nothing_ends_without_an_end():
    hypotheses = Hypotheses(2, 2, 4, length_normalization=0.0)
    _, symbols = hypotheses.extend(log([[[0.9, 0.1]] * 2] * 2), end=None)
    assert symbols.tolist() == [[0, 1], [0, 1]]
    assert np.isneginf(hypotheses.ended_scores).all()


def test_no_more_hypotheses_than_there_are():
    hypotheses = Hypotheses(1, 3, 4, length_normalization=0.0)
    hypotheses.extend(log([[[1.0]] * 3]), end=0)
    assert hypotheses.is_decided()
    assert hypotheses.best()[2].tolist() == [[1, 0, 0]]

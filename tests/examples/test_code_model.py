from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def corpus():
    """Text in which the next token nearly follows from the last one."""
    from python_tokens import Corpus

    rng = np.random.default_rng(0)

    def text(length):
        tokens = np.cumsum(1 + (rng.random(length) < 0.1)) % 12
        return [tokens[: length // 2], tokens[length // 2 :]]

    counts = np.full(12, 100)
    return Corpus(
        [str(n) for n in range(12)], counts, text(4000), text(2100), text(2100)
    )


def test_columns_go_on_where_they_stopped():
    from code_model import pieces

    stream = pieces([np.arange(7), np.arange(7, 26)], depth=3, batch_size=2)
    inputs, targets = zip(*stream.get_epoch_iterator(), strict=True)
    whole = np.concatenate(inputs)
    assert whole.T.tolist() == [list(range(12)), list(range(12, 24))]
    np.testing.assert_array_equal(np.concatenate(targets), whole + 1)


def test_it_learns(corpus, tmp_path, monkeypatch):
    import code_model

    monkeypatch.setattr(code_model, "TOKENS_PER_STEP", 40)
    main_loop = code_model.build(corpus, 8, 4, 2, tmp_path / "code.ckpt")
    main_loop.run()
    ends = [0, *main_loop.status["_epoch_ends"]]
    costs = [main_loop.log[end]["test_nats_per_token"] for end in ends]
    assert costs[2] < costs[1] < costs[0]


def test_evaluation_starts_from_zero_every_time(corpus, tmp_path, monkeypatch):
    import code_model

    monkeypatch.setattr(code_model, "TOKENS_PER_STEP", 40)
    main_loop = code_model.build(corpus, 8, 4, 1, tmp_path / "code.ckpt")
    reset = next(e for e in main_loop.extensions if isinstance(e, code_model.Reset))
    for state in reset.states:
        state.set_value(np.ones_like(state.get_value()))
    reset.do("before_epoch")
    assert not any(state.get_value().any() for state in reset.states)


def test_perplexities_and_the_report(corpus, capsys, monkeypatch):
    import code_model

    monkeypatch.setattr(code_model, "TOKENS_PER_STEP", 40)
    monkeypatch.setattr(code_model, "VOCABULARY_SIZE", 12)
    code_model.report(corpus, {(8, 4): [np.log(4), np.log(5)]})
    printed = capsys.readouterr().out
    assert "8 units, 4 steps of time at once" in printed
    assert "4.00    5.00" in printed
    assert "ms with classes" in printed

"""Pictures of learning curves."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from brickyard.extensions import FinishAfter, LearningCurve
from brickyard.extensions import plot as plot_module
from brickyard.testing.extensions import WriteRecords, check_extension, idle_main_loop


def run(curve, **records):
    loop = idle_main_loop([WriteRecords(records), curve, FinishAfter(after_n_epochs=3)])
    loop.run()
    return loop


def test_picture_is_written(tmp_path):
    path = tmp_path / "curve.png"
    run(LearningCurve(path, ["a"], yscale="log"), a=[3.0, float("nan"), 1.0])
    assert path.read_bytes().startswith(b"\x89PNG")
    assert [p.name for p in tmp_path.iterdir()] == ["curve.png"]


def test_curves_over_epochs_and_batches(tmp_path):
    curve = LearningCurve(tmp_path / "c.svg", ["a", "b"])
    run(curve, a=[3.0, float("inf"), 1.0], b=[None, 5.0])
    positions, values = curve.curves()["a"]
    np.testing.assert_array_equal(positions, [1, 2, 3])
    np.testing.assert_array_equal(values, [3, np.nan, 1])
    np.testing.assert_array_equal(curve.curves()["b"], [[2], [5]])
    curve.x = "batches"
    np.testing.assert_array_equal(curve.curves()["a"][0], [4, 8, 12])


def test_positions_within_an_epoch(tmp_path):
    curve = LearningCurve(tmp_path / "c.svg", ["a"])
    loop = run(curve, a=[1.0, 1.0, 1.0])
    loop.log[2]["a"] = 1.0
    loop.log[14]["a"] = 1.0
    np.testing.assert_array_equal(curve.curves()["a"][0], [0.5, 1, 2, 3, 3.5])


def test_axes_are_labelled(tmp_path):
    curve = LearningCurve(tmp_path / "c.png", ["a"], title="Digits", ylabel="error")
    run(curve, a=[1.0])
    (axes,) = curve.figure().axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epochs", "error")
    assert axes.get_title() == "Digits"
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a"]


def test_failure_to_write_is_told_and_training_ends_well(tmp_path, caplog):
    path = tmp_path / "curve.png"
    path.mkdir()
    with caplog.at_level(logging.WARNING):
        loop = run(LearningCurve(path, ["a"]), a=[1.0])
    assert "could not write" in caplog.text
    assert loop.status["epochs_done"] == 3
    assert [p.name for p in tmp_path.iterdir()] == ["curve.png"]


def test_contract(tmp_path):
    check_extension(
        lambda: LearningCurve(tmp_path / "c.svg", ["a"], after_training=False),
        records={"a": [1.0]},
    )


def test_errors(tmp_path, monkeypatch):
    with pytest.raises(TypeError, match="draws a list of records, got 'a'"):
        LearningCurve("c.png", "a")
    with pytest.raises(ValueError, match=r"draws a list of records, got \[\]"):
        LearningCurve("c.png", [])
    with pytest.raises(ValueError, match="x is 'epochs' or 'batches', got 'time'"):
        LearningCurve("c.png", ["a"], x="time")
    with pytest.raises(ValueError, match="yscale is 'linear' or 'log', got 'ln'"):
        LearningCurve("c.png", ["a"], yscale="ln")
    with pytest.raises(ValueError, match=r"the directory .* for c.png does not exist"):
        run(LearningCurve(tmp_path / "no" / "c.png", ["a"]), a=[1.0])
    monkeypatch.setattr(plot_module.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"pip install brickyard\[plot\]"):
        run(LearningCurve(tmp_path / "c.png", ["a"]), a=[1.0])

from __future__ import annotations

import sys

import numpy as np
import pytest

from brickyard.datasets import IndexableDataset


@pytest.fixture
def bars(monkeypatch):
    """Images with one bright row, whose place says the class, in place of MNIST."""
    rng = np.random.default_rng(0)
    targets = rng.integers(0, 10, (128, 1)).astype("uint8")
    images = rng.integers(0, 100, (128, 1, 28, 28)).astype("uint8")
    images[np.arange(128), 0, 2 * targets[:, 0] + 4] = 255
    data = IndexableDataset(
        {"features": images, "targets": targets},
        axis_labels={"features": ("batch", "channel", "height", "width")},
    )
    monkeypatch.setattr("lenet.MNIST", lambda which_sets: data)
    monkeypatch.setattr("lenet.BATCH_SIZE", 16)
    return data


def test_the_network_is_lenet():
    from lenet import network

    lenet, _ = network()
    convolutions, _, mlp = lenet.children
    layers = [convolutions.layers[0], convolutions.layers[3]]
    layers += mlp.linear_transformations
    shapes = [layer.parameters["W"].get_value().shape for layer in layers]
    assert shapes == [(20, 1, 5, 5), (50, 20, 5, 5), (800, 500), (500, 10)]


def test_pixels_are_scaled(bars):
    from lenet import stream

    from brickyard.datasets.schemes import SequentialScheme

    batch = next(stream(bars, SequentialScheme(128, 5)).get_epoch_iterator())
    images, targets = bars.get_data(None, slice(0, 5))
    np.testing.assert_allclose(batch[0], images / 255, rtol=1e-6)
    np.testing.assert_array_equal(batch[1], targets)


def test_it_learns_and_starts_again_where_it_ended(bars, tmp_path, monkeypatch, capsys):
    from lenet import build, main

    path = tmp_path / "lenet.ckpt"
    monkeypatch.setattr(
        sys, "argv", ["lenet.py", "--epochs", "2", "--checkpoint", str(path)]
    )
    main()
    *_, result, where = capsys.readouterr().out.splitlines()
    assert where == f"checkpoint: {path}"
    assert float(result.removeprefix("test error: ").removesuffix(" %")) < 20
    main_loop = build(path, bars, bars, 2)
    main_loop.run()
    assert main_loop.status["iterations_done"] == 16
    log = main_loop.log
    assert log[16]["test_cost"] < log[8]["test_cost"] < log[0]["test_cost"]
    assert f"test error: {100 * log[16]['test_error']:.2f} %" == result

from __future__ import annotations

import sys

import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.datasets import IndexableDataset
from brickyard.datasets.schemes import SequentialScheme
from brickyard.datasets.streams import DataStream
from brickyard.graph import ComputationGraph


@pytest.fixture
def colours(monkeypatch):
    """Noisy images whose brightness in each channel says the class."""
    rng = np.random.default_rng(0)
    targets = rng.integers(0, 10, (128, 1)).astype("uint8")
    bright = targets >> np.arange(3) & 1
    bright[:, 0] += 2 * (targets[:, 0] >> 3)
    images = rng.integers(0, 60, (128, 3, 32, 32)) + 60 * bright[:, :, None, None]
    data = IndexableDataset(
        {"features": images.astype("uint8"), "targets": targets},
        axis_labels={"features": ("batch", "channel", "height", "width")},
    )
    monkeypatch.setattr("cifar10.CIFAR10", lambda which_sets: data)
    monkeypatch.setattr("cifar10.BATCH_SIZE", 16)
    return data


def test_the_plain_network_ends_with_images_of_4_by_4_pixels():
    from cifar10 import initialized, plain

    convolutions, _, mlp = initialized(plain(), [256]).children
    assert convolutions.get_dim("output") == (128, 4, 4)
    assert mlp.dims == [128 * 4 * 4, 256, 10]


def test_the_inception_network_joins_the_channels_of_its_branches():
    from cifar10 import IMAGE, inception, initialized

    network = initialized(inception(), [])
    convolutions, _, mlp = network.children
    assert convolutions.layers[4].get_dim("output") == (32 + 48 + 16 + 16, 16, 16)
    assert convolutions.layers[9].get_dim("output") == (64 + 96 + 48 + 48, 8, 8)
    assert mlp.dims == [256, 10]
    graph = ComputationGraph(network.apply(pt.tensor("x", shape=(None, *IMAGE))))
    assert graph.outputs[0].type.shape == (None, 10)
    assert len(graph.parameters) == 1 + 4 * 2 + 3 * 12 + 2


def test_pixels_are_scaled(colours):
    from cifar10 import scaled

    stream = scaled(DataStream(colours, SequentialScheme(128, 5)))
    (images, _) = next(stream.get_epoch_iterator())
    original = colours.get_data(None, slice(0, 5))[0]
    np.testing.assert_allclose(images, (original - 120.0) / 64, rtol=1e-5, atol=1e-6)


def test_images_are_shifted_and_mirrored_anew_in_each_epoch():
    from cifar10 import augmented

    image = np.arange(1, 1 + 3 * 32 * 32).reshape(1, 3, 32, 32)
    data = IndexableDataset(
        {"features": np.repeat(image, 64, axis=0)},
        axis_labels={"features": ("batch", "channel", "height", "width")},
    )
    stream = augmented(DataStream(data, SequentialScheme(64, 64)), padding=4)
    epochs = [next(stream.get_epoch_iterator(epoch=number))[0] for number in (0, 1)]
    assert (epochs[0] != epochs[1]).any(axis=(1, 2, 3)).mean() > 0.9
    places, mirrored = set(), 0
    for shifted in epochs[0]:
        assert shifted.shape == (3, 32, 32)
        row = shifted[0, 16]
        is_mirrored = row[15] > row[16]
        mirrored += is_mirrored
        unmirrored = shifted[..., ::-1] if is_mirrored else shifted
        down, right = divmod(int(unmirrored[0, 16, 16]) - 1, 32)
        places.add((down - 16, right - 16))
    assert {place for pair in places for place in pair} == set(range(-4, 5))
    assert 16 < mirrored < 48


def test_it_learns_and_starts_again_where_it_ended(
    colours, tmp_path, monkeypatch, capsys
):
    from cifar10 import build, initialized, main, plain

    path = tmp_path / "cifar10.ckpt"
    monkeypatch.setattr(
        sys, "argv", ["cifar10.py", "--epochs", "3", "--checkpoint", str(path)]
    )
    main()
    *_, result, where = capsys.readouterr().out.splitlines()
    assert where == f"checkpoint: {path}"
    main_loop = build(initialized(plain(), [256]), path, colours, colours, 3)
    main_loop.run()
    assert main_loop.status["iterations_done"] == 24
    log = main_loop.log
    assert log[24]["train_cost"] < log[8]["train_cost"]
    assert log[24]["test_accuracy"] > 0.5
    assert result == f"test accuracy: {100 * log[24]['test_accuracy']:.1f} %"
    values = main_loop.model.get_parameter_values()
    statistics = [name for name in values if "population" in name]
    assert len(statistics) == 6
    for name in statistics:
        assert not np.isin(values[name], [0, 1]).any(), name

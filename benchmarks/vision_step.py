"""Training and inference of convolutional networks: brickyard and PyTorch eager.

Batches of 128 float32 images; a training step is softmax cross-entropy, its gradient
and momentum SGD. PyTorch is used as its users write it: channels first, eager.

    python benchmarks/vision_step.py [lenet] [cifar] [resnet]
"""

from __future__ import annotations

import sys

import numpy as np
from harness import measure

BATCH = 128
RATE, MOMENTUM = 0.01, 0.9
SHAPES = {"lenet": (1, 28, 28), "cifar": (3, 32, 32), "resnet": (3, 32, 32)}
# window, filters of the first layer, of the second, hidden units
PLAIN = {"lenet": (5, 20, 50, 500), "cifar": (3, 32, 64, 256)}
STAGES = (16, 32, 64)
LIMITS = {"lenet": 1.0, "cifar": 1.0, "resnet": 1.3}


def batches(network: str):
    """Return a few batches, so that no side can keep one in its caches."""
    rng = np.random.default_rng(0)
    return [
        (
            rng.normal(size=(BATCH, *SHAPES[network])).astype("float32"),
            rng.integers(0, 10, BATCH),
        )
        for _ in range(4)
    ]


def plain_bricks(network: str):
    """Return bricks: two convolutions with pooling, two fully connected layers."""
    from brickyard.bricks import (
        MLP,
        Convolutional,
        ConvolutionalSequence,
        Flattener,
        Identity,
        MaxPooling,
        Rectifier,
        Sequence,
    )
    from brickyard.bricks.initialization import Constant, HeNormal

    size, first, second, hidden = PLAIN[network]
    channels, *lengths = SHAPES[network]
    layers = []
    for filters in (first, second):
        layers += [
            Convolutional((size, size), filters),
            Rectifier(),
            MaxPooling((2, 2)),
        ]
    initial = {"weights_init": HeNormal(), "biases_init": Constant(0)}
    below = ConvolutionalSequence(
        layers, channels, image_size=tuple(lengths), **initial
    )
    features = int(np.prod(below.get_dim("output")))
    above = MLP([Rectifier(), Identity()], [features, hidden, 10], **initial)
    return Sequence([below.apply, Flattener().apply, above.apply], name="network")


def resnet_bricks():
    """Return a function of images: one residual block in each of three stages."""
    from brickyard.bricks import (
        Convolutional,
        GlobalAveragePooling,
        Linear,
        Rectifier,
    )
    from brickyard.bricks.initialization import Constant, HeNormal
    from brickyard.bricks.normalization import SpatialBatchNormalization

    bricks = []

    def add(brick):
        brick.name = f"{brick.name}_{len(bricks)}"
        bricks.append(brick)
        brick.initialize()
        return brick

    def convolution(size, filters, channels, step=1):
        return add(
            Convolutional(
                (size, size),
                filters,
                channels,
                step=step,
                border_mode="half",
                weights_init=HeNormal(),
                use_bias=False,
            )
        )

    def normalized(x, filters, size, channels, step=1):
        x = convolution(size, filters, channels, step).apply(x)
        return add(SpatialBatchNormalization((filters, None, None))).apply(x)

    def apply(x):
        rectify = Rectifier().apply
        x = rectify(normalized(x, STAGES[0], 3, SHAPES["resnet"][0]))
        channels = STAGES[0]
        for filters in STAGES:
            step = 1 if filters == channels else 2
            inner = rectify(normalized(x, filters, 3, channels, step))
            inner = normalized(inner, filters, 3, filters)
            if filters != channels:
                x = normalized(x, filters, 1, channels, step)
            x = rectify(inner + x)
            channels = filters
        linear = Linear(channels, 10, weights_init=HeNormal(), biases_init=Constant(0))
        return add(linear).apply(GlobalAveragePooling().apply(x))

    return apply


def output_of(network: str, images):
    """Return the scores of the ten classes."""
    if network == "resnet":
        return resnet_bricks()(images)
    bricks = plain_bricks(network)
    bricks.initialize()
    return bricks.apply(images)


def brickyard_training(network: str):
    """Prepare training with brickyard: cost from probabilities, GradientDescent."""
    from pytensor import tensor as pt

    from brickyard.bricks import Softmax
    from brickyard.graph import ComputationGraph
    from brickyard.graph.batch_normalization import (
        apply_batch_normalization,
        get_batch_normalization_updates,
    )
    from brickyard.graph.moving_averages import moving_averages
    from brickyard.training import GradientDescent, Momentum

    x, y = pt.tensor4("features"), pt.lvector("targets")
    scores = output_of(network, x)
    cost = Softmax().categorical_cross_entropy(y, scores).mean()
    graph = ComputationGraph(cost.copy(name="cost"))
    updates = []
    if network == "resnet":
        graph = apply_batch_normalization(graph)
        updates = moving_averages(get_batch_normalization_updates(graph))
    algorithm = GradientDescent(
        cost=graph.outputs[0],
        parameters=graph.parameters,
        step_rule=Momentum(RATE, MOMENTUM),
    )
    if updates:
        algorithm.add_updates(updates)
    algorithm.initialize()
    data = [{"features": x, "targets": y} for x, y in batches(network)]

    def run(steps: int) -> None:
        for step in range(steps):
            algorithm.process_batch(data[step % len(data)])
        graph.parameters[0].get_value(return_internal_type=True).block_until_ready()

    return run


def brickyard_inference(network: str):
    """Prepare the scores of images with brickyard."""
    from pytensor import tensor as pt

    from brickyard.backends import compile

    x = pt.tensor4("features")
    function = compile([x], output_of(network, x))
    data = [x for x, _ in batches(network)]

    def run(steps: int) -> None:
        for step in range(steps):
            scores = function(data[step % len(data)])
        scores.block_until_ready()

    return run


def torch_network(network: str):
    """Return the network as PyTorch's users write it."""
    import torch
    from torch import nn

    torch.set_num_threads(2)
    if network == "resnet":
        return _torch_resnet()
    size, first, second, hidden = PLAIN[network]
    channels, length, _ = SHAPES[network]
    for _ in range(2):
        length = (length - size + 1) // 2
    return nn.Sequential(
        nn.Conv2d(channels, first, size),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(first, second, size),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(second * length**2, hidden),
        nn.ReLU(),
        nn.Linear(hidden, 10),
    )


def _torch_resnet():
    from torch import nn
    from torch.nn import functional

    def normalized(channels, filters, size, step=1):
        convolution = nn.Conv2d(
            channels, filters, size, step, padding=size // 2, bias=False
        )
        return nn.Sequential(convolution, nn.BatchNorm2d(filters))

    class Block(nn.Module):
        def __init__(self, channels, filters):
            super().__init__()
            step = 1 if channels == filters else 2
            self.first = normalized(channels, filters, 3, step)
            self.second = normalized(filters, filters, 3)
            self.shortcut = nn.Identity()
            if channels != filters:
                self.shortcut = normalized(channels, filters, 1, step)

        def forward(self, x):
            inner = self.second(functional.relu(self.first(x)))
            return functional.relu(inner + self.shortcut(x))

    return nn.Sequential(
        normalized(SHAPES["resnet"][0], STAGES[0], 3),
        nn.ReLU(),
        Block(STAGES[0], STAGES[0]),
        Block(STAGES[0], STAGES[1]),
        Block(STAGES[1], STAGES[2]),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(STAGES[-1], 10),
    )


def torch_training(network: str):
    """Prepare training with PyTorch."""
    import torch

    model = torch_network(network)
    loss = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM)
    data = [(torch.from_numpy(x), torch.from_numpy(y)) for x, y in batches(network)]

    def run(steps: int) -> None:
        for step in range(steps):
            x, y = data[step % len(data)]
            optimizer.zero_grad(set_to_none=True)
            loss(model(x), y).backward()
            optimizer.step()

    return run


def torch_inference(network: str):
    """Prepare the scores of images with PyTorch."""
    import torch

    model = torch_network(network).eval()
    data = [torch.from_numpy(x) for x, _ in batches(network)]

    def run(steps: int) -> None:
        with torch.inference_mode():
            for step in range(steps):
                model(data[step % len(data)])

    return run


def sides(network: str, task: str):
    """Return the two sides of a case under names of their own."""
    ours, theirs = {
        "training": (brickyard_training, torch_training),
        "inference": (brickyard_inference, torch_inference),
    }[task]
    return {
        f"{network} {task}, brickyard": lambda: ours(network),
        f"{network} {task}, torch": lambda: theirs(network),
    }


if __name__ == "__main__":
    cases = {
        (network, task): sides(network, task)
        for network in SHAPES
        for task in ("training", "inference")
    }
    if "--side" in sys.argv:
        measure(
            "",
            {name: side for case in cases.values() for name, side in case.items()},
            {},
        )
    else:
        chosen = [name for name in sys.argv[1:] if name in SHAPES] or list(SHAPES)
        for (network, task), case in cases.items():
            if network in chosen:
                peer = list(case)[1]
                measure(
                    f"{network}, {task}, batch {BATCH}", case, {peer: LIMITS[network]}
                )

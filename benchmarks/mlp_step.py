"""A training step of an MLP: brickyard, PyTorch eager and hand-written JAX.

784-500-500-10 rectifiers, softmax cross-entropy, batches of 128 float32 examples,
momentum SGD.
"""

from __future__ import annotations

import itertools

import numpy as np
from harness import measure

DIMS = [784, 500, 500, 10]
BATCH = 128
RATE, MOMENTUM = 0.1, 0.9


def batches():
    """Return a few batches, so that no side can keep one in its caches."""
    rng = np.random.default_rng(0)
    return [
        (
            rng.normal(size=(BATCH, DIMS[0])).astype("float32"),
            rng.integers(0, DIMS[-1], BATCH),
        )
        for _ in range(8)
    ]


def initial_parameters():
    """Return weights and biases, the same for all sides."""
    rng = np.random.default_rng(1)
    return [
        (
            (0.05 * rng.normal(size=shape)).astype("float32"),
            np.zeros(shape[1], "float32"),
        )
        for shape in itertools.pairwise(DIMS)
    ]


def brickyard_side():
    """Prepare brickyard: bricks, cost from probabilities, GradientDescent."""
    from pytensor import tensor as pt

    from brickyard.bricks import MLP, Identity, Rectifier, Softmax
    from brickyard.bricks.initialization import Constant
    from brickyard.graph import ComputationGraph
    from brickyard.training import GradientDescent, Momentum

    x, y = pt.matrix("features"), pt.lvector("targets")
    mlp = MLP(
        [Rectifier(), Rectifier(), Identity()],
        DIMS,
        weights_init=Constant(0),
        biases_init=Constant(0),
    )
    mlp.initialize()
    cost = Softmax().categorical_cross_entropy(y, mlp.apply(x)).mean()
    cost.name = "cost"
    for linear, (W, b) in zip(
        mlp.linear_transformations, initial_parameters(), strict=True
    ):
        linear.W.set_value(W)
        linear.b.set_value(b)
    algorithm = GradientDescent(
        cost=cost,
        parameters=ComputationGraph(cost).parameters,
        step_rule=Momentum(RATE, MOMENTUM),
    )
    algorithm.initialize()
    data = [{"features": x, "targets": y} for x, y in batches()]
    first = mlp.linear_transformations[0].W

    def run(steps: int) -> None:
        for step in range(steps):
            algorithm.process_batch(data[step % len(data)])
        first.get_value(return_internal_type=True).block_until_ready()

    return run


def torch_side():
    """Prepare PyTorch as its users write it."""
    import torch

    torch.set_num_threads(2)
    layers = []
    for W, b in initial_parameters():
        layer = torch.nn.Linear(*W.shape)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(W.T))
            layer.bias.copy_(torch.from_numpy(b))
        layers += [layer, torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    loss = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM)
    data = [(torch.from_numpy(x), torch.from_numpy(y)) for x, y in batches()]

    def run(steps: int) -> None:
        for step in range(steps):
            x, y = data[step % len(data)]
            optimizer.zero_grad(set_to_none=True)
            loss(model(x), y).backward()
            optimizer.step()

    return run


def jax_side():
    """Prepare JAX as written by hand: one jitted step with donated buffers."""
    import jax
    import jax.numpy as jnp

    def cost(parameters, x, y):
        for W, b in parameters[:-1]:
            x = jax.nn.relu(x @ W + b)
        W, b = parameters[-1]
        return -jnp.take_along_axis(
            jax.nn.log_softmax(x @ W + b), y[:, None], axis=1
        ).mean()

    def step(parameters, velocities, x, y):
        gradients = jax.grad(cost)(parameters, x, y)
        velocities = jax.tree.map(
            lambda v, g: MOMENTUM * v + RATE * g, velocities, gradients
        )
        return jax.tree.map(lambda p, v: p - v, parameters, velocities), velocities

    compiled = jax.jit(step, donate_argnums=(0, 1))
    parameters = [(jnp.array(W), jnp.array(b)) for W, b in initial_parameters()]
    state = [parameters, jax.tree.map(jnp.zeros_like, parameters)]
    data = [(x, y.astype("int32")) for x, y in batches()]

    def run(steps: int) -> None:
        for number in range(steps):
            state[:] = compiled(*state, *data[number % len(data)])
        jax.block_until_ready(state)

    return run


if __name__ == "__main__":
    measure(
        "MLP 784-500-500-10, batch 128, momentum",
        {"brickyard": brickyard_side, "torch": torch_side, "jax": jax_side},
        limits={"torch": 0.9, "jax": 1.03},
    )

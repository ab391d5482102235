"""Character language models in brickyard and PyTorch: GRU, LSTM, a step of one's own.

An embedding, a recurrent layer, a softmax; a step is the gradient of the mean
cross-entropy, clipped to norm 1, and plain SGD. All arrays are float32.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

RATE, CLIP = 0.1, 1.0
EPSILON = 1e-5


@dataclass(frozen=True)
class Size:
    """The size of a model and its batches."""

    steps: int
    batch: int
    dim: int
    words: int

    def __str__(self) -> str:
        return f"T={self.steps} B={self.batch} D={self.dim} V={self.words}"


LARGE, SMALL = Size(100, 50, 256, 80), Size(50, 20, 100, 60)


def batches(size: Size):
    """Return a few batches of characters and the characters that follow them."""
    rng = np.random.default_rng(0)
    shape = (size.steps, size.batch)
    return [
        (rng.integers(0, size.words, shape), rng.integers(0, size.words, shape))
        for _ in range(4)
    ]


def brickyard_states(kind: str, size: Size, embedded):
    """Return the states of the recurrent layer, and its bricks."""
    from brickyard.bricks import Fork, Linear
    from brickyard.bricks.recurrent import LSTM, GatedRecurrent

    if kind == "lstm":
        layer, projection = LSTM(size.dim), Linear(size.dim, 4 * size.dim)
        return layer.apply(projection.apply(embedded))[0], [layer, projection]
    layer = layer_norm_gru(size.dim) if kind == "custom" else GatedRecurrent(size.dim)
    fork = Fork(["inputs", "gate_inputs"], size.dim, [size.dim, 2 * size.dim])
    return layer.apply(*fork.apply(embedded)), [layer, fork]


def layer_norm_gru(dim: int):
    """Return a brick whose step is written here: a GRU with a layer norm inside."""
    from pytensor import tensor as pt

    from brickyard.bricks.application import application
    from brickyard.bricks.recurrent import BaseRecurrent, recurrent

    class LayerNormGRU(BaseRecurrent):
        """A gated layer that normalizes what it proposes."""

        def _allocate(self):
            self.add_parameter(None, (dim, 2 * dim), "gates")
            self.add_parameter(None, (dim, dim), "proposal")
            self.add_parameter(None, (dim,), "gain")

        def _initialize(self):
            rng = np.random.default_rng(2)
            for name in ("gates", "proposal"):
                shape = self.parameters[name].get_value().shape
                values = rng.normal(size=shape) / np.sqrt(dim)
                self.parameters[name].set_value(values.astype("float32"))
            self.parameters["gain"].set_value(np.ones(dim, "float32"))

        @recurrent(
            sequences=["inputs", "gate_inputs"],
            states=["states"],
            outputs=["states"],
            contexts=[],
        )
        def apply(self, inputs, gate_inputs, states):
            gates = pt.sigmoid(gate_inputs + states @ self.parameters["gates"])
            update, reset = gates[:, :dim], gates[:, dim:]
            proposed = inputs + (reset * states) @ self.parameters["proposal"]
            centred = proposed - proposed.mean(axis=1, keepdims=True)
            variance = (centred**2).mean(axis=1, keepdims=True)
            normalized = centred / pt.sqrt(variance + EPSILON)
            proposed = pt.tanh(normalized * self.parameters["gain"])
            return update * proposed + (1 - update) * states

        @application(outputs=["states"])
        def initial_states(self, batch_size, *args, **kwargs):
            return pt.zeros((batch_size, dim))

        def get_dim(self, name):
            dims = {"inputs": dim, "gate_inputs": 2 * dim, "states": dim}
            return dims[name] if name in dims else super().get_dim(name)

    return LayerNormGRU()


def brickyard_algorithm(kind: str, size: Size):
    """Return an initialized training algorithm."""
    from pytensor import tensor as pt

    from brickyard.bricks import Linear, LookupTable, Softmax
    from brickyard.bricks.initialization import Constant, IsotropicGaussian
    from brickyard.graph import ComputationGraph
    from brickyard.training import CompositeRule, GradientDescent, Scale, StepClipping

    x, y = pt.lmatrix("x"), pt.lmatrix("y")
    lookup, out = (
        LookupTable(size.words, size.dim),
        Linear(size.dim, size.words, name="out"),
    )
    states, layers = brickyard_states(kind, size, lookup.apply(x))
    for brick in (lookup, out, *layers):
        brick.weights_init = IsotropicGaussian(1 / np.sqrt(size.dim))
        brick.biases_init = Constant(0)
        brick.initialize()
    softmax = Softmax(name="softmax")
    logits = out.apply(states).reshape((-1, size.words))
    cost = softmax.categorical_cross_entropy(y.flatten(), logits).mean()
    cost.name = "cost"
    algorithm = GradientDescent(
        cost=cost,
        parameters=ComputationGraph(cost).parameters,
        step_rule=CompositeRule([StepClipping(CLIP), Scale(RATE)]),
    )
    algorithm.initialize()
    return algorithm


def brickyard_side(kind: str, size: Size):
    """Prepare training with brickyard."""
    algorithm = brickyard_algorithm(kind, size)
    data = [{"x": x, "y": y} for x, y in batches(size)]
    first = algorithm.parameters[0]

    def run(steps: int) -> None:
        for step in range(steps):
            algorithm.process_batch(data[step % len(data)])
        first.get_value(return_internal_type=True).block_until_ready()

    return run


def torch_cells(dim: int):
    """Return the custom step as a loop over cells, as PyTorch's users write it."""
    import torch

    class Cells(torch.nn.Module):
        """A gated layer that normalizes what it proposes."""

        def __init__(self):
            super().__init__()
            self.inputs = torch.nn.Linear(dim, 3 * dim)
            self.gates = torch.nn.Linear(dim, 2 * dim, bias=False)
            self.proposal = torch.nn.Linear(dim, dim, bias=False)
            self.norm = torch.nn.LayerNorm(dim, eps=EPSILON, bias=False)

        def forward(self, embedded):
            inputs = self.inputs(embedded)
            h = embedded.new_zeros(embedded.shape[1], dim)
            states = []
            for row in inputs:
                x, gates = row.split([dim, 2 * dim], dim=1)
                update, reset = torch.sigmoid(gates + self.gates(h)).chunk(2, dim=1)
                proposed = torch.tanh(self.norm(x + self.proposal(reset * h)))
                h = update * proposed + (1 - update) * h
                states.append(h)
            return torch.stack(states), h

    return Cells()


def torch_side(kind: str, size: Size):
    """Prepare training with PyTorch."""
    import torch

    torch.set_num_threads(2)
    layers = {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM}
    embedding = torch.nn.Embedding(size.words, size.dim)
    layer = (
        layers[kind](size.dim, size.dim) if kind in layers else torch_cells(size.dim)
    )
    out = torch.nn.Linear(size.dim, size.words)
    parameters = [p for m in (embedding, layer, out) for p in m.parameters()]
    loss = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(parameters, lr=RATE)
    data = [(torch.from_numpy(x), torch.from_numpy(y)) for x, y in batches(size)]

    def run(steps: int) -> None:
        for step in range(steps):
            x, y = data[step % len(data)]
            optimizer.zero_grad(set_to_none=True)
            states, _ = layer(embedding(x))
            loss(out(states).reshape(-1, size.words), y.reshape(-1)).backward()
            torch.nn.utils.clip_grad_norm_(parameters, CLIP)
            optimizer.step()

    return run

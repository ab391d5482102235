import numpy as np
import pytest
from pytensor import tensor as pt

from brickyard.backends import evaluate
from brickyard.bricks import Distribute, Fork
from brickyard.bricks.initialization import Constant, IsotropicGaussian
from brickyard.testing import check_brick

RNG = np.random.default_rng(1)
INITS = {"weights_init": IsotropicGaussian(), "biases_init": Constant(1), "seed": 1}


def make_fork():
    return Fork(["inputs", "gates"], 3, [2, 4], **INITS)


def make_distribute():
    return Distribute(["inputs", "gates"], "context", [2, 4], 3, **INITS)


DISTRIBUTED = {
    "context": RNG.normal(size=(5, 3)),
    "inputs": RNG.normal(size=(5, 2)),
    "gates": RNG.normal(size=(5, 4)),
}


def test_checks():
    shapes = {
        "/fork/fork_inputs.W": (3, 2),
        "/fork/fork_inputs.b": (2,),
        "/fork/fork_gates.W": (3, 4),
        "/fork/fork_gates.b": (4,),
    }
    check_brick(make_fork, {"input_": RNG.normal(size=(5, 3))}, parameters=shapes)
    check_brick(make_distribute, DISTRIBUTED)


def test_fork():
    fork = make_fork()
    assert fork.apply.inputs == ["input_"]
    assert fork.apply.outputs == ["inputs", "gates"]
    assert fork.get_dims(["input_", "gates"]) == [3, 4]
    with pytest.raises(ValueError, match="does not know the dimension of 'x'"):
        fork.get_dim("x")


def test_late_dimensions_of_a_fork():
    fork = Fork(["a", "b"])
    with pytest.raises(
        ValueError, match=r": output_dims, input_dim of /fork is missing"
    ):
        fork.allocate()
    fork.input_dim, fork.output_dims = 3, [1, 2]
    fork.allocate()
    assert fork.children[1].W.type.shape == (3, 2)
    with pytest.raises(TypeError, match="/fork has one input: assign input_dim"):
        fork.input_dims = [1, 2]


def test_values_of_distribute():
    distribute = make_distribute()
    distribute.initialize()
    variables = {name: pt.matrix(name) for name in DISTRIBUTED}
    values = {variables[name]: array for name, array in DISTRIBUTED.items()}
    outputs = evaluate(distribute.apply(**variables), values)
    for name, child, output in zip(
        ["inputs", "gates"], distribute.children, outputs, strict=True
    ):
        expected = DISTRIBUTED["context"] @ child.W.get_value() + 1 + DISTRIBUTED[name]
        np.testing.assert_allclose(output, expected, rtol=1e-4, atol=1e-5)


def test_distribute():
    distribute = Distribute(["a", "b"], "c")
    assert [child.name for child in distribute.children] == [
        "distribute_a",
        "distribute_b",
    ]
    with pytest.raises(
        ValueError, match=r": source_dim, target_dims of /distribute is missing"
    ):
        distribute.allocate()
    distribute.source_dim, distribute.target_dims = 3, [1, 2]
    distribute.allocate()
    assert distribute.get_dims(["c", "a", "b"]) == [3, 1, 2]
    assert distribute.target_dims == [1, 2]
    with pytest.raises(
        TypeError, match=r"/distribute needs the inputs .*missing \['b'\]"
    ):
        distribute.apply(c=pt.matrix(), a=pt.matrix())
    with pytest.raises(ValueError, match=r"none twice, got \['a', 'a'\]"):
        Distribute(["a"], "a", [1], 1)

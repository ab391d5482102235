import numpy as np
from pytensor import tensor as pt

from brickyard.backends.errors import (
    ComputationError,
    computation_error,
    describe_variable,
    format_shape,
)


def test_variables_are_named_or_described():
    x = pt.vector("x")
    assert describe_variable(x) == "'x'"
    assert describe_variable(pt.exp(x)) == "result of Exp"
    assert describe_variable(pt.constant(np.float32(2))) == "constant 2.0"
    assert describe_variable(pt.vector()) == "an unnamed variable"


def test_shapes_show_what_is_not_known():
    assert format_shape(()) == "()"
    assert format_shape((2, None, 3)) == "(2, ?, 3)"


def test_the_error_lists_operands_and_keeps_the_first_line_of_the_reason():
    product = pt.dot(pt.matrix("x"), pt.matrix("W"))
    error = computation_error(
        product.owner, [(2, 3), None], ValueError("lengths differ\nmore about it")
    )
    assert isinstance(error, ComputationError)
    assert str(error) == (
        "Dot does not work on operands of these shapes:\n"
        "  'x': (2, 3) float32\n"
        "  'W': no shape float32\n"
        "  (lengths differ)"
    )
    assert error.made_by is None

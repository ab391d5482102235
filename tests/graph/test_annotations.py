import pytest
from pytensor import tensor as pt

from brickyard.graph.annotations import (
    Annotation,
    ApplicationAnnotation,
    BrickAnnotation,
    add_annotation,
)
from brickyard.graph.roles import AUXILIARY, COST


def test_annotations_add_up_in_order_and_once():
    x, first, second = pt.vector(), Annotation(), Annotation()
    for annotation in (first, second, first):
        add_annotation(x, annotation)
    assert x.tag.annotations == [first, second]


def test_an_annotation_of_a_copy_is_not_on_the_original():
    x, first, second = pt.vector(), Annotation(), Annotation()
    add_annotation(x, first)
    copied = x.clone()
    add_annotation(copied, second)
    assert x.tag.annotations == [first]


def test_auxiliary_variables_are_named_tagged_and_listed_once():
    x, annotation = pt.vector(), Annotation()
    norm = x.norm(2)
    annotation.add_auxiliary_variable(norm, roles=[COST], name="norm")
    annotation.add_auxiliary_variable(norm)
    assert annotation.auxiliary_variables == [norm]
    assert norm.name == norm.tag.name == "norm"
    assert norm.tag.roles == [AUXILIARY, COST]
    assert norm.tag.annotations == [annotation]


def test_annotations_begin_empty():
    assert BrickAnnotation().auxiliary_variables == []
    call = ApplicationAnnotation()
    assert (call.application, call.metadata, call.updates) == (None, {}, {})


def test_wrong_kinds():
    x = pt.vector("x")
    annotation = Annotation()
    with pytest.raises(TypeError, match="only PyTensor variables carry annotations"):
        add_annotation(3, annotation)
    with pytest.raises(TypeError, match="'mlp' of type str is not an annotation"):
        add_annotation(x, "mlp")
    with pytest.raises(TypeError, match="only PyTensor variables carry annotations"):
        annotation.add_auxiliary_variable(1.0)
    with pytest.raises(TypeError, match="must be a string, got 3 of type int"):
        annotation.add_auxiliary_variable(x, name=3)
    with pytest.raises(TypeError, match="'cost' is not a role"):
        annotation.add_auxiliary_variable(x, roles=["cost"])
    assert annotation.auxiliary_variables == []
    assert not hasattr(x.tag, "annotations")

"""All step rules through the same checks, and rules that fail them."""

from itertools import count

import pytest
from pytensor import tensor as pt

from brickyard.backends import shared
from brickyard.testing import check_step_rule
from brickyard.testing.step_rules import (
    check_compiles_once,
    check_keeps_types,
    check_reaches_optimum,
    check_resumes,
    check_serves_twice,
)
from brickyard.training import algorithms
from brickyard.training.algorithms import (
    AdaDelta,
    AdaGrad,
    Adam,
    AdamW,
    AMSGrad,
    BasicMomentum,
    BasicNesterovMomentum,
    BasicRMSProp,
    CompositeRule,
    Lion,
    Momentum,
    NAdam,
    NesterovMomentum,
    RemoveNotFinite,
    Restrict,
    RMSProp,
    Scale,
    StepClipping,
    StepRule,
    VariableClipping,
)
from brickyard.training.algorithms.rates import in_dtype
from brickyard.training.schedules import (
    CosineSchedule,
    ExponentialSchedule,
    WarmUpSchedule,
)

FALLING = CosineSchedule(0.1, num_steps=300)
RULES = {
    "AMSGrad": lambda: AMSGrad(0.1),
    "AdaDelta": lambda: AdaDelta(0.9, epsilon=1e-2),
    "AdaGrad": lambda: AdaGrad(0.3),
    "Adam": lambda: Adam(0.1),
    "AdamW": lambda: AdamW(0.1, weight_decay=1e-3),
    "BasicMomentum": lambda: CompositeRule([Scale(0.1), BasicMomentum(0.5)]),
    "BasicNesterovMomentum": lambda: CompositeRule(
        [Scale(0.1), BasicNesterovMomentum(0.5)]
    ),
    "BasicRMSProp": lambda: CompositeRule([BasicRMSProp(), Scale(0.02)]),
    "CompositeRule": lambda: CompositeRule([Scale(0.5), Scale(0.5)]),
    "Lion": lambda: Lion(0.02),
    "Momentum": lambda: Momentum(0.1, 0.5),
    "NAdam": lambda: NAdam(0.1),
    "NesterovMomentum": lambda: NesterovMomentum(0.1, 0.5),
    "RMSProp": lambda: RMSProp(0.02),
    "RemoveNotFinite": lambda: CompositeRule([RemoveNotFinite(), Scale(0.1)]),
    "Restrict": lambda: Restrict(Scale(0.1), []),
    "Scale": lambda: Scale(0.1),
    "StepClipping": lambda: CompositeRule([StepClipping(1.0), Scale(0.1)]),
    "VariableClipping": lambda: CompositeRule([Scale(0.1), VariableClipping(10.0)]),
}
SCHEDULED = {
    "Adam": lambda: Adam(FALLING, beta1=ExponentialSchedule(0.9, 1000)),
    "AdamW": lambda: AdamW(FALLING, weight_decay=CosineSchedule(0.01, 100)),
    "AMSGrad": lambda: AMSGrad(FALLING),
    "AdaDelta": lambda: AdaDelta(lambda step: pt.constant(0.9), epsilon=1e-2),
    "AdaGrad": lambda: AdaGrad(CosineSchedule(0.5, 1000)),
    "Lion": lambda: Lion(FALLING),
    "Momentum": lambda: Momentum(FALLING, CosineSchedule(0.5, 100)),
    "NAdam": lambda: NAdam(FALLING),
    "NesterovMomentum": lambda: NesterovMomentum(FALLING, 0.5),
    "RMSProp": lambda: RMSProp(FALLING, CosineSchedule(0.9, 1000)),
    "Scale": lambda: Scale(WarmUpSchedule(0.1, 50)),
    "StepClipping": lambda: CompositeRule(
        [StepClipping(CosineSchedule(2.0, 1000)), Scale(0.1)]
    ),
}


def test_the_table_is_complete():
    rules = {
        name
        for name in algorithms.__all__
        if isinstance(getattr(algorithms, name), type)
        and issubclass(getattr(algorithms, name), StepRule)
    }
    assert set(RULES) == rules - {"StepRule"}


@pytest.mark.parametrize("name", RULES)
def test_rule(name):
    check_step_rule(RULES[name])


@pytest.mark.parametrize("name", SCHEDULED)
def test_rule_with_schedules(name):
    check_step_rule(SCHEDULED[name])


def test_rule_on_numba():
    check_step_rule(lambda: Adam(FALLING), backend="numba")


class Upcasts(StepRule):
    def compute_step(self, parameter, previous_step):
        return previous_step * pt.constant(1.0, dtype="float64"), []


class Broadens(StepRule):
    def compute_step(self, parameter, previous_step):
        return pt.specify_broadcastable(previous_step).sum(keepdims=True), []


class SharesMemory(StepRule):
    def __init__(self):
        self.count = shared(0, name="count")

    def compute_steps(self, previous_steps):
        return dict(previous_steps), [(self.count, self.count + 1)]


class Forgets(StepRule):
    """Its rate is no part of any state: every instance has another one."""

    made = count(1)

    def __init__(self):
        self.rate = 0.1 / next(self.made)

    def compute_step(self, parameter, previous_step):
        return in_dtype(self.rate, parameter.type.dtype) * previous_step, []


def test_a_wrong_dtype_is_found():
    with pytest.raises(AssertionError, match=r"step of W .* must be float32, it is"):
        check_keeps_types(Upcasts)


def test_a_wrong_shape_is_found():
    with pytest.raises(AssertionError, match="must have the static shape"):
        check_keeps_types(Broadens)


def test_shared_memory_is_found():
    with pytest.raises(AssertionError, match="update the same variables: count"):
        check_serves_twice(SharesMemory)


def test_lost_memory_is_found():
    algorithm = check_compiles_once(Forgets)
    with pytest.raises(AssertionError, match="after resuming, batch 3 made W"):
        check_resumes(Forgets, algorithm)


def test_a_rule_that_climbs_is_found():
    algorithm = check_compiles_once(lambda: Scale(0.0))
    with pytest.raises(AssertionError, match=r"away from the optimum, more than 0\.05"):
        check_reaches_optimum(algorithm, num_steps=2)

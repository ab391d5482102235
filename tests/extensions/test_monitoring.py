"""Names of records."""

from __future__ import annotations

import pytest
from pytensor import tensor as pt

from brickyard.backends import shared
from brickyard.extensions import (
    CompositeExtension,
    DataStreamMonitoring,
    FinishAfter,
    MonitoringExtension,
)
from brickyard.extensions.monitoring import extensions_of_kind
from brickyard.testing.extensions import idle_main_loop
from brickyard.training.log import TrainingLog


@pytest.mark.parametrize(
    ("kwargs", "name"),
    [
        ({}, "cost"),
        ({"prefix": "train"}, "train_cost"),
        ({"suffix": "ema"}, "cost_ema"),
        ({"prefix": "train", "suffix": "ema"}, "train_cost_ema"),
    ],
)
def test_record_name(kwargs, name):
    extension = MonitoringExtension(**kwargs)
    assert extension.record_name("cost") == name
    assert extension.record_name(pt.scalar("cost")) == name


def test_records_are_written_and_declared():
    extension = MonitoringExtension(prefix="test")
    extension.monitor([pt.scalar("a"), pt.vector("b")])
    assert extension.writes() == ["test_a", "test_b"]
    assert extension.scalar_records() == ["test_a"]
    log = TrainingLog()
    extension.add_records(log, [("a", 1.0)])
    assert log.current_row == {"test_a": 1.0}


def test_what_is_monitored_is_checked():
    extension = MonitoringExtension(name="valid")
    with pytest.raises(TypeError, match=r"by valid must be variables .*, got 'cost'"):
        extension.monitor(["cost"])
    with pytest.raises(ValueError, match="variables monitored by valid need a name"):
        extension.monitor([pt.scalar()])
    with pytest.raises(ValueError, match=r"valid: .* has no name to be recorded under"):
        extension.record_name(pt.scalar())


def test_two_extensions_cannot_write_one_record():
    variable = shared(1.0, name="cost")
    inner = DataStreamMonitoring([variable], None, name="valid")
    loop = idle_main_loop(
        [
            DataStreamMonitoring([variable], None, name="test"),
            CompositeExtension([inner]),
            FinishAfter(after_n_epochs=1),
        ]
    )
    with pytest.raises(ValueError, match=r"'valid' and 'test' both write .* 'cost'"):
        loop.run()
    assert list(extensions_of_kind(loop.extensions, DataStreamMonitoring))[1] is inner

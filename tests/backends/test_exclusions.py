import pytest
from pytensor.compile.mode import optdb
from pytensor.graph.rewriting.db import RewriteDatabaseQuery

from brickyard.backends.exclusions import LEFT_TO_XLA, REPLACED, WRONG


@pytest.mark.parametrize("tag", [*LEFT_TO_XLA, *REPLACED, *WRONG])
def test_each_names_a_rewrite_that_pytensor_has(tag):
    """A tag nothing has would exclude nothing, silently."""
    plain = RewriteDatabaseQuery(include=["fast_run"])
    assert str(optdb.query(plain)) != str(optdb.query(plain.excluding(tag)))

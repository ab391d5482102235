import gc

import pytest

from brickyard.backends.garbage import garbage_collection_paused


def test_collection_goes_on_afterwards_also_after_an_error():
    with garbage_collection_paused():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(KeyError, match="x"), garbage_collection_paused():
        {}["x"]
    assert gc.isenabled()


def test_collection_that_was_off_stays_off():
    gc.disable()
    try:
        with garbage_collection_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()

import pytest

from brickyard.backends import default_backend, set_default_backend
from brickyard.backends.choice import default_scan_rewrites


@pytest.fixture(autouse=True)
def restore():
    yield
    set_default_backend(None)


def test_xla_is_the_default(monkeypatch):
    monkeypatch.delenv("BRICKYARD_BACKEND", raising=False)
    assert default_backend() == "xla"


def test_the_environment_chooses(monkeypatch):
    monkeypatch.setenv("BRICKYARD_BACKEND", "numba")
    assert default_backend() == "numba"


def test_the_call_outranks_the_environment(monkeypatch):
    monkeypatch.setenv("BRICKYARD_BACKEND", "numba")
    set_default_backend("xla")
    assert default_backend() == "xla"


def test_unknown_names_are_refused_with_the_near_match(monkeypatch):
    with pytest.raises(ValueError, match=r"no backend 'numbra'; did you mean 'numba'"):
        set_default_backend("numbra")
    monkeypatch.setenv("BRICKYARD_BACKEND", "jaxx")
    with pytest.raises(ValueError, match="BRICKYARD_BACKEND: there is no backend"):
        default_backend()


def test_the_environment_switches_rewriting_loops_off(monkeypatch):
    monkeypatch.delenv("BRICKYARD_SCAN_REWRITES", raising=False)
    assert default_scan_rewrites()
    monkeypatch.setenv("BRICKYARD_SCAN_REWRITES", "0")
    assert not default_scan_rewrites()
    monkeypatch.setenv("BRICKYARD_SCAN_REWRITES", "1")
    assert default_scan_rewrites()


def test_the_environment_says_0_or_1_of_rewriting_loops(monkeypatch):
    monkeypatch.setenv("BRICKYARD_SCAN_REWRITES", "off")
    with pytest.raises(ValueError, match=r"BRICKYARD_SCAN_REWRITES is 1.*got 'off'"):
        default_scan_rewrites()

import logging

from brickyard.backends.xla_setup import cache_directory


def test_compiled_programs_are_kept_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("BRICKYARD_CACHE", str(tmp_path / "cache"))
    assert cache_directory() == tmp_path / "cache" / "xla"
    assert cache_directory().is_dir()


def test_an_empty_variable_keeps_nothing(monkeypatch):
    monkeypatch.setenv("BRICKYARD_CACHE", "")
    assert cache_directory() is None


def test_a_directory_that_cannot_be_made_costs_a_line_in_the_log(
    monkeypatch, tmp_path, caplog
):
    (tmp_path / "file").touch()
    monkeypatch.setenv("BRICKYARD_CACHE", str(tmp_path / "file"))
    with caplog.at_level(logging.WARNING):
        assert cache_directory() is None
    assert "compiled programs are not kept" in caplog.text

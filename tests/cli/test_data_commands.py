def test_commands(run):
    status, output, _ = run("data")
    assert status == 0
    for name in ("convert", "download", "info", "list", "serve"):
        assert f"\n  {name} " in output

from brickyard.cli.plugins_command import plugin_rows


def test_plugins_of_all_groups(run, announce):
    announce(
        ("brickyard.converters", "cat", "no.such:x", "dist-a"),
        ("brickyard.extensions", "dog", "no.such:y", "dist-b"),
        ("brickyard.extensions", "dog", "no.such:z", "dist-c"),
    )
    status, output, _ = run("plugins")
    assert status == 0
    assert [line.split() for line in output.splitlines()] == [
        ["KIND", "NAME", "DISTRIBUTION", "OBJECT"],
        ["converters", "cat", "dist-a", "no.such:x"],
        ["extensions", "dog", "(clash)", "dist-b", "no.such:y"],
        ["extensions", "dog", "(clash)", "dist-c", "no.such:z"],
    ]


def test_ours_are_listed():
    assert ("log backends", "memory", "brickyard") in [row[:3] for row in plugin_rows()]

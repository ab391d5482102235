from brickyard.datasets.converters.commands import COMMANDS
from brickyard.datasets.downloaders import DOWNLOADS


def rows(output):
    table = output.split("\n\n")[0].splitlines()
    return {line.split(maxsplit=2)[0]: line.split()[1:] for line in table}


def test_nothing_is_here_yet(run, announce, data_path):
    announce()
    status, output, _ = run("data", "list")
    assert status == 0
    found = rows(output)
    assert set(found) == {"NAME", *COMMANDS, *DOWNLOADS}
    assert found["mnist"] == ["no", "no"]
    assert found["digits"] == ["-", "in", "the", "package"]
    assert found["one_billion_word"] == ["no", "read", "as", "published"]
    assert f"Data path: {data_path}\n" in output


def test_what_is_here(run, data_path, make_file):
    folder = data_path / "originals" / "mnist"
    folder.mkdir(parents=True)
    for file in DOWNLOADS["mnist"].files[:3]:
        (folder / file.filename).touch()
    paths = [make_file("mnist.hdf5"), make_file("mnist_bool.hdf5")]
    _, output, _ = run("data", "list")
    lines = output.splitlines()
    (index,) = [n for n, line in enumerate(lines) if line.startswith("mnist ")]
    assert lines[index].split() == ["mnist", "3", "of", "4", str(paths[0])]
    assert lines[index + 1].split() == [str(paths[1])]


def test_plugins(run, announce, make_module):
    module = make_module(
        "cli_plugin_list",
        "from brickyard.datasets.converters.commands import ConverterCommand\n"
        "from brickyard.datasets.downloaders import DatasetDownload, RemoteFile\n"
        "convert = ConverterCommand(print, 'cats', default_filename='cats.hdf5')\n"
        "download = DatasetDownload('', {'': (RemoteFile('x'),)}, by_hand='ask')\n",
    )
    announce(
        ("brickyard.converters", "cats", f"{module}:convert", "dist-a"),
        ("brickyard.downloaders", "dogs", f"{module}:download", "dist-a"),
        ("brickyard.datasets", "fish", "no.such:x", "dist-a"),
        ("brickyard.converters", "owls", "no.such:x", "dist-b"),
        ("brickyard.datasets", "mnist", "no.such:x", "dist-c"),
    )
    status, output, _ = run("data", "list")
    found = rows(output)
    assert status == 0
    assert found["cats"] == ["by", "hand", "no"]
    assert found["dogs"][:2] == ["by", "hand"]
    assert found["fish"] == ["-", "by", "a", "plugin"]
    assert "'dist-b'" in " ".join(found["owls"])
    assert "brickyard and dist-c" in " ".join(found["mnist"])
    assert found["iris"] == ["no", "no"]

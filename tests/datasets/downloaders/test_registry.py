"""The table of downloads agrees with the converters that read the files."""

from pathlib import Path

import pytest

from brickyard.datasets.converters import sha256_of_file
from brickyard.datasets.converters.commands import COMMANDS
from brickyard.datasets.downloaders import DOWNLOADS
from brickyard.datasets.exceptions import MissingInputFiles

FILES = [
    pytest.param(file, id=f"{name}-{file.filename}")
    for name, download in DOWNLOADS.items()
    for files in download.variants.values()
    for file in files
]
# Options without a default in the converter.
FIXED = {"celeba": {"which_format": "64"}}
# Files that a converter asks for when it has read others.
WANTED_LATER = {"celeba": ["list_eval_partition.txt"]}
SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "mnist"


@pytest.mark.parametrize("file", FILES)
def test_addresses_lead_to_files_of_the_name(file):
    assert all(url.startswith(("https://", "http://")) for url in file.urls)
    assert all(url.rpartition("/")[2] == file.filename for url in file.urls)
    assert (file.sha256 is None) == (file.size is None)


def test_every_converter_of_files_has_a_download():
    readers = {name for name, command in COMMANDS.items() if command.has_directory}
    assert readers <= set(DOWNLOADS)
    assert set(DOWNLOADS) - readers == {"one_billion_word"}


@pytest.mark.parametrize(
    "name", [name for name in DOWNLOADS if name != "one_billion_word"]
)
def test_the_converter_wants_files_of_these_names(name, tmp_path):
    download = DOWNLOADS[name]
    for variant, files in download.variants.items():
        option = (download.option or "").strip("-").replace("-", "_")
        options = {option: int(variant)} if option else dict(FIXED.get(name, {}))
        with pytest.raises(MissingInputFiles) as info:
            COMMANDS[name].convert(
                directory=tmp_path,
                output_directory=tmp_path,
                output_filename="x.hdf5",
                **options,
            )
        names = [
            file.filename for file in files if file.filename not in str(info.value)
        ]
        assert names == WANTED_LATER.get(name, [])


def test_variants_are_choices_of_the_converter():
    for name, download in DOWNLOADS.items():
        if download.option is not None:
            choices = COMMANDS[name].options[download.option]
            assert sorted(download.variants) == sorted(map(str, choices["choices"]))
            assert download.default == str(choices["default"])


@pytest.mark.parametrize(
    "name",
    [
        "train-labels-idx1-ubyte.gz",
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte.gz",
    ],
)
def test_digests_of_the_real_files(name):
    if not (SHARED / name).is_file():
        pytest.skip("the original files are not here")
    (file,) = [file for file in DOWNLOADS["mnist"].files if file.filename == name]
    assert sha256_of_file(SHARED / name) == file.sha256
    assert (SHARED / name).stat().st_size == file.size

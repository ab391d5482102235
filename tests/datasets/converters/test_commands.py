import inspect

import pytest

from brickyard.datasets.converters.commands import COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_functions_take_what_commands_pass(name):
    command = COMMANDS[name]
    taken = inspect.signature(command.convert).parameters
    passed = {"output_directory", "output_filename"}
    passed |= {option.strip("-").replace("-", "_") for option in command.options}
    passed |= {"directory"} if command.has_directory else set()
    assert passed == set(taken)
    assert taken["output_filename"].default == command.default_filename
    assert command.help


@pytest.mark.parametrize("name", COMMANDS)
def test_files_can_be_found_again(name):
    command = COMMANDS[name]
    assert command.output_patterns
    assert all(pattern.endswith(".hdf5") for pattern in command.output_patterns)
    if command.default_filename is not None:
        assert command.output_patterns[0] == command.default_filename

import subprocess
import sys

import pytest

from scenario.errors import ConfigError
from scenario.suite.find import find_scenarios
from scenario.suite.load_python import find_object, load_python

HEAD = """
import scenario
from scenario import checks
from scenario.suite import Scenario, Suite
from scenario.suite.declare import scenario as declared

def made(name):
    return Scenario(name=name, agents=[scenario.ScriptedUserAgent("Hi")], criteria=[checks.said("x")])
"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.path", list(sys.path))

    def write(text, name="my_scenarios.py"):
        file = tmp_path / name
        file.write_text(HEAD + text)
        return file

    return write


def test_values_suites_lists_and_declared_functions_are_found_in_their_order(write):
    file = write(
        "one = made('one')\nsuite = Suite([made('two'), made('three')])\nmany = [made('four')]\n"
        "@declared\ndef five():\n    return made('five')\n_hidden = made('hidden')\nnumber = 3\n"
    )
    found = load_python(file)
    assert [each.name for each in found] == ["one", "two", "three", "four", "five"]
    assert found[0].source == f"{file}:one"


def test_the_same_value_under_two_names_counts_once(write):
    assert len(load_python(write("one = made('one')\nagain = one\nsuite = Suite([one])\n"))) == 1


def test_files_beside_it_can_be_imported(write, tmp_path):
    (tmp_path / "helpers_of_mine.py").write_text("NAME = 'from beside'\n")
    (found,) = load_python(write("from helpers_of_mine import NAME\none = made(NAME)\n"))
    assert found.name == "from beside"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("raise LookupError('gone')\n", "LookupError: gone (line 9 of my_scenarios.py)"),
        ("one = (\n", "SyntaxError: '(' was never closed (line 9)"),
        ("@declared\ndef one():\n    return 3\n", "marked with @scenario.scenario and returned 3"),
        ("one = made('')\n", "`name` must be a text"),
    ],
)
def test_a_file_that_cannot_be_loaded(write, text, words):
    with pytest.raises(ConfigError) as raised:
        load_python(write(text))
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("json", "names nothing in Python"),
        ("json:", "names nothing in Python"),
        ("json:lods", "json has no 'lods'. Did you mean 'loads'?"),
        ("no_such_module_here:x", "cannot be imported: ModuleNotFoundError"),
    ],
)
def test_references_that_name_nothing(reference, words):
    with pytest.raises(ConfigError) as raised:
        find_object(reference)
    assert words in str(raised.value)


def test_a_reference():
    assert find_object("os:path.join") is __import__("os").path.join


def test_installed_packages_and_hidden_folders_are_passed_over(write, tmp_path):
    for folder in (".hidden", "node_modules", "env"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "scenarios.py").write_text("raise LookupError\n")
    (tmp_path / "env" / "pyvenv.cfg").write_text("")
    write("one = made('one')\n")
    assert [each.name for each in find_scenarios([tmp_path])] == ["one"]


def test_a_folder_without_scenarios(tmp_path):
    with pytest.raises(ConfigError, match="There is no file of scenarios in"):
        find_scenarios([tmp_path])


def test_the_names_of_the_package_are_loaded_when_they_are_used():
    code = (
        "import sys, scenario.suite as suite\n"
        "assert 'scenario.suite.run' not in sys.modules\n"
        "for name in suite.__all__: getattr(suite, name)\n"
        "loaded = [name for name in ('sqlalchemy', 'yaml', 'jsonschema', 'rich', 'openai') if name in sys.modules]\n"
        "assert loaded == [], loaded\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

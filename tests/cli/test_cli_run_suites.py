"""Names of batches, going on from elsewhere, and stores and files that cannot be used."""

import json
import sqlite3
import sys
from contextlib import closing, contextmanager

import pytest
from click.testing import CliRunner

from scenario.cli import main, suite_view
from scenario.store import open_store, place_of
from scenario.suite.batch import batch_info, newest_batch

SUITE = """
scenarios:
  - name: parcel
    agent: parcel_desk:answer
    user: Where is my parcel?
    criteria:
      - said: Monday
    max_turns: 1
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    folder = tmp_path / "shop"
    (folder / "tests").mkdir(parents=True)
    (folder / "pyproject.toml").write_text("")
    (folder / "tests" / "parcel.scenario.yaml").write_text(SUITE)
    (folder / "tests" / "parcel_desk.py").write_text("def answer(conversation):\n    return 'On Monday.'\n")
    monkeypatch.chdir(folder)
    monkeypatch.setattr("sys.path", list(sys.path))
    yield folder
    sys.modules.pop("parcel_desk", None)


def invoke(*arguments):
    return CliRunner().invoke(main, list(arguments))


@contextmanager
def scripted_views():
    """How many trials each run says that it plays, in place of its progress."""
    planned = []

    @contextmanager
    def view_of(count, *, quiet):
        planned.append(count)
        yield lambda what: None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(suite_view, "view_of", view_of)
        yield planned


def newest():
    place = place_of(None)
    return batch_info(place, newest_batch(place))


def test_a_batch_has_the_same_name_for_an_absolute_and_a_relative_path(project, monkeypatch):
    names = []
    for path in ("tests/parcel.scenario.yaml", str(project / "tests" / "parcel.scenario.yaml")):
        assert invoke("run", path).exit_code == 0
        names.append(newest()["suite"]["name"])
    monkeypatch.chdir(project / "tests")
    assert invoke("run", "parcel.scenario.yaml").exit_code == 0
    assert {*names, newest()["suite"]["name"]} == {"tests/parcel.scenario.yaml"}


def test_the_whole_project_is_named_by_its_folder(project):
    assert invoke("run").exit_code == 0
    assert newest()["suite"]["name"] == "shop"
    assert newest()["choice"]["paths"] == ["."]


def test_a_run_goes_on_and_is_judged_again_from_another_folder_of_the_project(project, monkeypatch):
    assert invoke("run", "tests/parcel.scenario.yaml").exit_code == 0
    monkeypatch.chdir(project / "tests")
    again = invoke("run", "--resume", "--trials", "2")
    assert again.exit_code == 0, again.output
    assert "2 passed, 0 failed of 2 trials (1 of them before)" in again.output
    batch = newest_batch(place_of(None))
    assert "2 conversations judged again" in invoke("rejudge", batch).output


def test_the_progress_counts_what_is_played_now(project):
    """Not what is done already, nor what other shards play."""
    with scripted_views() as planned:
        invoke("run", "--trials", "3")
        invoke("run", "--resume", "--trials", "7")
        invoke("run", "--resume")
        invoke("run", "--trials", "8", "--shard", "1/4")
    assert planned == [3, 4, 0, 2]


def test_a_store_that_refuses_is_told_in_a_line(project):
    with open_store(place_of("runs.db"), create=True):
        pass
    with closing(sqlite3.connect("runs.db")) as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON batch BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
        )
        connection.commit()
    done = invoke("run", "--store", "runs.db")
    assert done.exit_code == 2, done.output
    assert "The store runs.db cannot be written: disk is full. Mend that" in done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)


@pytest.mark.parametrize("command", ["run", "list"])
def test_a_file_without_scenarios(project, command):
    (project / "scenarios.py").write_text("x = 1\n")
    done = invoke(command, "scenarios.py")
    assert done.exit_code == 2
    assert "There is no scenario in scenarios.py. In a file of Python it is a value of" in done.output


def test_ctrl_c_while_files_are_loaded(project):
    (project / "stopped_scenarios.py").write_text("raise KeyboardInterrupt\n")
    done = invoke("run", "stopped_scenarios.py")
    assert done.exit_code == 130
    assert "Interrupted." in done.output


def test_list_counts_in_proper_english(project):
    assert invoke("list").output.endswith("1 scenario, 1 trial\n")
    assert json.loads(invoke("list", "--json").stdout)[0]["trials"] == 1

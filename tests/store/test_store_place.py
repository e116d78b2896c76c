"""Where a store is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scenario import store
from scenario.config import ScenarioConfig, resolve
from scenario.errors import ConfigError
from scenario.store import FilePlace, ServerPlace, place_of
from store.stories import story


@pytest.mark.parametrize("mark", ["pyproject.toml", ".git"])
def test_the_default_is_beside_the_nearest_mark_of_a_project(tmp_path, mark):
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    (tmp_path / mark).mkdir()

    assert place_of(None, below) == FilePlace(tmp_path / ".scenario" / "runs.db")


def test_without_a_project_the_default_is_in_the_folder_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "exists", lambda self: False)

    assert place_of(None, tmp_path) == FilePlace(tmp_path / ".scenario" / "runs.db")


@pytest.mark.parametrize("setting", ["off", "OFF", "", " "])
def test_a_store_can_be_off(setting):
    assert place_of(setting) is None


@pytest.mark.parametrize("setting", ["x/runs.db", Path("x/runs.db"), "sqlite:///x/runs.db"])
def test_a_path_begins_in_the_folder(tmp_path, setting):
    assert place_of(setting, tmp_path) == FilePlace(tmp_path / "x" / "runs.db")


def test_an_absolute_path_stays():
    assert place_of("/somewhere/runs.db") == FilePlace(Path("/somewhere/runs.db"))


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_server_is_told_without_its_password(scheme):
    place = place_of(f"{scheme}://me:pw@host:5432/runs?password=pw")

    assert place == ServerPlace("postgresql+psycopg://me:pw@host:5432/runs?password=pw")
    assert str(place) == "postgresql://host:5432/runs"


def test_another_kind_of_url_is_refused():
    with pytest.raises(ConfigError, match="mysql://"):
        place_of("mysql://host/runs")


def test_a_path_below_the_working_directory_is_told_relative_to_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert str(place_of("runs.db")) == "runs.db"


def test_the_default_folder_is_ignored_by_git(tmp_path, keep):
    keep(story(), at=FilePlace(tmp_path / ".scenario" / "runs.db"))

    assert (tmp_path / ".scenario" / ".gitignore").read_text() == "*\n"


def test_another_folder_is_made_and_left_alone(tmp_path, keep):
    keep(story(), at=FilePlace(tmp_path / "deep" / "down" / "runs.db"))

    assert {path.name for path in (tmp_path / "deep" / "down").iterdir()} <= {
        "runs.db",
        "runs.db-wal",
        "runs.db-shm",
    }


def test_the_setting_comes_from_code_or_the_environment(monkeypatch, tmp_path):
    assert ScenarioConfig().store is None
    monkeypatch.setenv("SCENARIO_STORE", "from/environment.db")
    assert resolve().store == "from/environment.db"
    ScenarioConfig.configure(store=tmp_path / "code.db")
    assert resolve().store == tmp_path / "code.db"


def test_the_setting_comes_from_the_file_too(monkeypatch, tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.scenario]\nstore = "off"\n')
    monkeypatch.chdir(tmp_path)

    assert resolve().store == "off"


def test_naming_the_package_loads_no_database(tmp_path):
    code = "import sys, scenario.store.place; assert not {'sqlalchemy', 'sqlite3'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)


def test_every_name_of_the_package_can_be_had():
    assert [name for name in store.__all__ if getattr(store, name) is None] == []
    assert sorted(store.__all__) == store.__all__
    assert set(store._HOME_OF) == set(store.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = store.nothing

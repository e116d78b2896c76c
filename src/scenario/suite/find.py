"""Finding scenarios in files and folders, and choosing among them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scenario.errors import ConfigError
from scenario.store.place import project_of
from scenario.suite.load_python import load_python
from scenario.suite.scenario import Scenario, refuse_same_names

YAML_ENDINGS: Final = (".scenario.yaml", ".scenario.yml")
PYTHON_ENDINGS: Final = ("_scenarios.py", "_scenario.py", ".scenario.py")
_PYTHON_NAMES: Final = ("scenarios.py", "scenario.py")
_MOST_NAMED: Final = 2
_PASSED_OVER: Final = frozenset({"node_modules", "__pycache__", "site-packages", "build", "dist"})


@dataclass(frozen=True, slots=True)
class Choice:
    """Which scenarios are meant.

    Attributes:
        words: Each must be in the name, upper and lower case being the same; a word with a ``!`` before it must not.
        tags: One of them must be among the tags; a tag with a ``!`` before it must not.
    """

    words: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    def takes(self, scenario: Scenario) -> bool:
        """Whether a scenario is meant."""
        name = scenario.name.casefold()
        if not all(_agrees(word.casefold(), lambda text: text in name) for word in self.words):
            return False
        wanted = [tag for tag in self.tags if not tag.startswith("!")]
        unwanted = {tag[1:] for tag in self.tags if tag.startswith("!")}
        has = set(scenario.tags)
        return not unwanted & has and (not wanted or bool(has & set(wanted)))


def find_scenarios(paths: Sequence[str | Path], choice: Choice | None = None) -> list[Scenario]:
    """The scenarios of files and folders, in the order of the paths and of the files' names.

    Args:
        paths: Files of Python or YAML, and folders, in which ``*.scenario.yaml``, ``scenarios.py``,
            ``*_scenarios.py`` and ``*_scenario.py`` are looked for, in folders below as well.
        choice: Which of them; all by default.

    Returns:
        The scenarios; no two have the same name.

    Raises:
        ConfigError: A path is not there, a file cannot be read, there is no scenario in any, or two have the same name.
    """
    found: list[Scenario] = []
    for path in _files(paths):
        found += load(path)
    if not found:
        raise ConfigError(
            f"There is no scenario in {', '.join(str(path) for path in paths)}. In a file of Python it is a value of "
            "scenario.Scenario at its top level, or a function marked with @scenario.scenario.",
            source=str(paths[0]) if paths else "",
        )
    refuse_same_names(found)
    return [each for each in found if choice is None or choice.takes(each)]


def stored_paths(paths: Sequence[str], here: Path | None = None) -> list[str]:
    """Paths as they are kept with a batch: relative to the project where they are inside of it, else absolute.

    So they mean the same from every folder of the project, however they were written.

    Args:
        paths: The paths as somebody gave them; none mean the working directory.
        here: The working directory.
    """
    folder = here or Path.cwd()
    project = project_of(folder.resolve())
    return [_within(folder / each, project) for each in paths or ["."]]


def paths_of(stored: Sequence[str], here: Path | None = None) -> list[str]:
    """What `stored_paths` kept, as paths from the working directory.

    Args:
        stored: The paths; one that is not in the project stays as it is.
        here: The working directory.
    """
    folder = here or Path.cwd()
    project = project_of(folder.resolve())
    return [
        os.path.relpath(project / each, folder.resolve())
        if not Path(each).is_absolute() and (project / each).exists()
        else each
        for each in stored
    ]


def suite_name(stored: Sequence[str], here: Path | None = None) -> str:
    """What to call the scenarios of some paths: the same name, however the paths were written.

    Args:
        stored: The paths, as `stored_paths` keeps them.
        here: The working directory.

    Returns:
        The paths; the folder of the whole project by its name, and what is outside of it by the name of the file; of
        many paths the first, and how many more there are.
    """
    project = project_of((here or Path.cwd()).resolve())
    names = list(dict.fromkeys(_called(each, project) for each in stored))
    more = len(names) - _MOST_NAMED
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:_MOST_NAMED])} and {more} more"


def _within(path: Path, project: Path) -> str:
    """A path relative to the project; absolute where it is not inside, neither as it stands nor behind its links."""
    plain = Path(os.path.abspath(path))  # noqa: PTH100 - `resolve` would follow links
    for candidate in (plain, path.resolve()):
        if candidate.is_relative_to(project):
            return candidate.relative_to(project).as_posix()
    return str(plain)


def _called(stored: str, project: Path) -> str:
    if stored == ".":
        return project.name or str(project)
    return Path(stored).name if Path(stored).is_absolute() else stored


def load(path: Path) -> list[Scenario]:
    """The scenarios of one file.

    Raises:
        ConfigError: It cannot be read.
    """
    if path.suffix == ".py":
        return load_python(path)
    if path.suffix in {".yaml", ".yml"}:
        from scenario.suite.load_yaml import load_yaml  # noqa: PLC0415 - loaded where there is such a file

        return load_yaml(path)
    raise ConfigError(
        f"{path} holds no scenarios: a file of them ends with .py, .yaml or .yml.", source=str(path)
    )


def is_scenario_file(path: Path) -> bool:
    """Whether a file in a folder is looked at."""
    name = path.name
    return name.endswith((*YAML_ENDINGS, *PYTHON_ENDINGS)) or name in _PYTHON_NAMES


def _files(paths: Sequence[str | Path]) -> list[Path]:
    files: dict[Path, Path] = {}
    for given in paths:
        path = Path(given)
        if path.is_dir():
            below = [each for each in _below(path) if is_scenario_file(each)]
            if not below:
                raise ConfigError(
                    f"There is no file of scenarios in {path}: *.scenario.yaml, scenarios.py or *_scenarios.py. "
                    "`scenario init` writes a first one.",
                    source=str(path),
                )
        elif path.is_file():
            below = [path]
        else:
            raise ConfigError(f"There is no file or folder {path}.", source=str(path))
        for each in below:
            files.setdefault(each.resolve(), each)
    return list(files.values())


def _below(folder: Path) -> list[Path]:
    """All files below a folder, in order, those of hidden folders and of what was installed left out."""
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name in _PASSED_OVER:
            continue
        if path.is_dir() and not (path / "pyvenv.cfg").exists():
            found += _below(path)
        elif path.is_file():
            found.append(path)
    return found


def _agrees(word: str, holds: Callable[[str], bool]) -> bool:
    return not holds(word[1:]) if word.startswith("!") else holds(word)

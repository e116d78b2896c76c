"""Scenarios of Python files and modules: what is declared in them, at module level."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import zlib
from pathlib import Path
from types import ModuleType
from typing import Any

from scenario.errors import ConfigError
from scenario.suite.declare import Declared
from scenario.suite.scenario import Scenario, Suite


def load_python(path: Path) -> list[Scenario]:
    """The scenarios that a file declares, in its order.

    They are the `Scenario` and `Suite` values at its top level, lists of them, and functions marked with
    ``@scenario.scenario``. What it imports from elsewhere counts only when it stands in one of its own values.

    Args:
        path: The file. Its folder is importable while it is loaded, and stays so.

    Raises:
        ConfigError: It cannot be loaded.
    """
    module = load_file(path)
    found: list[Scenario] = []
    for name, value in vars(module).items():
        if not name.startswith("_"):
            found += _declared(value, f"{path}:{name}", module)
    return _each_once(found)


def load_file(path: Path) -> ModuleType:
    """The module that a file makes.

    Raises:
        ConfigError: It raises.
    """
    name = f"scenario_file_{path.stem}_{zlib.crc32(str(path.resolve()).encode()):08x}"
    folder = str(path.resolve().parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ConfigError(f"{path} is no file of Python code.", source=str(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except ConfigError:
        raise
    except Exception as error:  # whatever people's code raises
        raise ConfigError(f"{path} cannot be loaded: {_described(error, path)}", source=str(path)) from error
    return module


def find_object(reference: str, *, folder: Path | None = None) -> Any:
    """What a reference such as ``package.module:attribute`` names.

    Args:
        reference: A module, a colon, and an attribute, dots in it allowed.
        folder: A folder that is importable besides the usual ones and the working directory.

    Raises:
        ConfigError: There is no such thing, or its module cannot be imported.
    """
    module_name, colon, attribute = reference.partition(":")
    if not colon or not module_name or not attribute:
        raise ConfigError(
            f"{reference!r} names nothing in Python. Write the module, a colon and the name, such as my_app.agent:make.",
            source=reference,
        )
    for place in (Path.cwd(), *(() if folder is None else (folder.resolve(),))):
        if str(place) not in sys.path:
            sys.path.insert(0, str(place))
    try:
        found: Any = importlib.import_module(module_name)
    except Exception as error:  # whatever people's code raises
        raise ConfigError(
            f"{reference!r} cannot be imported: {_described(error)}", source=reference
        ) from error
    for part in attribute.split("."):
        try:
            found = getattr(found, part)
        except AttributeError as error:
            near = _near(part, found)
            raise ConfigError(f"{module_name} has no {attribute!r}.{near}", source=reference) from error
    return found


def _declared(value: Any, place: str, module: ModuleType) -> list[Scenario]:
    if isinstance(value, Declared):
        return [_placed(value(), place)] if value.function.__module__ == module.__name__ else []
    if isinstance(value, Scenario):
        return [_placed(value, place)]
    if isinstance(value, Suite):
        return [_placed(each, place) for each in value.scenarios]
    if (
        isinstance(value, list | tuple)
        and value
        and all(isinstance(each, Scenario | Declared) for each in value)
    ):
        return [found for each in value for found in _listed(each, place)]
    return []


def _listed(value: Scenario | Declared, place: str) -> list[Scenario]:
    return [_placed(value() if isinstance(value, Declared) else value, place)]


def _placed(made: Scenario, place: str) -> Scenario:
    return made if made.source else made.with_(source=place)


def _each_once(found: list[Scenario]) -> list[Scenario]:
    """The same value under two names counts once."""
    by_name: dict[str, list[Scenario]] = {}
    once: list[Scenario] = []
    for each in found:
        alike = by_name.setdefault(each.name, [])
        if each not in alike:
            alike.append(each)
            once.append(each)
    return once


def _described(error: Exception, path: Path | None = None) -> str:
    """An error of people's code in a line, with the place in their file where it is known."""
    import traceback  # noqa: PLC0415 - only for code that raises

    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if path is None or Path(frame.filename).resolve() == path.resolve()]
    own = [
        frame for frame in inside if "importlib" not in frame.filename and "load_python" not in frame.filename
    ]
    where = f" (line {own[-1].lineno} of {Path(own[-1].filename).name})" if own else ""
    if isinstance(error, SyntaxError):
        where = f" (line {error.lineno})"
        return f"{type(error).__name__}: {error.msg}{where}. Mend that."
    return f"{type(error).__name__}: {error}{where}. Mend that, or install what is missing."


def _near(name: str, owner: Any) -> str:
    import difflib  # noqa: PLC0415 - only for a name that is wrong

    near = difflib.get_close_matches(name, dir(owner), n=1)
    return f" Did you mean {near[0]!r}?" if near else " Look at how it is spelled."

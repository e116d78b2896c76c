"""scenario._utils.logs: the logger, set up from the environment."""

from __future__ import annotations

import logging
import warnings

import pytest

from scenario._utils.logs import _configure, configure_logging


@pytest.fixture
def logger():
    """The library's logger as if nobody had touched it; as it was, afterwards."""
    logger = logging.getLogger("scenario")
    level, handlers = logger.level, logger.handlers[:]
    logger.handlers.clear()
    logger.setLevel(logging.NOTSET)
    _configure.cache_clear()
    yield logger
    for handler in logger.handlers:
        handler.close()
    logger.handlers[:] = handlers
    logger.setLevel(level)
    _configure.cache_clear()


def test_without_a_level_nothing_happens(logger, monkeypatch, tmp_path):
    monkeypatch.setenv("SCENARIO_LOG_FILE", str(tmp_path / "log"))
    configure_logging()
    assert (logger.level, logger.handlers, list(tmp_path.iterdir())) == (logging.NOTSET, [], [])


@pytest.mark.parametrize("name", ["DEBUG", "debug", "Warning"])
def test_a_level_is_set_by_its_name(logger, monkeypatch, name):
    monkeypatch.setenv("SCENARIO_LOG_LEVEL", name)
    configure_logging()
    assert logger.level == getattr(logging, name.upper())


def test_a_level_brings_a_handler_on_stderr(logger, monkeypatch, capsys):
    monkeypatch.setenv("SCENARIO_LOG_LEVEL", "INFO")
    configure_logging()
    logging.getLogger("scenario.anything").info("hello")
    assert capsys.readouterr().err.endswith("INFO scenario.anything: hello\n")


def test_a_handler_that_is_there_already_is_enough(logger, monkeypatch):
    mine = logging.NullHandler()
    logger.addHandler(mine)
    monkeypatch.setenv("SCENARIO_LOG_LEVEL", "INFO")
    configure_logging()
    assert logger.handlers == [mine]


def test_a_file_is_appended_to_in_a_folder_that_is_made(logger, monkeypatch, tmp_path):
    path = tmp_path / "logs" / "scenario.log"
    path.parent.mkdir()
    path.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("SCENARIO_LOG_LEVEL", "INFO")
    monkeypatch.setenv("SCENARIO_LOG_FILE", str(path))
    configure_logging()
    logger.info("héllo")
    first, second = path.read_text(encoding="utf-8").splitlines()
    assert first == "before"
    assert second.endswith("INFO scenario: héllo")


def test_the_folder_of_the_file_is_made(logger, monkeypatch, tmp_path):
    path = tmp_path / "a" / "b" / "scenario.log"
    monkeypatch.setenv("SCENARIO_LOG_LEVEL", "INFO")
    monkeypatch.setenv("SCENARIO_LOG_FILE", str(path))
    configure_logging()
    assert path.is_file()


def test_the_same_values_are_followed_once(logger, monkeypatch, tmp_path):
    monkeypatch.setenv("SCENARIO_LOG_LEVEL", "INFO")
    monkeypatch.setenv("SCENARIO_LOG_FILE", str(tmp_path / "log"))
    configure_logging()
    configure_logging()
    assert len(logger.handlers) == 2


def test_a_level_that_there_is_not_warns_and_changes_nothing(logger, monkeypatch):
    monkeypatch.setenv("SCENARIO_LOG_LEVEL", "LOUD")
    with pytest.warns(UserWarning, match="SCENARIO_LOG_LEVEL='LOUD' is no level. Use DEBUG, INFO,"):
        configure_logging()
    assert (logger.level, logger.handlers) == (logging.NOTSET, [])


def test_a_level_that_there_is_not_warns_once(logger, monkeypatch):
    monkeypatch.setenv("SCENARIO_LOG_LEVEL", "LOUD")
    with pytest.warns(UserWarning, match="is no level"):
        configure_logging()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        configure_logging()


def test_a_file_that_cannot_be_written_warns_and_the_level_holds(logger, monkeypatch, tmp_path):
    monkeypatch.setenv("SCENARIO_LOG_LEVEL", "INFO")
    monkeypatch.setenv("SCENARIO_LOG_FILE", str(tmp_path))
    with pytest.warns(UserWarning, match="SCENARIO_LOG_FILE=.* cannot be written"):
        configure_logging()
    assert logger.level == logging.INFO

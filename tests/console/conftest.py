"""A terminal of its own for every test, and two kinds of output for it to write to."""

from __future__ import annotations

import pytest

from scenario._console.terminal import terminal


class Output:
    """Everything that was written to the output."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._text = ""

    @property
    def text(self) -> str:
        self._text += self._capsys.readouterr().out
        return self._text

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


@pytest.fixture(autouse=True)
def own_terminal(monkeypatch: pytest.MonkeyPatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLORTERM", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    terminal.cache_clear()
    yield
    terminal().rest()
    terminal.cache_clear()


@pytest.fixture
def paper(capsys: pytest.CaptureFixture[str]) -> Output:
    """Output that is no terminal."""
    return Output(capsys)


@pytest.fixture
def screen(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Output:
    """Output that is a terminal."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    return Output(capsys)

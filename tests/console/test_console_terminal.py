"""scenario._console.terminal: what is written to the output, and the spinner."""

from __future__ import annotations

import io
import sys

import pytest
from rich.text import Text

from authoring.conversations import user_says
from scenario._console.messages import message_lines
from scenario._console.terminal import Terminal, show_spinner, terminal

ESCAPE = "\x1b"
LINES = message_lines(user_says("hi"))


def test_there_is_one_terminal():
    assert terminal() is terminal()


def test_output_that_is_no_terminal_gets_no_escape_codes(paper):
    Terminal().print(*LINES)
    assert paper.text == "User: hi\n"


def test_a_terminal_gets_colours(screen):
    Terminal().print(*LINES)
    assert screen.text == f"{ESCAPE}[32mUser:{ESCAPE}[0m hi\n"


def test_output_that_is_no_terminal_gets_lines_as_long_as_they_are(paper):
    Terminal().print(Text("word " * 200))
    assert len(paper.lines) == 1


def test_a_terminal_gets_lines_that_are_wrapped(screen, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    Terminal().print(Text("word " * 200))
    assert [len(line.rstrip()) for line in screen.lines[:2]] == [39, 39]


@pytest.mark.parametrize(
    ("encoding", "printed"), [("ascii", "caf? ? ok"), ("latin-1", "café ? ok"), ("utf-8", "café ✓ ok")]
)
def test_what_the_output_cannot_write_becomes_a_question_mark(monkeypatch, encoding, printed):
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding=encoding, write_through=True))
    Terminal().print(Text.assemble("café ", ("✓", "green"), " ok"))
    assert written.getvalue().decode(encoding) == f"{printed}\n"


def test_colours_can_be_switched_off(screen, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    Terminal().print(*LINES)
    assert screen.text == "User: hi\n"


def test_the_output_is_looked_at_anew_when_a_run_begins(screen, monkeypatch):
    term = Terminal()
    monkeypatch.delenv("FORCE_COLOR")
    term.enter()
    term.print(*LINES)
    assert screen.text == "User: hi\n"


def test_the_output_stays_what_it_was_while_a_second_run_begins(screen, monkeypatch):
    term = Terminal()
    term.enter()
    console = term._console
    term.enter()
    assert term._console is console


def test_several_runs_share_a_terminal_and_one_does_not():
    term = Terminal()
    shared = []
    for change in (term.enter, term.enter, term.leave, term.leave):
        change()
        shared.append(term.shared)
    assert shared == [False, True, False, False]


def test_of_three_runs_two_are_left_when_one_leaves():
    term = Terminal()
    for change in (term.enter, term.enter, term.enter, term.leave):
        change()
    assert term.shared


def test_a_run_that_leaves_twice_counts_once():
    term = Terminal()
    term.leave()
    term.enter()
    assert not term.shared
    term.enter()
    assert term.shared


def test_a_spinner_shows_what_is_going_on_until_it_rests(screen):
    term = Terminal()
    term.spin(Text("Judging..."))
    assert term._status is not None
    term.rest()
    assert "Judging..." in screen.text
    assert term._status is None


def test_a_spinner_gives_the_cursor_back(screen):
    term = Terminal()
    term.spin(Text("Judging..."))
    term.rest()
    assert screen.text.rindex(f"{ESCAPE}[?25h") > screen.text.rindex(f"{ESCAPE}[?25l")


def test_there_is_no_spinner_where_there_is_no_terminal(paper):
    term = Terminal()
    term.spin(Text("Judging..."))
    assert (term._status, paper.text) == (None, "")


def test_there_is_no_spinner_while_runs_share_the_terminal(screen):
    term = Terminal()
    term.enter()
    term.enter()
    term.spin(Text("Judging..."))
    assert (term._status, screen.text) == (None, "")


def test_a_second_run_takes_the_spinner_of_the_first_away(screen):
    term = Terminal()
    term.enter()
    term.spin(Text("Judging..."))
    term.enter()
    assert term._status is None


def test_a_run_that_ends_takes_its_spinner_away(screen):
    term = Terminal()
    term.enter()
    term.spin(Text("Judging..."))
    term.leave()
    assert term._status is None


def test_there_is_one_spinner_at_a_time(screen):
    term = Terminal()
    term.spin(Text("Judging..."))
    first = term._status
    term.spin(Text("Thinking..."))
    assert term._status is first
    term.rest()


def test_show_spinner_spins_while_the_body_runs(screen):
    with show_spinner("Thinking...", "blue", enabled=True):
        shown = terminal()._status.status
    assert (shown.plain, shown.style) == ("Thinking...", "blue")
    assert terminal()._status is None


def test_show_spinner_needs_no_colour(screen):
    with show_spinner("Thinking...", enabled=True):
        assert terminal()._status.status.style == ""


def test_show_spinner_that_is_not_enabled_leaves_another_alone(screen):
    terminal().spin(Text("Judging..."))
    with show_spinner("Thinking...", enabled=False):
        pass
    spinning = terminal()._status is not None
    terminal().rest()
    assert spinning


def test_show_spinner_stops_when_the_body_raises(screen):
    with pytest.raises(ZeroDivisionError), show_spinner("Thinking...", enabled=2):
        _ = 1 / 0
    assert terminal()._status is None


@pytest.mark.parametrize("enabled", [None, False, 0])
def test_show_spinner_does_nothing_unless_enabled(screen, enabled):
    with show_spinner("Thinking...", enabled=enabled):
        assert terminal()._status is None
    assert screen.text == ""


def test_show_spinner_writes_nothing_where_there_is_no_terminal(paper):
    with show_spinner("Thinking...", enabled=True):
        pass
    assert paper.text == ""

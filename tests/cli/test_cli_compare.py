"""``scenario compare``, ``gate`` and ``report``, over a store with two batches."""

from __future__ import annotations

import asyncio
import json

import pytest
from click.testing import CliRunner

from report.played import play_suite
from scenario.cli import main
from scenario.store import FilePlace

BEFORE = {"greets": 1.0, "finds": 0.8, "refunds": 1.0}
AFTER = {"greets": 0.2, "finds": 0.8, "speaks": 1.0}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    place = FilePlace(tmp_path_factory.mktemp("cli") / "runs.db")
    asyncio.run(play_suite(place, batch="scenariobatch_before", rates=BEFORE))
    asyncio.run(play_suite(place, batch="scenariobatch_after", rates=AFTER))
    return place.path


@pytest.fixture
def call(path):
    def called(*arguments):
        return CliRunner().invoke(main, [*arguments, "--store", str(path)])

    return called


def test_compare_tells_what_became_of_each_scenario(call):
    done = call("compare", "before", "after")

    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert lines[0].startswith("scenariobatch_before (before) -> scenariobatch_after (after)")
    assert lines[1].startswith("newly failing  greets  20 of 20 -> 4 of 20 (-92 to -53 points, p ")
    assert "still flaky    finds" in done.output
    assert "only before    refunds" in done.output
    assert "only after     speaks" in done.output
    assert "these scenarios: p " in done.output


def test_compare_with_the_last_run_by_default(call):
    assert "-> scenariobatch_after (last)" in call("compare", "before").output


def test_last_as_the_first_run_means_the_one_before(call):
    assert call("compare", "last").output.startswith(
        "scenariobatch_before (last) -> scenariobatch_after (last)"
    )


def test_compare_as_json(call):
    found = json.loads(call("compare", "before", "after", "--json").output)

    assert found["scenarios"][0]["change"] == "newly failing"
    assert found["only_after"] == ["speaks"]


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (
            ["--baseline", "before"],
            1,
            'failed: 1 scenario got worse, "greets" most, from 20 of 20 to 4 of 20.',
        ),
        (["--baseline", "before", "--max-regressions", "1"], 0, "passed: "),
        (["--min-pass-rate", "0.9"], 1, "failed: "),
        (["--min-pass-rate", "0.4"], 0, "passed: "),
        (["--min-pass-rate", "0.7"], 0, "unclear: "),
        (["--min-pass-rate", "0.7", "--strict"], 1, "unclear: "),
        (["before", "--baseline", "before"], 0, "passed: "),
    ],
)
def test_a_gate_says_why_and_exits_so(call, arguments, code, text):
    done = call("gate", *arguments)

    assert done.exit_code == code, done.output
    assert done.output.startswith(text)


def test_a_gate_without_anything_to_hold_to_is_an_error_of_usage(call):
    done = call("gate")

    assert done.exit_code == 2
    assert "--baseline RUN, --min-pass-rate RATE" in done.output


def test_a_gate_without_a_trial_that_counts_exits_with_3(call, tmp_path):
    place = FilePlace(tmp_path / "runs.db")
    asyncio.run(play_suite(place, rates={"a": 1.0}, trials=0, judge_faults={"a": 2}))
    done = CliRunner().invoke(main, ["gate", "--min-pass-rate", "0.5", "--store", str(place.path)])

    assert done.exit_code == 3
    assert done.output.startswith("no data: No trial of ")


def test_a_gate_as_json(call):
    found = json.loads(call("gate", "--min-pass-rate", "0.7", "--json").output)

    assert found["state"] == "unclear"
    assert found["trials_needed"] > 20
    assert [check["name"] for check in found["checks"]] == ["pass rate"]


def test_reports_are_written_and_named(call, tmp_path):
    html, xml = tmp_path / "report.html", tmp_path / "report.xml"
    done = call("report", "after", "--html", str(html), "--junit", str(xml), "--baseline", "before")

    assert done.exit_code == 0, done.output
    assert done.output == f"wrote {html}\nwrote {xml}\n"
    assert "Against scenariobatch_before" in html.read_text(encoding="utf-8")


def test_a_report_of_nothing_is_an_error_of_usage(call):
    done = call("report")

    assert done.exit_code == 2
    assert "--html, --junit, --markdown or --jsonl" in done.output


def test_a_case_for_each_criterion_can_be_asked_for(call, tmp_path):
    xml = tmp_path / "report.xml"
    call("report", "--junit", str(xml), "--junit-per", "criterion")

    assert 'classname="desk.greets"' in xml.read_text(encoding="utf-8")


@pytest.mark.parametrize("command", [["compare", "nothing"], ["gate", "nothing", "--min-pass-rate", "1"]])
def test_a_name_that_means_nothing_is_a_line_of_text(call, command):
    done = call(*command)

    assert done.exit_code == 1
    assert done.output == "Error: No batch is called 'nothing'. `scenario runs` lists them.\n"

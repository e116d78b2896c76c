"""`scenario rejudge` with models on loopback."""

import json
import sys

import pytest
from click.testing import CliRunner

from scenario.cli import main
from scenario.testing import ModelServer

SUITE = """
scenarios:
  - name: parcel
    description: A customer asks where a parcel is.
    agent: desk:answer
    user:
      says: Where is my parcel?
    criteria:
      - The agent says when the parcel comes
      - The agent is polite
    max_turns: 1
    trials: 2
"""
AGENT = "def answer(conversation):\n    return 'It comes on Monday.'\n"


def verdict(first, second, reasoning):
    fields = {"evidence": [{"message": 1, "quote": "It comes on Monday."}], "reasoning": reasoning}
    return {
        "reasoning": reasoning,
        "criteria": {"c1": {**fields, "status": first}, "c2": {**fields, "status": second}},
    }


def by_tool(*said):
    return ModelServer.call("finish_test", verdict(*said))


def by_text(*said):
    return json.dumps(verdict(*said))


@pytest.fixture
def server():
    with ModelServer(default=by_tool("passed", "passed", "It says Monday.")) as running:
        yield running


@pytest.fixture
def batch(tmp_path, monkeypatch, server):
    """A batch whose judge was content, with both of its trials."""
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "parcel.scenario.yaml").write_text(SUITE)
    (tmp_path / "desk.py").write_text(AGENT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", list(sys.path))
    monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    done = invoke("run", "--judge-model", "openai/first", "--json")
    sys.modules.pop("desk", None)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)["batch"]


def invoke(*arguments):
    return CliRunner().invoke(main, list(arguments))


def shown(batch):
    """The runs of the batch as the store has them."""
    ids = [json.loads(line)["id"] for line in invoke("runs", "--json").stdout.splitlines()]
    return [json.loads(invoke("show", each, "--json").stdout) for each in ids]


@pytest.mark.parametrize("reply", [by_tool, by_text])
def test_another_model_disagrees_and_both_judgements_stand(batch, server, reply):
    server.reply_with(default=reply("passed", "failed", "Nobody says please."))
    done = invoke("rejudge", batch, "--judge-model", "openai/second")
    assert done.exit_code == 0, done.output
    assert "* parcel 1: passed -> failed" in done.output
    assert "2 conversations judged again, 2 with another verdict" in done.output
    assert {request.body["model"] for request in server.requests[-2:]} == {"second"}
    for each in shown(batch):
        assert each["run"]["outcome"] == "passed"
        first, again = each["judgements"]
        assert (first["kind"], first["passed"]) == ("final", True)
        assert (again["kind"], again["passed"]) == ("again", False)
        assert again["judge"] == "again (openai/second)"
        assert [verdict["status"] for verdict in first["verdicts"]] == ["passed", "passed"]
        assert [verdict["status"] for verdict in again["verdicts"]] == ["passed", "failed"]
        assert again["verdicts"][1]["reasoning"] == "Nobody says please."


@pytest.mark.parametrize("reply", [by_tool, by_text])
def test_the_new_verdicts_as_json(batch, server, reply):
    server.reply_with(default=reply("passed", "failed", "Nobody says please."))
    done = invoke("rejudge", batch, "--judge-model", "openai/second", "--json")
    assert done.exit_code == 0, done.output
    first, second = json.loads(done.stdout)
    assert (first["scenario"], first["trial"], second["trial"]) == ("parcel", 1, 2)
    assert (first["before"], first["after"], first["problem"]) == ("passed", "failed", "")
    assert first["reasoning"] == "Nobody says please."
    assert first["criteria"] == {
        "The agent says when the parcel comes": "passed",
        "The agent is polite": "failed",
    }
    assert first["usage"]["calls"] == 1


def test_a_model_that_agrees(batch, server):
    done = invoke("rejudge", batch, "--judge-model", "openai/second")
    assert done.exit_code == 0
    assert "  parcel 1: passed -> passed" in done.output
    assert "2 conversations judged again, 0 with another verdict" in done.output


def test_a_model_that_cannot_decide_is_no_trouble_of_the_command(batch, server):
    server.reply_with(default=by_text("passed", "inconclusive", "Who knows?"))
    done = invoke("rejudge", batch, "--judge-model", "openai/second")
    assert done.exit_code == 0, done.output
    assert "* parcel 1: passed -> inconclusive" in done.output


@pytest.mark.parametrize("said", ["I think that all is well.", "", "{}"])
def test_a_model_that_gives_no_verdict_in_any_form(batch, server, said):
    server.reply_with(default=said)
    done = invoke("rejudge", batch, "--judge-model", "openai/second")
    assert "passed -> passed" not in done.output
    assert "Traceback" not in done.output
    assert all(each["run"]["outcome"] == "passed" for each in shown(batch))


def test_a_server_that_is_gone_exits_with_3_and_stores_nothing(batch, server, monkeypatch):
    server.stop()
    done = invoke("rejudge", batch, "--judge-model", "openai/second")
    assert done.exit_code == 3, done.output
    assert "parcel 1: passed -> not judged: " in done.output
    assert "2 conversations, 0 judged again" in done.output
    assert all(len(each["judgements"]) == 1 for each in shown(batch))


def test_the_judgement_names_the_model_that_judged_and_not_one_that_was_ignored(batch, server):
    from pathlib import Path

    text = Path("parcel.scenario.yaml").read_text()
    Path("parcel.scenario.yaml").write_text(text + "    judge:\n      model: openai/own\n")
    done = invoke("rejudge", batch, "--judge-model", "openai/second")
    assert done.exit_code == 0, done.output
    assert shown(batch)[0]["judgements"][-1]["judge"] == "again (openai/own)"
    assert "no use of --judge-model" in done.output

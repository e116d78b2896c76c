import asyncio
import sys
import textwrap
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from scenario import checks
from scenario.errors import ConfigError
from scenario.suite import find_scenarios, run_suite
from scenario.suite.dataset import read_rows
from scenario.suite.find import Choice
from scenario.suite.load_yaml import load_yaml
from scenario.suite.placeholders import fill, fill_known, fill_variables
from scenario.suite.schema import reference
from scenario.testing import LoopbackServer, ModelServer

AGENT = """
import scenario

def desk(conversation):
    return f"Order {conversation.last_new_user_message_str()[-4:]} comes on Monday."

class Desk(scenario.AgentAdapter):
    def __init__(self, day="Monday"):
        self.day = day
    async def call(self, input):
        return f"It comes on {self.day}."

class Nobody: pass

def mentions(state, word):
    return word in state.transcript()
"""


@pytest.fixture
def folder(tmp_path, monkeypatch, request):
    module = f"agent_{abs(hash(request.node.name)):x}"  # modules are loaded once in a process
    (tmp_path / f"{module}.py").write_text(AGENT)
    (tmp_path / "module.txt").write_text(module)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", list(sys.path))
    return tmp_path


def write(folder, text, name="parcel.scenario.yaml"):
    module = (folder / "module.txt").read_text()
    file = folder / name
    file.write_text(textwrap.dedent(text).lstrip("\n").replace("AGENT", module), encoding="utf-8")
    return file


def complaint(file):
    with pytest.raises(ConfigError) as raised:
        load_yaml(file)
    return str(raised.value).replace(str(file.parent) + "/", "")


def play(found, **options):
    return asyncio.run(run_suite(found, **options))


SMALL = """
    scenarios:
      - name: parcel
        agent: AGENT:desk
        user: Where is 1042?
        criteria:
          - said: Monday
        max_turns: 1
"""


def test_a_small_file_can_be_played(folder):
    assert play(load_yaml(write(folder, SMALL))).success


def test_all_kinds_of_parts(folder):
    file = write(
        folder,
        """
        defaults:
          agent: {python: "AGENT:Desk", args: {day: Friday}, concurrency: 2}
          tags: [slow]
          max_turns: 4
        scenarios:
          - name: with a script
            description: The user asks.
            script:
              - user: Where is it?
              - agent
              - check: {said: Friday}
              - message: {role: system, content: hm}
              - proceed: 1
              - succeed: fine
            user:
              says: [Hello, Hi]
              goals: [{say: And now, until: Friday}, Thanks]
              answers: {number: "1042"}
              reactions: {sorry: Never mind.}
              patience: 3
            criteria:
              - said: {pattern: Friday, by: assistant}
              - never_said: refund
              - never_called: refund
              - not: {tool_called: {tool: refund, args: {order: 1}}}
              - any: [{said: Friday}, {said: Monday}]
              - all: [{turns_at_most: 9}, {replied_within: 5}]
              - call_count: {tool: refund, at_most: 1}
              - python: AGENT:mentions
                args: {word: Friday}
                name: the day is there
            trials: 2
            min_pass_rate: 0.5
            timeout: 30
        """,
    )
    (made,) = load_yaml(file)
    assert (made.trials, made.min_pass_rate, made.tags, made.timeout) == (2, 0.5, ("slow",), 30)
    assert made.endpoint_limit == 2
    assert [str(each) for each in made.criteria][-1] == "the day is there"
    result = play([made])
    assert result.success, result.trials[0].last


def test_a_row_makes_a_scenario_and_fills_its_placeholders(folder):
    (folder / "orders.csv").write_text("id,order,day\nfirst,1042,Monday\nsecond,1043,Monday\n")
    file = write(
        folder,
        """
        scenarios:
          - name: parcel
            description: About {order}, in {{braces}}.
            agent: AGENT:desk
            user: Where is {order}
            dataset: orders.csv
            criteria:
              - said: Order {order} comes on [A-Z][a-z]{5} *
            max_turns: 1
        """,
    )
    one, two = load_yaml(file)
    assert (one.name, two.name) == ("parcel [first]", "parcel [second]")
    assert one.description == "About 1042, in {braces}."
    assert one.fields == {"id": "first", "order": "1042", "day": "Monday"}
    assert one.identity != two.identity
    assert play([one, two]).success


def test_rows_may_stand_in_the_file_and_names_may_hold_placeholders(folder):
    file = write(
        folder,
        """
        scenarios:
          - name: parcel {order}
            agent: AGENT:desk
            user: Where is {order}
            dataset: [{order: 1042}, {order: 1043}]
            criteria: [{said: "{order}"}]
            max_turns: 1
        """,
    )
    assert [each.name for each in load_yaml(file)] == ["parcel 1042", "parcel 1043"]


def test_an_agent_behind_http(folder, monkeypatch):
    monkeypatch.setenv("DESK_KEY", "k-12345")
    with LoopbackServer(
        lambda request: {"text": f"{request.body['say']} Monday {request.headers['x-key']}"}
    ) as server:
        file = write(
            folder,
            f"""
            scenarios:
              - name: parcel
                agent:
                  url: {server.url}/chat
                  request: {{say: "{{message}}", order: "{{order}}"}}
                  reply: text
                  headers: {{x-key: "${{DESK_KEY}}"}}
                  concurrency: 3
                user: Where is it?
                fields: {{order: 1042}}
                criteria: [{{said: Where is it. Monday k-12345}}]
                max_turns: 1
            """,
        )
        (made,) = load_yaml(file)
        assert made.endpoint_limit == 3
        assert play([made]).success
        assert server.requests[0].body["order"] == 1042


def test_an_agent_behind_an_openai_compatible_endpoint_and_a_persona_and_a_judge(folder):
    verdict = ModelServer.call(
        "finish_test", {"criteria": {"polite": "passed"}, "reasoning": "fine", "verdict": "success"}
    )
    with ModelServer(default="It comes on Monday.") as server:
        server.reply_with(default="Where is it?", model="user")
        server.reply_with(default=verdict, model="judge")
        file = write(
            folder,
            f"""
            defaults:
              agent: {{model: openai/desk, api_base: "{server.base_url}", api_key: none}}
              user: {{persona: {{traits: impatient}}, model: openai/user, api_base: "{server.base_url}", api_key: none}}
              judge: {{model: openai/judge, api_base: "{server.base_url}", api_key: none}}
            scenarios:
              - name: parcel
                criteria: [{{said: Monday}}]
                max_turns: 1
            """,
        )
        result = play(load_yaml(file))
    assert result.success, result.trials[0].last
    assert result.spent.calls == 2


def test_the_identity_follows_the_file(folder):
    one = load_yaml(write(folder, SMALL))[0].identity
    assert load_yaml(write(folder, SMALL))[0].identity == one
    assert load_yaml(write(folder, SMALL.replace("1042", "1043")))[0].identity != one


class TestWrongFiles:
    def test_an_unknown_key(self, folder):
        file = write(folder, SMALL.replace("criteria", "criterias"))
        assert complaint(file) == snapshot(
            "parcel.scenario.yaml, line 5: there is no key `criterias` here. Did you mean `criteria`?"
        )

    def test_a_wrong_type(self, folder):
        file = write(folder, SMALL.replace("max_turns: 1", "max_turns: many"))
        assert complaint(file) == snapshot(
            "parcel.scenario.yaml, line 7: `max_turns` is 'many', and a whole number is needed."
        )

    def test_a_wrong_type_deep_inside(self, folder):
        file = write(folder, SMALL.replace("said: Monday", "said: 7"))
        assert complaint(file) == snapshot(
            "parcel.scenario.yaml, line 6: `said` is 7, and a text or a mapping is needed. Put it in quotes."
        )

    def test_a_missing_agent(self, folder):
        file = write(folder, SMALL.replace("        agent: AGENT:desk\n", ""))
        assert complaint(file) == snapshot(
            "parcel.scenario.yaml, line 2: scenario 'parcel' has no `agent`. Name one here or under `defaults`."
        )

    def test_an_agent_that_is_not_there(self, folder):
        file = write(folder, SMALL.replace("AGENT:desk", "AGENT:dsk"))
        assert "line 3" in complaint(file)
        assert "Did you mean 'desk'?" in complaint(file)

    def test_an_import_error_in_the_agent(self, folder):
        (folder / "broken_agent.py").write_text("import os\nimport no_such_package_here\n")
        file = write(folder, SMALL.replace("AGENT:desk", "broken_agent:desk"))
        assert complaint(file) == snapshot(
            "parcel.scenario.yaml, line 3: 'broken_agent:desk' cannot be imported: ModuleNotFoundError: No module named 'no_such_package_here' (line 2 of broken_agent.py). Mend that, or install what is missing."
        )

    def test_a_bad_placeholder(self, folder):
        file = write(
            folder,
            SMALL.replace("1042", "{order}").replace("max_turns", "fields: {number: 3}\n        max_turns"),
        )
        assert complaint(file) == snapshot(
            "parcel.scenario.yaml, line 4: Nothing is known for the placeholder {order}. There are: number. For the braces themselves write {{order}}."
        )

    def test_a_name_that_stands_there_twice(self, folder):
        file = write(folder, SMALL + SMALL.split("scenarios:")[1])
        assert complaint(file) == snapshot(
            "2 scenarios have the name 'parcel' (parcel.scenario.yaml:2 and parcel.scenario.yaml:9). Rename all but one: results are told apart by it."
        )

    def test_a_bad_csv(self, folder):
        (folder / "orders.csv").write_text("order,day\n1042,Monday\n1043\n")
        file = write(folder, SMALL.replace("max_turns", "dataset: orders.csv\n        max_turns"))
        assert complaint(file) == snapshot(
            "orders.csv, line 3: it has 1 values where the first line names 2 columns. Put values with commas in quotes."
        )

    def test_an_empty_file(self, folder):
        assert complaint(write(folder, "# nothing\n")) == snapshot(
            "parcel.scenario.yaml: it is empty. `scenario init` writes a first file."
        )

    def test_a_huge_file(self, folder):
        file = write(folder, SMALL)
        file.write_text("#" * 6_000_000)
        assert complaint(file) == snapshot(
            "parcel.scenario.yaml: it is too large: 6,000,000 bytes, and the most are 5,000,000. Split it."
        )

    def test_a_file_that_grows_when_it_is_read(self, folder):
        lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
        assert "too large" in complaint(write(folder, "\n".join(lines)))

    def test_a_file_that_is_not_utf_8(self, folder):
        file = write(folder, SMALL)
        file.write_bytes(b"# one\nscenarios: \xff\xfe\n")
        assert complaint(file) == snapshot(
            "parcel.scenario.yaml, line 2: it is not UTF-8. Save it in that encoding."
        )

    def test_no_yaml(self, folder):
        assert complaint(write(folder, "scenarios:\n  - name: [a\n")) == snapshot(
            "parcel.scenario.yaml, line 3: it is no YAML: expected ',' or ']', but got '<stream end>'. Look at the indentation, and put texts with : or # in quotes."
        )

    def test_a_bad_regular_expression(self, folder):
        assert complaint(write(folder, SMALL.replace("said: Monday", "said: '('"))) == snapshot(
            "parcel.scenario.yaml, line 6: said('('): not a regular expression: missing ), unterminated subpattern at position 0."
        )

    def test_two_checks_in_one(self, folder):
        file = write(folder, SMALL.replace("said: Monday", "said: Monday\n            ended: done"))
        assert complaint(file) == snapshot(
            "parcel.scenario.yaml, line 6: a check has one key that says what is checked, and perhaps `name`."
        )

    def test_nothing_that_decides(self, folder):
        file = write(folder, SMALL.replace("        criteria:\n          - said: Monday\n", ""))
        assert complaint(file) == snapshot(
            "parcel.scenario.yaml, line 2: scenario 'parcel' has nothing that decides. Add `criteria`, or a `script` with a check."
        )

    def test_a_variable_that_is_not_set(self, folder):
        agent = '{url: "http://127.0.0.1:9", headers: {authorization: "Bearer ${NO_SUCH_KEY}"}}'
        assert complaint(write(folder, SMALL.replace("AGENT:desk", agent))) == snapshot(
            "parcel.scenario.yaml, line 3: The variable NO_SUCH_KEY is not set. Set it, or take ${NO_SUCH_KEY} out."
        )

    def test_a_key_that_stands_there_twice(self, folder):
        file = write(folder, SMALL.replace("max_turns: 1", "max_turns: 1\n        max_turns: 2"))
        assert complaint(file) == snapshot(
            "parcel.scenario.yaml, line 8: the key 'max_turns' stands there twice."
        )


def test_rows_of_jsonl(tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_text('{"a": 1}\n\n{"a": [2]}\n')
    assert read_rows(file) == [{"a": 1}, {"a": [2]}]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.csv", "", "has no rows"),
        ("a.csv", "x,x\n1,2\n", "line 1: it names the column 'x' twice"),
        ("a.csv", 'x\n"a\n', "is no CSV"),
        ("a.jsonl", "[1]\n", "line 1: it holds list, not an object"),
        ("a.jsonl", '{"a": 1}\n{"a"\n', "line 2: it is no JSON"),
        ("a.txt", "x", "is no data set"),
    ],
)
def test_rows_that_cannot_be_read(tmp_path, name, text, words):
    (tmp_path / name).write_text(text)
    with pytest.raises(ConfigError) as raised:
        read_rows(tmp_path / name)
    assert words in str(raised.value)


def test_placeholders():
    def complain(text, place):
        return LookupError(text, place)

    row = {"order": 1042, "list": [1]}
    assert fill({"args": ["{order}", "no. {order}", "{{order}}", "x{3}", "{list}"]}, row, complain) == {
        "args": [1042, "no. 1042", "{order}", "x{3}", [1]]
    }
    assert fill({"said": "{order}"}, row, complain) == {"said": "1042"}
    assert fill_known({"a": "{order} {message}", "request": ["{order}"], "b": "{order}"}, row) == {
        "a": "1042 {message}",
        "request": [1042],
        "b": "1042",
    }
    assert fill_variables(["${A}b"], {"A": "x"}, complain) == ["xb"]
    with pytest.raises(LookupError) as raised:
        fill(["x", {"k": "{odrer}"}], row, complain)
    assert raised.value.args[1] == (1, "k")


def test_scenarios_of_a_folder(folder):
    write(folder, SMALL)
    (folder / "more").mkdir()
    write(
        folder, SMALL.replace("name: parcel", "name: other\n        tags: [slow]"), "more/other.scenario.yaml"
    )
    assert [each.name for each in find_scenarios([folder])] == ["other", "parcel"]
    for choice, names in [
        (Choice(words=("PAR",)), ["parcel"]),
        (Choice(words=("!par",)), ["other"]),
        (Choice(tags=("slow",)), ["other"]),
        (Choice(tags=("!slow",)), ["parcel"]),
        (Choice(tags=("fast",)), []),
    ]:
        assert [each.name for each in find_scenarios([folder], choice)] == names


def test_every_key_of_the_schema_is_in_the_reference():
    text = reference()
    for key in ("min_pass_rate", "never_called", "dataset", "persona", "handed_over_when"):
        assert f"`{key}`" in text


def test_what_is_checked_is_what_the_library_calls_it(folder):
    (made,) = load_yaml(write(folder, SMALL))
    assert made.criteria == (checks.said("Monday"),)


def test_the_reference_page_is_that_of_the_schema():
    page = (Path(__file__).parents[2] / "docs" / "yaml-reference.md").read_text(encoding="utf-8")
    assert page.endswith(reference()), (
        "run: python -m scenario.suite.schema, and put it at the end of the page"
    )

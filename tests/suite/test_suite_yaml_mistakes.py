"""Mistakes in suite files: what is told names the place once, and what to do."""

import pytest

from scenario.errors import ConfigError
from scenario.suite.load_yaml import load_yaml

SUITE = """scenarios:
  - name: parcel
    agent: {url: "http://127.0.0.1:9/"}
    user: Where is my parcel?
    criteria:
      - said: Monday
"""


def told(tmp_path, text):
    path = tmp_path / "x.scenario.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as refused:
        load_yaml(path)
    return str(refused.value).replace(f"{tmp_path}/", "")


@pytest.mark.parametrize("shape", ["- {check}", "- not: {{ {check} }}", "- all: [{{ {check} }}]"])
def test_a_check_that_is_not_there_is_placed_once(tmp_path, shape):
    text = told(tmp_path, SUITE.replace("- said: Monday", shape.format(check='python: "json:nope"')))
    assert text.startswith("x.scenario.yaml, line 6: json has no 'nope'.")
    assert text.count("line 6") == 1


def test_a_data_set_that_is_not_there_is_told_with_the_line_that_names_it(tmp_path):
    text = told(tmp_path, SUITE + "    dataset: rows.csv\n")
    assert text == (
        "x.scenario.yaml, line 7: there is no data set rows.csv. Give the path of a file from the folder of this one."
    )


def test_rows_with_the_same_id_are_told_as_that(tmp_path):
    (tmp_path / "rows.csv").write_text("id,order\none,1\none,2\ntwo,3\n")
    text = told(tmp_path, SUITE + "    dataset: rows.csv\n")
    assert text == (
        "x.scenario.yaml, line 7: 2 rows of the data set have the `id` 'one'. Give each one of its own."
    )


def test_rows_with_names_of_their_own_may_share_an_id(tmp_path):
    path = tmp_path / "x.scenario.yaml"
    path.write_text(
        SUITE.replace("parcel\n", "parcel {order}\n", 1)
        + "    dataset: [{id: 1, order: a}, {id: 1, order: b}]\n"
    )
    assert [each.name for each in load_yaml(path)] == ["parcel a", "parcel b"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("say", "said"),
        ("tool_call", "tool_called"),
        ("never_say", "never_said"),
        ("al", "all"),
        ("ay", "any"),
    ],
)
def test_the_key_that_begins_like_what_was_typed_is_the_one_that_was_meant(tmp_path, typed, meant):
    text = told(tmp_path, SUITE.replace("- said", f"- {typed}"))
    assert text.endswith(f"line 6: there is no key `{typed}` here. Did you mean `{meant}`?")


def test_a_key_like_no_other_is_told_with_all_that_there_are(tmp_path):
    assert "There are: said, never_said," in told(tmp_path, SUITE.replace("- said", "- promised"))


@pytest.mark.parametrize("name", ["", " ''"])
def test_an_empty_name_is_told_as_that(tmp_path, name):
    text = told(tmp_path, SUITE.replace(" parcel\n", f"{name}\n", 1))
    assert text == "x.scenario.yaml, line 2: `name` is empty, and a name is needed. Fill it."


def test_what_is_empty_and_not_needed_may_be_left_out(tmp_path):
    text = told(tmp_path, SUITE.replace(" Where is my parcel?", ""))
    assert (
        text
        == "x.scenario.yaml, line 4: `user` is empty, and a text or a mapping is needed. Fill it, or leave it out."
    )

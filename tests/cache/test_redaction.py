"""Secrets, and what stands in their place."""

from __future__ import annotations

import base64
import json
import re
from collections import namedtuple
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pydantic import ValidationError

import scenario
from scenario._redaction import MARK, Redactor, known_secrets, redactor, register_secret
from scenario._secret_shapes import is_secret_name
from scenario.config import ScenarioConfig

SECRETS = {'p"a\\s/s wörd': "ODD_PASSWORD", "abcd1234efgh": "PLAIN_KEY", "line one\nline two": ""}
KNOWN = Redactor(SECRETS)


# properties

texts = some.text(max_size=30)
leaves = (
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats(allow_nan=False)
    | texts
    | some.binary(max_size=20)
)


def nested(leaf):
    keys = leaf.filter(lambda item: isinstance(item, str | bytes))
    return some.recursive(
        leaf,
        lambda inner: (
            some.lists(inner, max_size=4)
            | some.tuples(inner, inner)
            | some.dictionaries(keys, inner, max_size=4)
        ),
        max_leaves=10,
    )


def forms(secret):
    data = secret.encode()
    return [
        secret,
        json.dumps(secret),
        json.dumps(secret, ensure_ascii=False),
        json.dumps(json.dumps({"x": secret})),
        quote(secret, safe=""),
        quote_plus(secret),
        base64.b64encode(data).decode(),
        base64.urlsafe_b64encode(b"user:" + data).decode(),
        base64.b64encode(b"somebody:" + data + b"!").decode(),
        repr({"x": secret}),
    ]


planted = some.tuples(
    texts, some.sampled_from([form for secret in SECRETS for form in forms(secret)]), texts
).map("".join)


def strings(value):
    match value:
        case dict():
            for key, item in value.items():
                yield from (*strings(key), *strings(item))
        case list() | tuple():
            for item in value:
                yield from strings(item)
        case str():
            yield value
        case bytes():
            yield value.decode("utf-8", "surrogateescape")


def traces(secret):
    yield from (secret, json.dumps(secret)[1:-1], quote(secret, safe=""), quote_plus(secret))
    for before in ("", "a", "ab"):
        data = (before + secret).encode()
        yield base64.b64encode(data).decode()[len(before) + bool(before) : len(data) * 8 // 6]


@given(nested(leaves | planted | planted.map(str.encode)))
def test_no_planted_secret_survives(value):
    for text in strings(KNOWN.data(value)):
        for secret in SECRETS:
            assert not any(trace in text for trace in traces(secret))


@given(nested(leaves | planted))
def test_to_redact_twice_changes_nothing_more(value):
    once = KNOWN.data(value)
    assert KNOWN.data(once) == once


@given(nested(leaves))
def test_data_without_secrets_stays_equal(value):
    copy = KNOWN.data(value)
    assert copy == value
    assert type(copy) is type(value)
    assert copy is not value or not isinstance(value, list | dict)


KEYS = {
    "OpenAI": "sk-proj-Abc123Abc123Abc123Abc123",
    "OpenAI, old": "sk-" + "aB3" * 16,
    "Anthropic": "sk-ant-api03-" + "aB3-_" * 10,
    "Google": "AIza" + "aB3-_" * 7,
    "GitHub": "ghp_" + "aB3" * 12,
    "GitHub, fine": "github_pat_" + "aB3_" * 10,
    "AWS": "AKIA" + "ABCD" * 4,
    "Slack": "xoxb-" + "1234-" * 4,
    "Hugging Face": "hf_" + "abcXYZ" * 6,
    "Groq": "gsk_" + "abcXYZ" * 6,
    "GitLab": "glpat-" + "aB3-" * 6,
    "Stripe": "sk_live_" + "aB3" * 8,
    "JWT": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.c2lnbmF0dXJl",
}
surroundings = some.sampled_from(
    ["", " ", "\n", '"', "key=", "risk-", "é", "\\n", "%3D", "(", "https://h/?x=", "\\u003d"]
)


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
@given(before=surroundings, after=some.sampled_from(["", " ", "\n", '"', ")", ".", "&y=1"]))
def test_well_known_keys_do_not_survive(key, before, after):
    text = before + key + after
    for planted_text in (text, json.dumps({"x": text}), quote(text)):
        assert key not in KNOWN.text(planted_text)
        assert KNOWN.text(KNOWN.text(planted_text)) == KNOWN.text(planted_text)


# examples

SHAPES = [
    ("Authorization: Bearer abc123def456", "Authorization: Bearer [redacted]"),
    ("authorization: Basic dXNlcjpwYXNz", "authorization: Basic [redacted]"),
    ("Authorization: Token abc12345", "Authorization: Token [redacted]"),
    ("x-api-key: abc12345", "x-api-key: [redacted]"),
    ("Cookie: session=1; theme=dark", "Cookie: [redacted]"),
    ("https://h/v1?api_key=x&page=2", "https://h/v1?api_key=[redacted]&page=2"),
    ("url=https://h/?a=1&access_token=x", "url=https://h/?a=1&access_token=[redacted]"),
    ("postgresql://me:pw@localhost/db", "postgresql://me:[redacted]@localhost/db"),
    (r"https:\/\/me:pw@h\/", r"https:\/\/me:[redacted]@h\/"),
    ("export MY_SECRET=abc12345", "export MY_SECRET=[redacted]"),
    ('{"password": "a\\"b", "x": 1}', '{"password": "[redacted]", "x": 1}'),
    (r'{"arguments": "{\"pwd\": \"a\", \"n\": 5}"}', r'{"arguments": "{\"pwd\": \"[redacted]\", \"n\": 5}"}'),
    ("{'token': 'abc'}", "{'token': '[redacted]'}"),
    ('Client(api_key="abc")', 'Client(api_key="[redacted]")'),
    (
        "-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY----- rest",
        "[redacted] rest",
    ),
    (r'"-----BEGIN PRIVATE KEY-----\nMIIabc', '"[redacted]'),
]


@pytest.mark.parametrize(("text", "redacted"), SHAPES)
def test_what_has_the_shape_of_a_secret_is_replaced(text, redacted):
    assert KNOWN.text(text) == redacted
    assert KNOWN.text(redacted) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "How do I reset my password?",
        "The token: a unit of text. max_tokens=100000000",
        'Client(api_key=api_key, token=os.environ["MY_TOKEN"])',
        "basic understanding of bearer authentication",
        '{"token": "Hello", "logprob": -0.1}',
        '{"properties": {"password": {"type": "string"}}}',
        '{"eos_token": "</s>", "next_page_token": "abc12345"}',
        "a risk-averse-and-cautious-person, scikit sk-learn-and-more-of-it",
        "http://localhost:8080/path@2x",
        "cookie: a small cake",
        "-----BEGIN CERTIFICATE-----",
    ],
)
def test_what_is_no_secret_stays(text):
    assert KNOWN.text(text) is text


NAMES = "api_key apiKey X-Api-Key OPENAI_API_KEY password userPassword Authorization client_secret access_token token"
NAMES += " refreshToken Set-Cookie private_key credentials aws_secret_access_key id_token passwd"
HARMLESS = (
    "max_tokens tokens token_count total_tokens prompt_tokens tokenizer key keys cache_key secretary monkey"
)
HARMLESS += (
    " password_hint eos_token next_page_token author cookies_accepted max_token completion_tokens_details"
)


def test_names_of_secrets_are_told_from_others():
    assert [name for name in NAMES.split() if not is_secret_name(name)] == []
    assert [name for name in HARMLESS.split() if is_secret_name(name)] == []


def test_what_stands_under_a_secrets_name_is_replaced():
    data = {
        "api_key": "x",
        "headers": {"Authorization": ["a", "b"], "Accept": "c"},
        "password": 1234,
        "credentials": {"user": "u", "more": {"pin": "1"}},
        b"raw": b"abcd1234efgh",
    }
    assert KNOWN.data(data) == {
        "api_key": MARK,
        "headers": {"Authorization": [MARK, MARK], "Accept": "c"},
        "password": MARK,
        "credentials": {"user": MARK, "more": {"pin": MARK}},
        b"raw": b"[redacted:PLAIN_KEY]",
    }


def test_what_cannot_be_a_secret_stays_under_a_secrets_name():
    data = {
        "password": None,
        "token": True,
        "secret": "",
        "session_token": 5,
        "properties": {"password": {"type": "string", "minLength": 8}},
        "content": [{"token": "Hi", "logprob": -0.1, "top_logprobs": [{"token": "Ho", "logprob": -2.0}]}],
    }
    assert KNOWN.data(data) == data


def test_the_mark_names_a_known_secret():
    assert KNOWN.text("abcd1234efgh") == "[redacted:PLAIN_KEY]"
    assert KNOWN.data({"api_key": "abcd1234efgh"}) == {"api_key": "[redacted:PLAIN_KEY]"}


def test_keys_of_dictionaries_are_redacted_and_none_is_lost():
    redacted = Redactor({"abcd1234": "", "efgh5678": ""}).data({"abcd1234": 1, "efgh5678": 2})
    assert redacted == {MARK: 1, f"{MARK} (2)": 2}


def test_other_containers_keep_their_kind():
    pair = namedtuple("pair", "a b")("abcd1234efgh", {"abcd1234efgh", 1})  # noqa: PYI024 - one without types
    assert KNOWN.data(pair) == ("[redacted:PLAIN_KEY]", {"[redacted:PLAIN_KEY]", 1})
    assert type(KNOWN.data(pair)) is type(pair)


def test_a_number_that_is_a_secret_is_replaced():
    assert Redactor({"12345678": "PIN_SECRET"}).data([12345678, 12345679]) == [
        "[redacted:PIN_SECRET]",
        12345679,
    ]


def test_a_secret_that_names_a_variable_leaves_the_mark_alone():
    odd = Redactor({"abcd1234efgh": "PLAIN_KEY", "PLAIN_KEY": "OTHER_KEY"})
    once = odd.text("abcd1234efgh PLAIN_KEY")
    assert once == odd.text(once) == "[redacted:PLAIN_KEY] [redacted:OTHER_KEY]"


def test_the_longer_of_two_secrets_goes_first():
    assert (
        Redactor({"abcdefgh": "", "abcdefghijkl": "LONG_KEY"}).text("abcdefghijkl") == "[redacted:LONG_KEY]"
    )


# where known secrets come from


def test_keys_in_the_environment_are_known():
    environment = {
        "OPENAI_API_KEY": "abcdefgh1",
        "my_token": "abcdefgh2",
        "TOKEN": "abcdefgh3",
        "DB_PASSWORD": "abcdefgh4",
        "SHORT_KEY": "abc",
        "LAZY_PASSWORD": "password",
        "DOTS_KEY": "........",
        "SCENARIO_CACHE_KEY": "nightly-runs",
        "MONKEY": "abcdefgh5",
        "HOME": "/home/somebody",
    }
    found = known_secrets(environment)
    assert {value for value in found if value in environment.values()} == {
        f"abcdefgh{n}" for n in (1, 2, 3, 4)
    }
    assert found["abcdefgh1"] == "OPENAI_API_KEY"


def test_the_redactor_follows_the_environment(monkeypatch):
    assert redactor().text("its value is rarely-seen") == "its value is rarely-seen"
    monkeypatch.setenv("NEW_API_KEY", "rarely-seen")
    assert redactor().text("its value is rarely-seen") == "its value is [redacted:NEW_API_KEY]"


def test_registered_values_are_known():
    register_secret("registered-by-a-test", "model.api_key")
    register_secret(None)
    register_secret("short")
    assert redactor().text("registered-by-a-test short") == "[redacted:model_api_key] short"


# rules of one's own


def test_configured_rules_are_followed():
    scenario.configure(
        redact=[r"\bC-\d{4}\b", re.compile("karl", re.IGNORECASE), lambda text: text.replace("K2", MARK)]
    )
    assert redactor().text("C-1234 is Karl on K2") == "[redacted] is [redacted] on [redacted]"
    assert redactor().data({"C-1234": ["KARL"]}) == {MARK: [MARK]}


def test_rules_leave_marks_alone():
    greedy = Redactor({"abcd1234efgh": "PLAIN_KEY"}, [r"[a-z]+"])
    once = greedy.text("abcd1234efgh THE end")
    assert once == greedy.text(once) == "[redacted:PLAIN_KEY] THE [redacted]"


def test_a_rule_that_fails_lets_nothing_through(caplog):
    def broken(text):
        raise OSError("no dictionary")

    assert Redactor(rules=[broken, lambda _: None]).text("private") == MARK
    assert "failed, so its whole text is left out" in caplog.text


@pytest.mark.parametrize("rule", ["(", 5])
def test_a_rule_that_is_none_is_refused(rule):
    with pytest.raises(ValidationError, match=r"no regular expression|neither a regular expression"):
        scenario.configure(redact=[rule])
    assert ScenarioConfig.default_config is None


def test_clean_text_is_the_same_object_and_large_text_is_quick():
    import time

    clean = "The quick brown fox asks risky questions; price = 12.5: fine.\n" * 16_000
    many = Redactor({f"{number}-secret-value": "" for number in range(10)})
    times = []
    for _ in range(3):
        start = time.process_time()
        assert many.text(clean) is clean
        times.append(time.process_time() - start)
    assert min(times) < 0.3

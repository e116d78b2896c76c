"""When a call that failed is tried again, and how long it waits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenario._models.retry import Failure, RetryPolicy, Trouble, retry_after, trouble_of

NOW = 1_700_000_000.0
POLICY = RetryPolicy()
LIMITED = Failure(Trouble.LIMITED, "slow down", 429)


def wait(failure=LIMITED, attempt=1, elapsed=0.0, chance=1.0, policy=POLICY):
    return policy.wait(failure, attempt, elapsed, chance=chance, now=NOW)


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
def test_these_are_tried_again(status):
    assert wait(Failure(trouble_of(status, None, {}), "", status)) is not None


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422, 501])
def test_these_are_not(status):
    assert wait(Failure(trouble_of(status, None, {}), "", status)) is None


@pytest.mark.parametrize("trouble", [Trouble.BROKEN, Trouble.TIMED_OUT, Trouble.UNREACHABLE])
def test_a_broken_connection_is_tried_again(trouble):
    assert wait(Failure(trouble, "")) is not None


def test_an_exhausted_quota_is_not_tried_again():
    assert trouble_of(429, "insufficient_quota", {}) is Trouble.REFUSED


def test_the_server_has_the_last_word():
    assert trouble_of(500, None, {"x-should-retry": "false"}) is Trouble.REFUSED
    assert trouble_of(400, None, {"x-should-retry": "true"}) is Trouble.BUSY


def test_waits_double_up_to_the_longest():
    waits = [wait(attempt=attempt) for attempt in range(1, 8)]
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, None]


@given(st.floats(0, 1, exclude_max=True), st.integers(1, 6))
def test_half_of_a_wait_is_chance(chance, attempt):
    longest = 0.5 * 2 ** (attempt - 1)
    assert longest / 2 <= wait(chance=chance, attempt=attempt) <= longest


def test_a_server_that_is_not_there_is_given_up_sooner():
    away = Failure(Trouble.UNREACHABLE, "refused")
    assert [wait(away, attempt) is None for attempt in (1, 2, 3)] == [False, False, True]


def test_no_retries_means_none():
    assert wait(policy=RetryPolicy(retries=0)) is None


def test_no_try_begins_after_the_total():
    assert wait(elapsed=599.0) is not None
    assert wait(elapsed=600.0) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.25"}, 0.25),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "Tue, 14 Nov 2023 22:13:30 GMT"}, 10.0),
        ({"retry-after": "Tue, 14 Nov 2023 22:13:10 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "inf"}, None),
        ({}, None),
    ],
)
def test_retry_after_in_all_its_forms(headers, seconds):
    assert retry_after(headers, NOW) == seconds


def test_what_the_server_asks_for_is_waited_for():
    assert wait(Failure(Trouble.LIMITED, "", 429, headers={"retry-after": "7"}), chance=0.0) == 7.0


def test_a_server_that_asks_for_an_hour_gets_no_further_try():
    assert wait(Failure(Trouble.LIMITED, "", 429, headers={"retry-after": "3600"})) is None


@given(
    st.sampled_from(Trouble),
    st.integers(1, 50),
    st.floats(0, 1000),
    st.floats(0, 1, exclude_max=True),
    st.one_of(st.none(), st.text(max_size=12)),
)
def test_a_wait_is_never_negative_nor_endless(trouble, attempt, elapsed, chance, header):
    headers = {} if header is None else {"retry-after": header}
    seconds = wait(Failure(trouble, "", 429, headers=headers), attempt, elapsed, chance)
    assert seconds is None or 0 <= seconds <= POLICY.longest_asked + POLICY.longest
    assert attempt <= POLICY.retries or seconds is None

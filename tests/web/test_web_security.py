"""Who may ask, and what a browser is told."""

from __future__ import annotations

import pytest

from scenario.web.security import Guard, is_known_host, is_loopback, is_same_origin
from scenario.web.serve import token_for


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("localhost", True),
        ("localhost:5577", True),
        ("127.0.0.1:1", True),
        ("[::1]:5577", True),
        ("192.168.0.7:5577", True),
        ("runs.example.com", True),
        ("RUNS.example.com:443", True),
        ("evil.example", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("", False),
        ("[::1", True),
    ],
)
def test_a_name_that_was_pointed_here_is_refused(host, known):
    assert is_known_host(host, {"runs.example.com"}) is known


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("http://localhost:5577", "localhost:5577", True),
        ("https://runs.example.com", "runs.example.com", True),
        ("https://runs.example.com", "runs.example.com:443", True),
        ("http://localhost:5578", "localhost:5577", False),
        ("https://evil.example", "localhost:5577", False),
        ("null", "localhost:5577", False),
        ("http://[", "localhost", False),
        ("file://", "localhost", False),
    ],
)
def test_pages_of_other_origins_are_told(origin, host, same):
    assert is_same_origin(origin, host) is same


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False)],  # noqa: S104 - what the test is about
)
def test_beyond_this_machine_there_is_always_a_token(host, loopback):
    assert is_loopback(host) is loopback
    assert (token_for(host, None) is None) is loopback
    assert token_for(host, "mine") == "mine"


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
    ],
)
def test_a_post_from_another_page_is_refused(page, headers):
    for path in ("/api/scenario-events", "/v1/traces"):
        answer = page.client.post(path, json={}, headers=headers)
        assert answer.status_code == 403
    assert page.client.delete("/api/v1/batches/x", headers=headers).status_code == 403


def test_a_request_that_names_another_host_is_refused_whatever_it_asks(page):
    assert page.client.get("/", headers={"host": "evil.example"}).status_code == 403
    assert page.client.get("/api/v1/health", headers={"host": "evil.example"}).status_code == 403


@pytest.fixture(scope="module")
def locked(serve, tmp_path_factory):
    return serve(tmp_path_factory.mktemp("locked") / "runs.db", token="open sesame")  # noqa: S106 - a word for the test


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/static/index.html",
        "/api/v1/batches",
        "/api/v1/live",
        "/api/v1/openapi.json",
        f"/api/trace/{'a' * 32}",
    ],
)
def test_without_the_token_there_is_nothing(locked, path):
    for headers in (
        {},
        {"authorization": "Bearer wrong"},
        {"x-auth-token": "open"},
        {"cookie": "scenario_token=x"},
    ):
        answer = locked.client.get(path, headers=headers)
        assert answer.status_code == 401
        assert "open sesame" not in answer.text


def test_health_needs_no_token(locked):
    assert locked.client.get("/api/v1/health").json()["status"] == "ok"


@pytest.mark.parametrize(
    "headers", [{"authorization": "Bearer open sesame"}, {"x-auth-token": "open sesame"}]
)
def test_clients_bring_the_token_as_their_key(locked, headers):
    assert locked.client.get("/api/v1/batches", headers=headers).status_code == 200
    assert locked.client.post("/v1/traces", json={}, headers=headers).status_code == 200


def test_a_browser_brings_it_once_in_the_address_and_then_as_a_cookie(locked):
    answer = locked.client.get("/batches/x?token=open%20sesame&tab=1")
    cookie = answer.headers["set-cookie"]

    assert (answer.status_code, answer.headers["location"]) == (303, "./x?tab=1")
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert (
        locked.client.get("/api/v1/batches", headers={"cookie": cookie.partition(";")[0]}).status_code == 200
    )
    locked.client.cookies.clear()


def test_the_way_on_leads_to_no_other_place(locked):
    answer = locked.client.get(f"{locked.server.address.url}//evil.example/x?token=open%20sesame")
    locked.client.cookies.clear()

    assert answer.headers["location"] == "./x"


def test_the_browser_is_bound_by_headers(page):
    for path in ("/", "/api/v1/batches", "/api/v1/nothing"):
        headers = page.client.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "access-control-allow-origin" not in headers


def test_a_guard_without_a_token_lets_ask():
    assert Guard().refusal("GET", "/", {"host": "localhost"}, "") is None

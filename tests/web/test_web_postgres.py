"""The page over PostgreSQL shows what it shows over SQLite."""

from __future__ import annotations

import httpx2
import pytest

from scenario.store import export_runs, import_runs, open_store, place_of
from scenario.web.serve import PageServer
from store import postgres_server
from web.seeded import AFTER, BEFORE, FAILED_RUN, POLITE
from web.test_web_ingest import pages_of, without_changes
from web.test_web_labels import put
from web.test_web_spans import PROTOBUF, TRACE, as_protobuf
from web.wire import events_of_all

pytestmark = [pytest.mark.system, pytest.mark.timeout(120)]
PATHS = [
    "/batches",
    "/batches?result=failed&limit=1",
    f"/batches/{AFTER}",
    f"/batches/{AFTER}/scenarios/late%20parcel",
    f"/runs/{FAILED_RUN}",
    f"/compare?a={BEFORE}&b={AFTER}",
    "/search?q=MONEY",
    "/labels/agreement",
]


@pytest.fixture
def both(own, serve_postgres):
    """The same runs in a file and on a server."""
    other = serve_postgres
    import_runs(other.store, export_runs(own.store))
    with own.store.reading() as connection:
        rows = connection.exec_driver_sql("SELECT id, info, started_at FROM batch").all()
    with other.store.writing() as connection:
        for batch, info, began in rows:
            connection.exec_driver_sql(
                "UPDATE batch SET info = %s, started_at = %s WHERE id = %s", (info, began, batch)
            )
    return own, other


@pytest.fixture
def serve_postgres(own):
    with postgres_server.running() as running:
        place = place_of(running.new_database())
        with open_store(place, create=True) as store:
            server = PageServer(store, port=0)
            with server.beside() as address, httpx2.Client(base_url=address.url, timeout=30) as client:
                yield type(own)(store, server, client)


def told(page, path):
    return without_changes(page.client.get(f"/api/v1{path}").json())


def test_both_show_the_same(both):
    file, server = both
    for path in PATHS:
        assert told(file, path) == told(server, path), path


def test_clients_report_and_people_label_there_too(both):
    file, server = both
    for page in both:
        for event in events_of_all():
            assert page.client.post("/api/scenario-events", json=event).status_code == 201
        page.client.post("/v1/traces", content=as_protobuf(), headers=PROTOBUF)
        page.settle()
        assert put(page, POLITE, "wrong").status_code == 200
        assert page.client.get(f"/api/trace/{TRACE}").status_code == 200

    assert pages_of(file) == pages_of(server)
    assert server.get("/labels/agreement")["judged"] == 1
    assert server.client.delete(f"/api/v1/batches/{BEFORE}").json() == {"removed": 12}
    assert server.client.delete("/api/scenario-events").json()["removed"] == 6

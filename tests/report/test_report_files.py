"""Reports into files."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenario.analysis import select
from scenario.errors import ScenarioError
from scenario.report.document import read_document
from scenario.report.files import ReportFiles, write_reports
from scenario.store import open_store


def test_the_reports_that_are_wanted_are_written(document, tmp_path):
    files = ReportFiles(html=tmp_path / "new" / "report.html", jsonl=tmp_path / "report.jsonl")

    assert write_reports(document, files) == [files.html, files.jsonl]
    assert files.html.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert len(files.jsonl.read_text(encoding="utf-8").splitlines()) == 108


def test_nothing_is_wanted_by_default():
    assert not ReportFiles()
    assert ReportFiles(markdown=Path("report.md"))


def test_a_file_that_cannot_be_written_is_named(document, tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(
        ScenarioError, match=r"The report .*file/report.xml cannot be written: .* Name another file."
    ):
        write_reports(document, ReportFiles(junit=tmp_path / "file" / "report.xml"))


def test_a_document_compares_with_a_baseline(place):
    with open_store(place) as store:
        chosen = select(store, "last")
        document = read_document(store, chosen, baseline=chosen)

    assert document.comparison.overall.difference == 0
    assert len(document.conversations) == 102

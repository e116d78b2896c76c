"""Reports into files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scenario.errors import ScenarioError
from scenario.report.document import Document
from scenario.report.html import html
from scenario.report.jsonl import jsonl
from scenario.report.junit import CasePer, junit
from scenario.report.markdown import markdown


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """Which reports are wanted, and where.

    Attributes:
        html: One page that opens from a disk.
        junit: XML for continuous integration.
        markdown: For a pull request.
        jsonl: JSON Lines, for programs.
        junit_per: What one test case of the XML stands for.
        min_pass_rate: The pass rate below which a scenario's test case of the XML fails.
    """

    html: Path | None = None
    junit: Path | None = None
    markdown: Path | None = None
    jsonl: Path | None = None
    junit_per: CasePer = CasePer.SCENARIO
    min_pass_rate: float = 1.0

    def __bool__(self) -> bool:
        """Whether any is wanted."""
        return any(path is not None for path in (self.html, self.junit, self.markdown, self.jsonl))


def write_reports(document: Document, files: ReportFiles) -> list[Path]:
    """Write the reports that are wanted; a folder that is not there is made.

    Args:
        document: What to report; `scenario.report.document.read_document` reads it from a store.
        files: Which reports, and where.

    Returns:
        The files that were written.

    Raises:
        ScenarioError: A file cannot be written.
    """
    wanted: list[tuple[Path | None, Callable[[], Iterable[str]]]] = [
        (files.html, lambda: [html(document)]),
        (
            files.junit,
            lambda: [junit(document, per=files.junit_per, min_pass_rate=files.min_pass_rate)],
        ),
        (files.markdown, lambda: [markdown(document)]),
        (files.jsonl, lambda: jsonl(document)),
    ]
    return list(_written(wanted))


def _written(wanted: Iterable[tuple[Path | None, Callable[[], Iterable[str]]]]) -> Iterator[Path]:
    for path, parts in wanted:
        if path is None:
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(parts())
        except OSError as error:
            raise ScenarioError(
                f"The report {path} cannot be written: {error.strerror}. Name another file."
            ) from error
        yield path

"""A report as one HTML file that opens from a disk: nothing is fetched, and what was said stays text. Pure.

The figures and charts stand in the page. The conversations are data in it, which its script shows as text when
somebody opens a trial. A content security policy admits this script and this style by their hashes, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from html import escape
from importlib import resources
from string import Template
from typing import Any

from scenario._text import call_text, calls_of, text_of
from scenario._wording import moment, percent
from scenario.analysis import BatchSummary, ScenarioSummary, Trial
from scenario.analysis.summary import Measures, state_words
from scenario.report import charts
from scenario.report.comparison_table import comparison_table
from scenario.report.document import (
    Document,
    amount,
    interval_words,
    left_out_words,
    likely,
    limited,
    notes,
)
from scenario.report.wording import page_text, printable
from scenario.statistics import Distribution, PassesOf
from scenario.store.conversations import Conversation
from scenario.types import CriterionResult

_MEASURES: tuple[tuple[str, int, Callable[[Measures], Distribution | None]], ...] = (
    ("turns", 1, lambda found: found.turns),
    ("seconds a trial", 2, lambda found: found.seconds),
    ("agent seconds a turn", 3, lambda found: found.latency),
    ("US dollars a trial", 4, lambda found: found.cost),
    ("tokens a trial", 0, lambda found: found.tokens),
)


def html(document: Document) -> str:
    """The report as a page.

    Args:
        document: What to report.

    Returns:
        The text of the file.
    """
    summary = document.summary
    style, script = _template("report.css"), _template("report.js")
    return Template(_template("report.html")).substitute(
        policy=f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "base-uri 'none'; form-action 'none'",
        style=style,
        script=script,
        title=page_text(summary.label) or "scenarios",
        head=_head(summary),
        notes="".join(f"<li>{page_text(note)}</li>" for note in notes(summary)),
        rates=charts.rates(summary) if summary.scenarios else "<p>There are no runs.</p>",
        passes=_passes(summary.passes),
        histograms=_histograms(summary),
        comparison=comparison_table(document.comparison) if document.comparison is not None else "",
        steadiness="".join(
            f"<option>{page_text(kind)}</option>"
            for kind in sorted({each.steadiness.value for each in summary.scenarios if each.steadiness})
        ),
        tags="".join(
            f"<option>{page_text(tag)}</option>"
            for tag in sorted({tag for each in summary.scenarios for tag in each.tags})
        ),
        scenarios="".join(_scenario(place, each) for place, each in enumerate(summary.scenarios)),
        data=_data(document),
    )


def _template(name: str) -> str:
    return resources.files("scenario.report").joinpath("templates", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _head(summary: BatchSummary) -> str:
    counts = summary.counts
    rate = percent(counts.rate) if counts.trials else "-"
    where = f"likely {likely(summary.interval)}" if summary.interval is not None else "no interval"
    tiles = [
        ("pass rate", rate, f"{counts} trials, {where}"),
        (
            "trials",
            str(summary.trials),
            f"{left_out_words(summary.left_out)}, {summary.unfinished} unfinished",
        ),
        ("scenarios", str(len(summary.scenarios)), f"{len(summary.stopped_early)} stopped early"),
        ("language models", str(summary.usage.calls), str(summary.usage)),
        ("played", "-" if summary.started_at is None else moment(summary.started_at), _where(summary)),
    ]
    return "".join(
        f'<div class="tile"><h2>{page_text(name)}</h2><p class="figure">{page_text(figure)}</p><p>{page_text(more)}</p></div>'
        for name, figure, more in tiles
    )


def _where(summary: BatchSummary) -> str:
    return " ".join(str(summary.info[name]) for name in ("branch", "commit") if summary.info.get(name))


def _passes(found: Sequence[PassesOf]) -> str:
    if not found:
        return "<p>No trial counts.</p>"
    rows = "".join(
        f"<tr><td>{each.k}</td><td>{percent(each.any_passes)}</td><td>{likely(each.any_interval)}</td>"
        f"<td>{percent(each.all_pass)}</td><td>{likely(each.all_interval)}</td></tr>"
        for each in found
    )
    head = "<tr><th>k</th><th>one of k passes (pass@k)</th><th>likely</th><th>all k pass (pass^k)</th><th>likely</th></tr>"
    return f"{charts.passes(found)}<table>{head}{rows}</table>"


def _histograms(summary: BatchSummary) -> str:
    counted = [trial for each in summary.scenarios for trial in each.of.counted]
    values: list[tuple[str, int, Sequence[float | None]]] = [
        ("turns", 0, [trial.run.turns for trial in counted]),
        ("agent seconds a turn", 3, [trial.latency for trial in counted]),
        ("US dollars a trial", 4, [trial.cost for trial in counted]),
    ]
    known = [(title, digits, [each for each in found if each is not None]) for title, digits, found in values]
    return "".join(charts.histogram(found, title, digits) for title, digits, found in known if found)


def _scenario(place: int, scenario: ScenarioSummary) -> str:
    counts = scenario.counts
    steady = scenario.steadiness.value if scenario.steadiness is not None else ""
    data = (
        f'data-scenario="{place}" data-steadiness="{page_text(steady)}" '
        f'data-tags="{escape(json.dumps(list(scenario.tags)))}" data-name="{page_text(scenario.label.casefold())}"'
    )
    rate = percent(counts.rate) if counts.trials else "-"
    summary = (
        f'<summary><span class="name">{page_text(scenario.label)}</span> <span class="rate">{rate}</span> '
        f'<span class="dim">{page_text(str(counts))}, {page_text(interval_words(scenario))}</span> '
        f'<span class="steady">{page_text(steady)}</span> {charts.trials(scenario)}</summary>'
    )
    tags = " ".join(f'<span class="tag">{page_text(tag)}</span>' for tag in scenario.tags)
    more = f"<p>{page_text(scenario.description)} {tags}</p><p>{page_text(left_out_words(scenario.of.left_out))}</p>"
    return f'<details class="scenario" {data}>{summary}{more}{_measures(scenario)}<ol class="trials"></ol></details>'


def _measures(scenario: ScenarioSummary) -> str:
    rows = "".join(
        _measure(title, digits, value)
        for title, digits, of in _MEASURES
        if (value := of(scenario.measures)) is not None
    )
    head = "<tr><th></th><th>trials</th><th>mean</th><th>least</th><th>median</th><th>p90</th><th>p99</th><th>most</th></tr>"
    return f"<table>{head}{rows}</table>" if rows else ""


def _measure(title: str, digits: int, value: Distribution) -> str:
    figures = (value.mean, value.least, value.median, value.p90, value.p99, value.most)
    cells = "".join(f"<td>{amount(figure, digits)}</td>" for figure in figures)
    return f"<tr><th>{title}</th><td>{value.count}</td>{cells}</tr>"


def _data(document: Document) -> str:
    """The trials as JSON that cannot end the element it stands in."""
    trials = [
        _trial(place, trial, document.said_in(trial))
        for place, each in enumerate(document.summary.scenarios)
        for trial in each.of.trials
    ]
    text = json.dumps(trials, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _trial(place: int, trial: Trial, conversation: Conversation) -> dict[str, Any]:
    run = trial.run
    reasons = [run.error, run.reasoning, run.fault_reason if run.fault is not None else None]
    return {
        "scenario": place,
        "run": run.id,
        "number": run.trial,
        "seed": run.seed,
        "state": charts.css_class(trial.state),
        "words": state_words(trial),
        "turns": run.turns,
        "seconds": run.total_time,
        "cost": trial.cost,
        "earlier": len(trial.earlier),
        "reasons": [_shown(reason) for reason in dict.fromkeys(reasons) if reason],
        "verdicts": [_verdict(each) for each in conversation.verdicts],
        "messages": [
            {
                "place": row.position,
                "turn": row.turn,
                "role": _shown(str(row.message.get("role", "?"))),
                "text": _shown(text_of(row.message)),
                "calls": [_shown(call_text(call)) for call in calls_of(row.message)],
            }
            for row in conversation.messages
        ],
    }


def _verdict(verdict: CriterionResult) -> dict[str, Any]:
    return {
        "criterion": _shown(verdict.criterion),
        "status": verdict.status.value,
        "reasoning": _shown(verdict.reasoning),
        "evidence": [{"place": each.message, "quote": _shown(each.quote)} for each in verdict.evidence],
    }


def _shown(text: str) -> str:
    return limited(printable(text))

# ruff: noqa: INP001, T201 - a script that prints
"""Make the list of prices, src/scenario/_models/prices.json, from the data of the genai-prices package.

    python -m pip download --no-deps genai-prices --dest DIRECTORY
    python scripts/make_prices.py DIRECTORY/genai_prices-….whl 2026-11-22

The date is the one for which prices are taken. Only prices of tokens are kept, of the providers in the table of
`scenario._models.providers`. A model whose price depends on the time of day, or on the number of requests, gets
none: an unknown price is better than a wrong one. It stays in the list, so that no looser rule takes its place.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

TARGET = Path(__file__).parent.parent / "src" / "scenario" / "_models" / "prices.json"
PROVIDERS = {
    "openai": "openai",
    "azure": "azure",
    "anthropic": "anthropic",
    "gemini": "google",
    "groq": "groq",
    "mistral": "mistral",
    "deepseek": "deepseek",
    "xai": "x-ai",
    "together_ai": "together",
    "fireworks_ai": "fireworks",
    "cerebras": "cerebras",
}
TOKENS = ("input_mtok", "output_mtok", "cache_read_mtok")


def main() -> None:
    """Read the wheel, write the list."""
    wheel, day = Path(sys.argv[1]), dt.date.fromisoformat(sys.argv[2])
    with TemporaryDirectory() as folder:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
        sys.path.insert(0, folder)
        from genai_prices.data import providers  # noqa: PLC0415 - it has just been unpacked

        by_id = {provider.id: provider for provider in providers}
        listed = {name: _provider(by_id[theirs], by_id, day) for name, theirs in PROVIDERS.items()}
    head = {
        "taken": day.isoformat(),
        "unit": "US dollars for a million tokens: input, output, cached input",
        "source": f"genai-prices {wheel.name.split('-')[1]}, https://github.com/pydantic/genai-prices",
        "licence": "MIT, Copyright (c) Pydantic Services Inc. 2025 to present",
        "wheel_sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
    }
    TARGET.write_text(_text(head, listed), encoding="utf-8")
    models = [model for provider in listed.values() for model in provider["models"]]
    print(f"{TARGET}: {len(models)} models, {sum('price' in model for model in models)} with a price")


def _text(head: dict[str, str], listed: dict[str, Any]) -> str:
    """JSON with one model on a line, so that a change can be read."""
    lines = [
        "{",
        *(f" {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()),
        ' "providers": {',
    ]
    for number, (name, provider) in enumerate(listed.items(), 1):
        lines.append(f'  {json.dumps(name)}: {{"urls": {json.dumps(provider["urls"])}, "models": [')
        models = [json.dumps(model, separators=(",", ":")) for model in provider["models"]]
        lines.append(",\n".join(f"   {model}" for model in models))
        lines.append("  ]}" + ("," if number < len(listed) else ""))
    return "\n".join([*lines, " }", "}", ""])


def _provider(provider: Any, by_id: dict[str, Any], day: dt.date) -> dict[str, Any]:
    models = list(provider.models)
    for other in provider.fallback_model_providers or ():
        models += by_id[other].models
    return {"urls": provider.pricing_urls or [], "models": [_model(model, day) for model in models]}


def _model(model: Any, day: dt.date) -> dict[str, Any]:
    prices = _prices_on(model.prices, day)
    units = {name: value for name, value in vars(prices).items() if value is not None} if prices else {}
    entry: dict[str, Any] = {"match": _clause(model.match)}
    if "input_mtok" not in units or "output_mtok" not in units or "requests_kcount" in units:
        return entry
    starts = {tier.start for name in TOKENS for tier in _tiers(units.get(name))}
    entry["price"] = _rates(units, 0)
    if starts:
        entry["above"] = [{"start": start, "price": _rates(units, start)} for start in sorted(starts)]
    return entry


def _prices_on(prices: Any, day: dt.date) -> Any:
    """The prices that hold on a day; None when the time of day matters."""
    if not isinstance(prices, list):
        return prices
    holds = None
    for conditional in prices:
        constraint = conditional.constraint
        if constraint is not None and not hasattr(constraint, "start_date"):
            return None
        if constraint is None or constraint.start_date <= day:
            holds = conditional.prices
    return holds


def _tiers(value: Any) -> list[Any]:
    return value.tiers if hasattr(value, "tiers") else []


def _rates(units: dict[str, Any], start: int) -> list[float]:
    """Input, output and, where there is one, cached input, for requests of more tokens than `start`."""
    rates = []
    for name in TOKENS:
        value = units.get(name)
        if value is None:
            continue
        base = value.base if hasattr(value, "tiers") else value
        for tier in _tiers(value):
            base = tier.price if tier.start <= start else base
        rates.append(float(base))
    return rates


def _clause(clause: Any) -> dict[str, Any]:
    ((name, value),) = vars(clause).items()
    kind = name.rstrip("_")
    return {kind: [_clause(part) for part in value] if isinstance(value, list) else value}


if __name__ == "__main__":
    main()

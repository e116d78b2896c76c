"""Data sets: rows that stand in a suite file, or in a CSV or JSONL file beside it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

from scenario.errors import ConfigError

MOST_BYTES: Final = 50_000_000
MOST_ROWS: Final = 100_000


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a file.

    Args:
        path: A ``.csv`` file, whose first line names the columns and whose values are texts; or a ``.jsonl`` file with
            an object on each line.

    Returns:
        The rows, in order. Empty lines are passed over.

    Raises:
        ConfigError: It is not there, cannot be read, or its rows do not fit together.
    """
    if path.suffix.lower() not in {".csv", ".jsonl", ".ndjson"}:
        raise _error(path, None, "is no data set: give a .csv or a .jsonl file")
    text = read_text(path, MOST_BYTES)
    rows = _csv_rows(path, text) if path.suffix.lower() == ".csv" else _json_rows(path, text)
    if not rows:
        raise _error(path, None, "has no rows. Add some, or leave `dataset` out")
    if len(rows) > MOST_ROWS:
        raise _error(path, None, f"has {len(rows):,} rows; the most are {MOST_ROWS:,}. Split it")
    return rows


def read_text(path: Path, most_bytes: int) -> str:
    """The text of a file in UTF-8.

    Args:
        path: The file.
        most_bytes: The largest that is read.

    Raises:
        ConfigError: It cannot be read, is too large, or is not UTF-8.
    """
    try:
        size = path.stat().st_size
        if size > most_bytes:
            raise _error(
                path, None, f"is too large: {size:,} bytes, and the most are {most_bytes:,}. Split it"
            )
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise _error(path, line, "is not UTF-8. Save it in that encoding") from error
    except OSError as error:
        raise _error(
            path, None, f"cannot be read: {error.strerror}. Look at the path and the permissions"
        ) from error


def _csv_rows(path: Path, text: str) -> list[dict[str, Any]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[dict[str, Any]] = []
    columns: list[str] | None = None
    try:
        for values in reader:
            if not values:
                continue
            if columns is None:
                columns = _columns(path, values)
            elif len(values) != len(columns):
                raise _error(
                    path,
                    reader.line_num,
                    f"has {len(values)} values where the first line names {len(columns)} columns. Put values with commas "
                    "in quotes",
                )
            else:
                rows.append(dict(zip(columns, values, strict=True)))
    except csv.Error as error:
        raise _error(path, reader.line_num, f"is no CSV: {error}") from error
    return rows


def _columns(path: Path, names: list[str]) -> list[str]:
    names = [name.strip() for name in names]
    for name in names:
        if not name:
            raise _error(path, 1, "names a column with nothing. Give each column a name")
        if names.count(name) > 1:
            raise _error(path, 1, f"names the column {name!r} twice")
    return names


def _json_rows(path: Path, text: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise _error(path, number, f"is no JSON: {error}") from error
        if not isinstance(row, Mapping):
            raise _error(
                path, number, f"holds {type(row).__name__}, not an object. Write {{...}} on each line"
            )
        rows.append(dict(cast("Mapping[str, Any]", row)))
    return rows


def _error(path: Path, line: int | None, text: str) -> ConfigError:
    where = f"{path}" if line is None else f"{path}, line {line}"
    return ConfigError(f"{where}: it {text}.", source=where)

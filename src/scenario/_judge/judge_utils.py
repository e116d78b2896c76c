"""What judges that people write themselves use of the judge's parts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from scenario._judge.truncate_media import truncate_media
from scenario._text import calls_of


class JudgeUtils:
    """Helpers for judges."""

    @staticmethod
    def build_transcript_from_messages(messages: Iterable[Mapping[str, Any]]) -> str:
        """A conversation as text, for a prompt of one's own.

        Args:
            messages: Chat messages. They are left as they are.

        Returns:
            A line for each message, ``role: content``, with the content as JSON and without what is sent as
            base64. A tool call stands on a line of its own, ``role: [tool_call: name(arguments)]``; the result of
            a tool is told as ``tool (name): content``.
        """
        names: dict[Any, str] = {}
        lines: list[str] = []
        for message in messages:
            calls = calls_of(message)
            for call in calls:
                names[call.get("id")] = str((call.get("function") or {}).get("name", "?"))
            lines += _lines(message, calls, names)
        return "\n".join(lines)


def _lines(message: Mapping[str, Any], calls: list[dict[str, Any]], names: Mapping[Any, str]) -> list[str]:
    role = str(message.get("role", "?"))
    tool = names.get(message.get("tool_call_id"))
    content = message.get("content")
    who = f"{role} ({tool})" if role == "tool" and tool else role
    said = [f"{who}: {_json(truncate_media(content))}"] if content is not None or not calls else []
    return said + [f"{role}: [tool_call: {_called(call)}]" for call in calls]


def _called(call: Mapping[str, Any]) -> str:
    function: Mapping[str, Any] = call.get("function") or {}
    arguments = truncate_media(function.get("arguments", ""))
    written = arguments if isinstance(arguments, str) else _json(arguments)
    return f"{function.get('name', '?')}({' '.join(written.splitlines())})"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)

"""What judges that people write themselves use of the judge's parts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from scenario._judge.transcript import tools_by_call
from scenario._judge.truncate_media import truncate_media
from scenario._text import as_text, calls_of


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
        said = list(messages)
        names = tools_by_call(said)
        return "\n".join(line for message in said for line in _lines(message, names))


def _lines(message: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    role, calls, content = str(message.get("role", "?")), calls_of(message), message.get("content")
    tool = names.get(str(message.get("tool_call_id") or ""))
    who = f"{role} ({tool})" if role == "tool" and tool else role
    said = (
        [f"{who}: {json.dumps(truncate_media(content), ensure_ascii=False, default=str)}"]
        if content is not None or not calls
        else []
    )
    return said + [f"{role}: [tool_call: {_called(call)}]" for call in calls]


def _called(call: Mapping[str, Any]) -> str:
    function: Mapping[str, Any] = call.get("function") or {}
    written = as_text(truncate_media(function.get("arguments", "")))
    return f"{function.get('name', '?')}({' '.join(written.splitlines())})"

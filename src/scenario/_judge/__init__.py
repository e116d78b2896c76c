"""How the judge decides; and the parts of it that judges of one's own are built with."""

from __future__ import annotations

from scenario._judge.deep_transform import deep_transform
from scenario._judge.estimate_tokens import DEFAULT_TOKEN_THRESHOLD, estimate_tokens
from scenario._judge.judge_span_digest_formatter import JudgeSpanDigestFormatter
from scenario._judge.judge_utils import JudgeUtils
from scenario._judge.string_deduplicator import StringDeduplicator
from scenario._judge.trace_tools import expand_trace, grep_trace
from scenario._judge.truncate_media import truncate_media

__all__ = [
    "DEFAULT_TOKEN_THRESHOLD",
    "JudgeSpanDigestFormatter",
    "JudgeUtils",
    "StringDeduplicator",
    "deep_transform",
    "estimate_tokens",
    "expand_trace",
    "grep_trace",
    "truncate_media",
]

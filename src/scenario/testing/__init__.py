"""Fakes for testing scenarios, agents, judges and sinks, without models, clocks or chance."""

from scenario.testing._wire import Answer, HangUp, ReceivedRequest, Streamed
from scenario.testing.fakes import CountingIds, FakeClock, RecordingSink, ScriptedAgent
from scenario.testing.loopback import Delayed, LoopbackServer
from scenario.testing.scripted_model import ScriptedModel
from scenario.testing.scripted_server import BrokenStream, ModelServer, Refusal

__all__ = [
    "Answer",
    "BrokenStream",
    "CountingIds",
    "Delayed",
    "FakeClock",
    "HangUp",
    "LoopbackServer",
    "ModelServer",
    "ReceivedRequest",
    "RecordingSink",
    "Refusal",
    "ScriptedAgent",
    "ScriptedModel",
    "Streamed",
]

"""Runs as their facts tell them: by hand, and by chance."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

import scenario
from scenario._engine.checkpoints import Checkpoint
from scenario._engine.facts import (
    AgentInfo,
    CallFinished,
    CallStarted,
    CheckpointJudged,
    Concluded,
    Fact,
    MessageAdded,
    ModelCalled,
    RolledBack,
    RunStatus,
    Started,
    StepFinished,
    TurnOpened,
    UserLeft,
    fold,
)
from scenario.types import (
    AgentRole,
    CriterionResult,
    CriterionStatus,
    EndingKind,
    Evidence,
    UserEnding,
)
from scenario.usage import ModelCall, Usage

DESK = AgentInfo("desk", AgentRole.AGENT)
CUSTOMER = AgentInfo("customer", AgentRole.USER)
JUDGE = AgentInfo("judge", AgentRole.JUDGE)
NOW = 1_800_000_000.0


@dataclass
class Story:
    """A run that is told fact by fact; each takes a second."""

    run_id: str = "scenariorun_1"
    batch: str = "scenariobatch_1"
    name: str = "late parcel"
    began: float = NOW
    metadata: dict[str, Any] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)

    def __post_init__(self) -> None:
        agents = (DESK, CUSTOMER, JUDGE)
        self.tell(
            Started,
            name=self.name,
            description="A parcel is late.",
            batch_run_id=self.batch,
            set_id="default",
            metadata=self.metadata,
            agents=agents,
        )

    def tell(self, kind: Any, **fields: Any) -> Story:
        self.facts.append(kind(run_id=self.run_id, at=self.began + len(self.facts), **fields))
        return self

    @property
    def messages(self) -> list[dict[str, Any]]:
        return fold(self.facts).messages

    def says(self, content: Any, role: str = "assistant", *, turn: int = 0, **more: Any) -> Story:
        message = {"role": role, "content": content, "id": f"m{len(self.facts)}", **more}
        author = DESK if role == "assistant" else CUSTOMER
        return self.tell(MessageAdded, index=len(self.messages), message=message, turn=turn, author=author)

    def cut(self, index: int) -> Story:
        return self.tell(RolledBack, index=index, removed=tuple(self.messages[index:]))

    def ends(self, status: RunStatus = RunStatus.SUCCESS, error: str | None = None, **fields: Any) -> Story:
        given = {
            "success": status is RunStatus.SUCCESS,
            "reasoning": "said so",
            "turns": 1,
            "total_time": 2.0,
        }
        result = scenario.ScenarioResult(messages=self.messages, **{**given, **fields})
        return self.tell(Concluded, status=status, result=result, error=error)


def story(number: int = 1, *, passes: bool = True, batch: str = "scenariobatch_1", **fields: Any) -> Story:
    """A short run that has ended."""
    told = Story(f"scenariorun_{number}", batch, began=NOW + 100 * number, **fields)
    told.tell(TurnOpened, turn=0, trace_id="ab" * 16)
    told.says("Where is my parcel?", "user").says(f"It is on its way, number {number}.")
    criteria = [verdict("it says where", CriterionStatus.PASSED if passes else CriterionStatus.FAILED)]
    names = {"passed_criteria" if passes else "failed_criteria": ["it says where"]}
    return told.ends(RunStatus.SUCCESS if passes else RunStatus.FAILED, criteria=criteria, **names)


def verdict(criterion: str, status: CriterionStatus = CriterionStatus.PASSED) -> CriterionResult:
    return CriterionResult(criterion, status, "it does", (Evidence(1, "on its way"),))


_text = st.text(max_size=20)
_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=6,
)
_usage = st.builds(
    Usage,
    calls=st.integers(0, 5),
    input_tokens=st.integers(0, 10**6),
    output_tokens=st.integers(0, 10**6),
    cost=st.floats(0, 100),
)
_verdicts = st.builds(
    CriterionResult,
    _text,
    st.sampled_from(CriterionStatus),
    _text,
    st.lists(st.builds(Evidence, st.none() | st.integers(0, 9), _text), max_size=2).map(tuple),
)
_ending = st.builds(UserEnding, st.sampled_from(EndingKind), _text, st.none() | _text)
_calls = st.builds(ModelCall, _text, _text, _usage, st.floats(0, 9), st.integers(1, 3), st.none() | _text)
_agents = st.sampled_from([DESK, CUSTOMER, JUDGE])


@st.composite
def stories(draw: st.DrawFn, run_id: str = "scenariorun_1") -> Story:
    """A run in which anything may happen, in any order."""
    told = Story(run_id, name=draw(_text), metadata=draw(st.dictionaries(_text, _json, max_size=3)))
    for _ in range(draw(st.integers(0, 12))):
        turn = draw(st.integers(0, 4))
        match draw(st.integers(0, 9)):
            case 0:
                told.tell(TurnOpened, turn=turn, trace_id="0" * 32)
            case 1:
                told.tell(CallStarted, agent=draw(_agents), turn=turn)
            case 2:
                error = draw(st.none() | _text)
                told.tell(
                    CallFinished, agent=draw(_agents), turn=turn, seconds=draw(st.floats(0, 9)), error=error
                )
            case 3:
                told.tell(ModelCalled, agent=draw(_agents), turn=turn, call=draw(_calls))
            case 4:
                told.cut(draw(st.integers(0, len(told.messages))))
            case 5:
                found = Checkpoint(
                    draw(st.booleans()), tuple(draw(st.lists(_verdicts, max_size=2))), draw(_text)
                )
                told.tell(CheckpointJudged, turn=turn, checkpoint=found)
            case 6:
                told.tell(UserLeft, turn=turn, ending=draw(_ending))
            case 7:
                told.tell(StepFinished, step=turn + 1, text=draw(_text))
            case _:
                told.says(draw(_json), draw(st.sampled_from(["user", "assistant", "tool"])), turn=turn)
    if draw(st.booleans()):
        record = fold(told.facts)
        told.ends(
            draw(st.sampled_from(RunStatus)),
            draw(st.none() | _text),
            criteria=draw(st.lists(_verdicts, max_size=3)),
            ending=record.ending,
            usage=record.usage,
        )
    return told

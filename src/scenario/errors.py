"""Everything that can go wrong, as one tree.

    ScenarioError
    ├── ConfigError (ValueError)             a setting that cannot be used, and where it came from
    ├── ScriptError (ValueError)             a script that cannot be played
    │   ├── StepTypeError (TypeError)        something in the script is not a step
    │   └── NoAgentForRoleError              a step speaks for a role that nobody plays
    ├── NotAnAgentError (TypeError)          something in `agents` is not an agent
    ├── AgentError (RuntimeError)            an agent raised, or answered with something unusable
    ├── InvalidReplyError (ValueError)       what an agent returned is not a reply
    ├── NotAwaitableError (TypeError)        an agent's `call` is not asynchronous
    ├── TimeLimitError (TimeoutError)        an agent or the scenario took too long
    ├── SimulatorError (RuntimeError)        a simulated user that said nothing usable, though asked again
    ├── ModelError (RuntimeError)            a language model could not be had, or refused
    ├── EndpointError (RuntimeError)         an agent behind a wire could not be had, or answered nothing usable
    ├── ReplayMissError (RuntimeError)       a run is replayed, and a call of it was not recorded
    ├── CassetteError (RuntimeError)         a file of recordings that cannot be used
    ├── NoResultError (ValueError)           `step()` had nothing left to do
    ├── AlreadyRunningError (RuntimeError)   one executor, two runs at once
    ├── NoStageError (RuntimeError)          a step was used outside a running scenario
    └── NotAvailableError (RuntimeError)     a part that is not there: an extra, or a model
        └── ModelRequiredError               a player needs a language model and has none

Where older code may catch a built-in type, the class inherits it too. Errors carry what they speak of
as attributes, so that nobody has to parse their text.
"""

from __future__ import annotations


class ScenarioError(Exception):
    """The base of all errors of this library."""


class ConfigError(ScenarioError, ValueError):
    """A setting that cannot be used.

    Attributes:
        source: Where the setting came from: a file, an environment variable, or a call.
    """

    def __init__(self, message: str, *, source: str) -> None:
        super().__init__(message)
        self.source = source


class ScriptError(ScenarioError, ValueError):
    """A script that cannot be played.

    Attributes:
        scenario: The scenario's name, where it is known.
        step: The step's position in the script, counted from 1, where it is known.
    """

    def __init__(self, message: str, *, scenario: str | None = None, step: int | None = None) -> None:
        super().__init__(message)
        self.scenario = scenario
        self.step = step


class StepTypeError(ScriptError, TypeError):
    """Something in the script is not a step."""


class NoAgentForRoleError(ScriptError):
    """A step speaks for a role that none of the agents plays.

    Attributes:
        role: The role's name: ``User``, ``Agent`` or ``Judge``.
    """

    def __init__(
        self, message: str, *, role: str, scenario: str | None = None, step: int | None = None
    ) -> None:
        super().__init__(message, scenario=scenario, step=step)
        self.role = role


class NotAnAgentError(ScenarioError, TypeError):
    """Something in the ``agents`` list cannot play: it lacks a role or a ``call``."""


class AgentError(ScenarioError, RuntimeError):
    """An agent raised an exception, which is the ``__cause__``, or gave an unusable reply.

    Attributes:
        agent: The agent's name.
        turn: The turn in which it was called, counted from 0.
        role: Its role: ``User``, ``Agent`` or ``Judge``.
    """

    def __init__(self, message: str, *, agent: str, turn: int, role: str) -> None:
        super().__init__(message)
        self.agent = agent
        self.turn = turn
        self.role = role


class InvalidReplyError(ScenarioError, ValueError):
    """What an agent returned is neither text, nor messages, nor a result."""


class NotAwaitableError(ScenarioError, TypeError):
    """An agent's ``call`` returned a plain value where something to await is needed."""


class TimeLimitError(ScenarioError, TimeoutError):
    """An agent, or the scenario as a whole, took longer than it was allowed to.

    A run turns this into a failed result; it reaches a caller only through ``step()`` and the other
    methods of an executor that is played by hand.

    Attributes:
        agent: The agent that was being waited for, or None.
        role: Its role: ``User``, ``Agent`` or ``Judge``.
        turn: The turn in which it happened, counted from 0.
        limit: The limit in seconds.
    """

    def __init__(
        self, message: str, *, agent: str | None, turn: int, limit: float, role: str | None = None
    ) -> None:
        super().__init__(message)
        self.agent = agent
        self.role = role
        self.turn = turn
        self.limit = limit


class SimulatorError(ScenarioError, RuntimeError):
    """A simulated user said nothing that a user would say, although it was asked again.

    A run turns this into a result whose fault is the simulator's.

    Attributes:
        agent: The simulated user.
        problem: What was wrong with its last reply.
        reply: That reply.
    """

    def __init__(self, message: str, *, agent: str, problem: str, reply: str) -> None:
        super().__init__(message)
        self.agent = agent
        self.problem = problem
        self.reply = reply


class ModelError(ScenarioError, RuntimeError):
    """A language model could not be had, or refused a request. The text never holds a key.

    Attributes:
        provider: Who was asked.
        model: The model.
        status: The HTTP status, or None when there was no answer.
        request_id: The provider's id of the request, if it gave one.
        attempts: How often it was tried.
    """

    def __init__(
        self,
        message: str,
        *,
        provider: str,
        model: str,
        status: int | None = None,
        request_id: str | None = None,
        attempts: int = 1,
    ) -> None:
        super().__init__(message)
        self.provider = provider
        self.model = model
        self.status = status
        self.request_id = request_id
        self.attempts = attempts


class EndpointError(ScenarioError, RuntimeError):
    """An agent behind a wire could not be had, or answered nothing usable. The text never holds a key.

    Attributes:
        endpoint: The address, without credentials and query.
        status: The HTTP status, or None when there was no answer.
        unreachable: Whether the way there is at fault (no connection, a gateway's error, too many requests),
            not what the agent answered.
    """

    def __init__(
        self, message: str, *, endpoint: str, status: int | None = None, unreachable: bool = False
    ) -> None:
        super().__init__(message)
        self.endpoint = endpoint
        self.status = status
        self.unreachable = unreachable


class ReplayMissError(ScenarioError, RuntimeError):
    """A run is replayed, and a call of it was not recorded. The text shows the difference to the nearest recording.

    Attributes:
        scenario: The scenario's name.
        channel: Whose call it is: the player's name, and the function's where it is one.
        position: Which call of the channel it is, counted from 1.
        cassette: The file of the recordings.
    """

    def __init__(self, message: str, *, scenario: str, channel: str, position: int, cassette: str) -> None:
        super().__init__(message)
        self.scenario = scenario
        self.channel = channel
        self.position = position
        self.cassette = cassette


class CassetteError(ScenarioError, RuntimeError):
    """A file of recordings that cannot be read, written or understood.

    Attributes:
        path: The file; empty where a single recording in it is meant.
    """

    def __init__(self, message: str, *, path: str) -> None:
        super().__init__(message)
        self.path = path


class NoResultError(ScenarioError, ValueError):
    """``step()`` was called and nobody had anything left to do."""


class AlreadyRunningError(ScenarioError, RuntimeError):
    """An executor plays one run at a time."""


class NoStageError(ScenarioError, RuntimeError):
    """A step was performed with a state that belongs to no executor."""


class NotAvailableError(ScenarioError, RuntimeError):
    """What was asked for is not there, such as an extra; the text says what to install or to use in its place."""


class ModelRequiredError(NotAvailableError):
    """A player needs a language model and has none.

    Attributes:
        agent: The class of the player.
    """

    def __init__(self, message: str, *, agent: str) -> None:
        super().__init__(message)
        self.agent = agent

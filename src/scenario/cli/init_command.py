"""``scenario init``: writes a first scenario."""

from __future__ import annotations

from pathlib import Path

import click

from scenario.cli.exit_codes import UsageProblem

_SCHEMA = "# yaml-language-server: $schema={schema}\n"
_YAML = """\
scenarios:
  - name: first conversation
    description: {description}
    agent: {agent}
    user:
      says: {opening}
    criteria:
      - said: {expected}
    max_turns: 3
"""
_AGENT = "example_agent:answer"
_EXAMPLE = '''\
"""The agent under test, as `first.scenario.yaml` names it. Call your own agent in `answer`."""


def answer(conversation):
    """The reply to a conversation: `conversation.messages` are its chat messages."""
    asked = conversation.last_new_user_message_str()
    return f"You said: {asked}"
'''


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option(
    "--agent", metavar="MODULE:NAME|URL", help="Your agent: a function or class, or an HTTP address."
)
@click.option("--description", metavar="TEXT", help="What the conversation is about.")
@click.option("--opening", metavar="TEXT", help="What the user says first.")
@click.option("--expected", metavar="TEXT", help="What the agent must say: a regular expression.")
@click.option("--yes", is_flag=True, help="Ask nothing: take what is given, and an example for the rest.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def init(
    *,
    folder: Path,
    agent: str | None,
    description: str | None,
    opening: str | None,
    expected: str | None,
    yes: bool,
    force: bool,
) -> None:
    """Write a first scenario for this project, to FOLDER.

    Without --agent, an example of one is written beside it, so that `scenario run` works at once.
    """
    file = folder / "first.scenario.yaml"
    if file.exists() and not force:
        raise UsageProblem(f"{file} is there already. Choose another folder, or write over it with --force.")
    agent = _or_asked(agent or None, "Your agent (module:name, or an HTTP address)", _AGENT, yes)
    description = _or_asked(
        description, "What is the conversation about?", "A customer asks where a parcel is.", yes
    )
    opening = _or_asked(opening, "What does the user say first?", "Where is my parcel?", yes)
    expected = _or_asked(expected, "What must the agent say?", "parcel", yes)
    written = [file]
    folder.mkdir(parents=True, exist_ok=True)
    if agent == _AGENT and not (folder / "example_agent.py").exists():
        written.insert(0, folder / "example_agent.py")
        written[0].write_text(_EXAMPLE, encoding="utf-8")
    file.write_text(_text(agent, description, opening, expected), encoding="utf-8")
    for each in written:
        click.echo(f"wrote {each}")
    click.echo(f"\nPlay it: scenario run {folder if str(folder) != '.' else file}")


def _or_asked(given: str | None, question: str, default: str, yes: bool) -> str:
    if given is not None:
        return given
    return default if yes else str(click.prompt(question, default=default))


def _text(agent: str, description: str, opening: str, expected: str) -> str:
    import json  # noqa: PLC0415 - loaded by this command only; a JSON text is a YAML text

    from scenario.suite.schema import schema_file  # noqa: PLC0415 - likewise

    values = {"description": description, "opening": opening, "expected": expected}
    quoted = {name: json.dumps(value, ensure_ascii=False) for name, value in values.items()}
    who = f"{{url: {json.dumps(agent)}}}" if agent.startswith(("http://", "https://")) else json.dumps(agent)
    return _SCHEMA.format(schema=schema_file().as_uri()) + _YAML.format(agent=who, **quoted)

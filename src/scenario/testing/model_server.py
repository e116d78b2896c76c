"""A scripted model's provider as a program: ``python -m scenario.testing.model_server --port 8080``."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Sequence

from scenario.testing.scripted_server import Delayed, ModelServer, ServerReply


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until the program is stopped. The first line that it prints is the server's base URL.

    Args:
        arguments: The command line's arguments; None takes the program's own.
    """
    parser = argparse.ArgumentParser(prog="python -m scenario.testing.model_server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="the port; 0 (the default) takes a free one")
    parser.add_argument("--reply", default="Hello!", help="what it always answers")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    given = parser.parse_args(arguments)
    reply: ServerReply = Delayed(given.reply, given.delay) if given.delay else given.reply
    with ModelServer(default=reply, port=given.port, keep=0) as server:
        print(server.base_url, flush=True)  # noqa: T201 - it is a program
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()

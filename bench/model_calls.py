"""What a call of a model costs beside the same call by the bare client: CPU time, and the wall time of many.

The server is a process of its own, so that its work is not counted, and answers every request with the same body.
Both sides are measured in turns, in the same process, and the best round of each counts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time

CALLS = 300
TASKS, CALLS_EACH, PAUSE = 200, 2, 0.05
ROUNDS = 5
MOST = 1.3
BODY = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": "gpt-4.1-mini",
        "choices": [
            {
                "index": 0,
                "finish_reason": "tool_calls",
                "message": {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [
                        {
                            "id": "call_1",
                            "type": "function",
                            "function": {"name": "finish_test", "arguments": '{"c1": {"status": "passed"}}'},
                        }
                    ],
                },
            }
        ],
        "usage": {"prompt_tokens": 300, "completion_tokens": 40, "total_tokens": 340},
    }
).encode()
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
    len(BODY),
    BODY,
)
MESSAGES = [
    {"role": "system", "content": "You judge a conversation by its criteria."},
    *(
        {"role": ("user", "assistant")[turn % 2], "content": f"what was said in turn {turn}"}
        for turn in range(10)
    ),
]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "finish_test",
            "description": "Say the verdict.",
            "parameters": {"type": "object", "properties": {"c1": {"type": "string"}}, "required": ["c1"]},
        },
    }
]


async def serve(pause: float) -> None:
    """Answer every request with the same body, after a pause."""
    server = await asyncio.start_server(lambda reader, writer: answer(reader, writer, pause), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pause: float) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n")[0]))
            if pause:
                await asyncio.sleep(pause)
            writer.write(ANSWER)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


class Ours:
    """A model of a player, through the I/O loop."""

    def __init__(self, address: str) -> None:
        from scenario._models.player_model import player_model

        self.model = player_model("Judge", "openai/gpt-4.1-mini", api_base=address, api_key="none")

    async def call(self) -> None:
        reply = await self.model.ask(MESSAGES, tools=TOOLS, tool_choice="required")
        assert reply.tool_calls[0].name == "finish_test"

    async def close(self) -> None:
        """The connections stay, as in a run."""


class Bare:
    """The client that people would use by hand, on the caller's own loop."""

    def __init__(self, address: str) -> None:
        import openai

        self.client = openai.AsyncOpenAI(base_url=address, api_key="none", max_retries=0)

    async def call(self) -> None:
        completion = await self.client.chat.completions.create(
            model="gpt-4.1-mini", messages=MESSAGES, tools=TOOLS, tool_choice="required", temperature=0.0
        )
        assert completion.choices[0].message.tool_calls[0].function.name == "finish_test"

    async def close(self) -> None:
        await self.client.close()


def cpu_per_call(side: type[Ours | Bare], address: str) -> float:
    """Seconds of CPU of one call, the others before it having opened the connection."""

    async def measure() -> float:
        caller = side(address)
        for _ in range(20):
            await caller.call()
        began = time.process_time()
        for _ in range(CALLS):
            await caller.call()
        spent = time.process_time() - began
        await caller.close()
        return spent / CALLS

    return asyncio.run(measure())


def wall_of_many(side: type[Ours | Bare], address: str) -> float:
    """Seconds that many tasks take together, of a few calls each."""

    async def task(caller: Ours | Bare) -> None:
        for _ in range(CALLS_EACH):
            await caller.call()

    async def measure() -> float:
        caller = side(address)
        await caller.call()
        began = time.perf_counter()
        await asyncio.gather(*(task(caller) for _ in range(TASKS)))
        spent = time.perf_counter() - began
        await caller.close()
        return spent

    return asyncio.run(measure())


def compare(name: str, measure, pause: float, unit: str, factor: float) -> bool:
    """Print both figures and their ratio; False when the ratio is too large."""
    server = subprocess.Popen(
        [sys.executable, __file__, "--serve", str(pause)], stdout=subprocess.PIPE, text=True
    )
    try:
        address = f"http://127.0.0.1:{server.stdout.readline().strip()}/v1"
        pairs = [(measure(Bare, address), measure(Ours, address)) for _ in range(ROUNDS)]
    finally:
        server.kill()
        server.wait()
    bare, ours = (min(pair[side] for pair in pairs) for side in (0, 1))
    ratio = ours / bare
    print(
        f"{name}: {ours * factor:.2f} {unit}, by the bare client {bare * factor:.2f}: {ratio:.2f} times (at most {MOST})"
    )
    return ratio <= MOST


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", type=float, default=None, help="be the server, with this pause in seconds")
    asked = parser.parse_args()
    if asked.serve is not None:
        asyncio.run(serve(asked.serve))
        return 0
    kept = [
        compare("CPU of a call", cpu_per_call, 0.0, "ms", 1000),
        compare(f"{TASKS} tasks of {CALLS_EACH} calls at {PAUSE * 1000:.0f} ms", wall_of_many, PAUSE, "s", 1),
    ]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())

"""What was said: the messages, what each agent has not seen yet, and each agent's own copy."""

from __future__ import annotations

from scenario._utils.plain import View, copy_message
from scenario.message_types import Message


class Conversation:
    """The messages of one run, and an inbox for each agent.

    An inbox holds positions in the conversation, so that cutting the conversation cuts the inboxes.

    Args:
        agents: How many agents take part.
    """

    def __init__(self, agents: int) -> None:
        self.messages: list[Message] = []
        self._inboxes: list[list[int]] = [[] for _ in range(agents)]
        self._views = [View(self.messages) for _ in range(agents)]

    def append(self, message: Message, author: int | None = None) -> int:
        """Add a message, which the conversation owns from now on, and tell every agent but its author.

        Returns:
            The message's position.
        """
        position = len(self.messages)
        self.messages.append(message)
        for index, inbox in enumerate(self._inboxes):
            if index != author:
                inbox.append(position)
        return position

    def cut(self, index: int) -> list[Message]:
        """Remove the messages from `index` on, from the conversation and from every inbox.

        Returns:
            The removed messages, in order; empty when `index` is past the end.

        Raises:
            ValueError: `index` is negative.
        """
        if index < 0:
            raise ValueError(f"rollback_messages_to: index must be >= 0, got {index}")
        removed = self.messages[index:]
        if removed:
            del self.messages[index:]
            self._inboxes = [[at for at in inbox if at < index] for inbox in self._inboxes]
            for view in self._views:
                view.restart()
        return removed

    def view(self, agent: int) -> list[Message]:
        """The conversation as this agent's own list."""
        return self._views[agent].current()

    def inbox(self, agent: int) -> list[Message]:
        """What this agent has not been called with yet, as the messages of its own view."""
        view = self._views[agent].current()
        return [view[position] for position in self._inboxes[agent]]

    def pending(self) -> dict[int, list[Message]]:
        """Every inbox, as copies, by the agent's position."""
        return {
            agent: [copy_message(self.messages[position]) for position in inbox]
            for agent, inbox in enumerate(self._inboxes)
        }

    def empty_inbox(self, agent: int) -> None:
        """Note that this agent has seen everything that was said."""
        self._inboxes[agent].clear()

    def copies(self) -> list[Message]:
        """The whole conversation as copies."""
        return [copy_message(message) for message in self.messages]

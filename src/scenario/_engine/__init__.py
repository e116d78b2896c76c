"""One conversation: who speaks next, what was said, how it ended. Knows agents only as adapters."""

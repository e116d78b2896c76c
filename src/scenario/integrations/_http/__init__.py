"""The parts of an agent behind HTTP: what is sent, what comes back, and the way there."""

"""What a simulated user without a model does, as values and pure functions."""

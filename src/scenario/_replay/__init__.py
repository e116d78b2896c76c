"""Recording what a run asks of the world outside, and replaying it without that world."""

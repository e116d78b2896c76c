"""The parts of the attacker: strategies, disguises, scores, plans, reports."""

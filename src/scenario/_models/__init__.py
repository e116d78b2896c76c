"""Calls of language models: what is asked and answered, who answers, retries, limits, prices."""

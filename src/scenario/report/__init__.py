"""What was played, for people and programs.

`session`, `terminal`, `assertion` and `reporter` tell of the runs of a test session. `document` reads the runs of a
store, and `html`, `markdown`, `junit` and `jsonl` make reports of it, which `files` writes.
"""

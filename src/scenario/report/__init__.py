"""What was played, for people: the runs of a session as values, and the lines that tell of them.

Nothing here loads the engine; whoever has a result to report has loaded it already.
"""

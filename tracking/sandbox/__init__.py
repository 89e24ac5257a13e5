"""A Segment for a laptop: it takes, checks, drops and answers as the real one does.

`server` runs it, `process` runs it in a process of its own, `inspection` asks it what
it has. What Segment does not document is marked where the sandbox had to choose.
"""

"""The names of the files that a world is written to."""

from typing import Literal, get_args

Instalment = Literal["raw", "later"]
Source = Literal[
    "segment_calls", "relyv_sessions", "relyv_session_events", "relyv_deletions"
]
TRUTH = "truth.jsonl.gz"


def path_of(instalment: Instalment, source: Source) -> str:
    """Where the lines of a source go, below the world's folder."""
    return f"{instalment}/{source}.jsonl.gz"


ALL_PATHS: tuple[str, ...] = (
    *(
        path_of(instalment, source)
        for instalment in get_args(Instalment)
        for source in get_args(Source)
    ),
    TRUTH,
)

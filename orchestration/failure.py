"""An error that is a sentence -> a Dagster failure that says the same sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from dagster import Failure

from warehouse import RelyvError

# Somebody else is at it; no clear answer: see sync/errors.py.
_LATER_HELPS = (4, 5)


@contextmanager
def one_sentence() -> Iterator[None]:
    """Let an error of ours end the step with its sentence, without a stack trace."""
    try:
        yield
    except RelyvError as error:
        raise Failure(
            description=str(error),
            metadata={"error": type(error).__name__, "exit_code": error.exit_code},
            allow_retries=error.exit_code in _LATER_HELPS,
        ) from None

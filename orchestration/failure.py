"""An error that is a sentence -> a Dagster failure that says the same sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from dagster import Failure
from sqlalchemy.exc import DBAPIError

from warehouse import RelyvError


@contextmanager
def one_sentence() -> Iterator[None]:
    """Let an error of ours end the step with its sentence, without a stack trace."""
    try:
        yield
    except RelyvError as error:
        raise Failure(
            description=str(error),
            metadata={"error": type(error).__name__, "exit_code": error.exit_code},
            allow_retries=False,
        ) from None
    except DBAPIError as error:
        # A driver's message may quote a row, and Dagster keeps what it is told.
        kind = type(error.orig).__name__
        raise Failure(
            description=f"The warehouse refused a statement ({kind}).",
            metadata={"error": kind},
            allow_retries=False,
        ) from None

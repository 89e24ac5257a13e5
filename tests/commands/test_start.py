"""What a command imports before it does anything: it is felt in each run."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("relyv", "sync sqlalchemy httpx"),
        ("sync", "httpx jinja2 duckdb psycopg dbt dagster"),
        ("tracking.client", "click pygments sqlalchemy"),
    ],
)
def test_what_is_not_needed_yet_is_not_imported(module: str, unwanted: str) -> None:
    """
    A run that finds nothing to send needs no HTTP, and a profile without `{{` no jinja.
    """
    script = f"import sys, {module}; print(*sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert not set(unwanted.split()) & set(ended.stdout.split())

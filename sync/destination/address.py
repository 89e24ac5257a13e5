"""A Segment source's name, in one target -> where its calls go, and with which key.

The key is read here and nowhere else, and shows in no repr, error or log.
"""

import os
from dataclasses import dataclass, field

from sync.errors import ConfigError
from tracking import Region, write_key_fingerprint

# The bundled sandbox: the one place that the target `demo` can reach.
DEMO_TARGET = "demo"
SANDBOX_URL = "http://127.0.0.1:8765"
SANDBOX_WRITE_KEY = "sandbox-write-key-of-the-demo-00"
# It is on this machine: a row of any region may go there.
SANDBOX_REGION = "sandbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """An endpoint of the Tracking API, its region and the source's write key."""

    source: str
    region: str
    endpoint: str
    write_key: str = field(repr=False)
    # Where the source's settings are, if not at Segment's CDN.
    settings_endpoint: str | None = None

    @property
    def key_fingerprint(self) -> str:
        """Tells two keys apart and gives neither away."""
        return write_key_fingerprint(self.write_key)


def destination_of(source: str, *, target: str) -> Destination:
    """
    Read a source's key and region from the environment.

    Raises:
        ConfigError: A variable is missing or says what is no region.
    """
    if target == DEMO_TARGET:
        sandbox = os.environ.get("RELYV_SANDBOX_URL", SANDBOX_URL)
        return Destination(
            source=source,
            region=region_of(source, target=target),
            endpoint=sandbox,
            write_key=SANDBOX_WRITE_KEY,
            settings_endpoint=sandbox,
        )
    prefix = f"SEGMENT_{source.upper()}"
    write_key = os.environ.get(f"{prefix}_WRITE_KEY", "")
    if not write_key:
        raise ConfigError(
            f"The environment variable {prefix}_WRITE_KEY is not set: it holds the "
            f"write key of the Segment source '{source}'."
        )
    region = region_of(source, target=target)
    own = os.environ.get(f"{prefix}_ENDPOINT") or None
    return Destination(
        source=source,
        region=region,
        endpoint=own or Region(region).endpoint,
        write_key=write_key,
        settings_endpoint=own,
    )


def region_of(source: str, *, target: str) -> str:
    """
    The region that a source's workspace lives in: us, eu, or the sandbox's own.

    Raises:
        ConfigError: The environment names what is no region.
    """
    if target == DEMO_TARGET:
        return SANDBOX_REGION
    variable = f"SEGMENT_{source.upper()}_REGION"
    region = os.environ.get(variable, Region.US.value)
    if region not in list(Region):
        raise ConfigError(f"{variable} is '{region}'; it can be us or eu.")
    return region

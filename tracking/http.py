"""httpx, without the command line of its own.

Where click and rich are installed httpx imports them, and with them half as long again.
"""

import sys

_COMMAND_LINE = "httpx._main"

# To httpx it is as if they were not there.
sys.modules.setdefault(_COMMAND_LINE, None)  # type: ignore[arg-type]
import httpx  # noqa: E402

if sys.modules[_COMMAND_LINE] is None:
    del sys.modules[_COMMAND_LINE]

__all__ = ["httpx"]

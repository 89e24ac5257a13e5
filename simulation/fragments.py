"""Pieces of JSON text, prepared once and pasted into many lines.

A line costs a microsecond to paste and ten to serialise; a world has millions.
"""

import orjson


def fragment(**fields: object) -> str:
    """The inside of a JSON object, ending with a comma; None is left out."""
    present = {name: value for name, value in fields.items() if value is not None}
    text = orjson.dumps(present).decode()[1:-1]
    return f"{text}," if text else ""


def json_text(value: object) -> str:
    """One JSON value."""
    return orjson.dumps(value).decode()

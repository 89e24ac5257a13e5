"""A telephone number as people write it -> as it is searched."""

import re

MARKS = re.compile(r"[ \-./()]")


def bare_phone(value: str) -> str | None:
    """
    The number without blanks, dashes, dots, slashes and brackets.

    None when the value is no number of at least seven digits. The marks are those that
    the macro `phone_digits` leaves out.
    """
    bare = MARKS.sub("", value.strip())
    return bare if re.fullmatch(r"\+?\d{7,}", bare) else None

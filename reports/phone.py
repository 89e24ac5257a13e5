"""A telephone number as people write it -> as the models write it down.

The marks and the rules are those of the macro `e164`.
"""

import re

from warehouse import Warehouse, project_variables

MARKS = re.compile(r"[ \t\xa0\-./()]")
E164 = re.compile(r"\+[1-9]\d{6,14}")


def normal_phone(warehouse: Warehouse, value: str) -> str | None:
    """The number by the vars of the project; None when it is no telephone number."""
    variables = project_variables(warehouse.project_dir)
    code, trunk = (
        str(variables.get(name) or "")
        for name in ("phone_default_country_code", "phone_trunk_prefix")
    )
    return e164(value, country_code=code, trunk=trunk)


def e164(value: str, *, country_code: str = "", trunk: str = "") -> str | None:
    """
    The number in E.164, or, where no country is known, without its separators.

    None when the value is no number of at least seven digits.
    """
    written = value.strip()
    if written.startswith(("+", "00")):
        written = written.replace("(0)", "")
    bare = MARKS.sub("", written)
    if not re.fullmatch(r"\+?\d{7,}", bare):
        return None
    if bare.startswith("00"):
        return f"+{bare[2:]}"
    if country_code and not bare.startswith("+"):
        national = [bare.removeprefix(trunk), bare]
        for candidate in (f"+{country_code}{each}" for each in national):
            if E164.fullmatch(candidate):
                return candidate
    return bare

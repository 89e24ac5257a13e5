"""Environment variables -> frozen settings that can be trusted.

pydantic-settings reads them, too, and files, flags and clouds besides: its import took
a twentieth of a run's CPU time.
"""

import os
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, ValidationError

from warehouse.errors import SettingWrong


class FromEnvironment(BaseModel):
    """
    Settings that the environment names: the prefix, and the field in capitals.

    What is given outweighs it. An empty variable is one that is not set.

    Raises:
        SettingWrong: Names each variable that holds what it must not.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    prefix: ClassVar[str]

    def __init__(self, **given: Any) -> None:
        found = {
            name: text
            for name in type(self).model_fields
            if (text := os.environ.get(self.variable(name)))
        }
        try:
            super().__init__(**{**found, **given})
        except ValidationError as error:
            raise SettingWrong(" ".join(self._problems(error))) from None

    @classmethod
    def variable(cls, field: str) -> str:
        """The name of a field's variable."""
        return f"{cls.prefix}{field.upper()}"

    @classmethod
    def _problems(cls, error: ValidationError) -> list[str]:
        # Not what it holds, which may be a secret.
        problems = error.errors(include_input=False, include_url=False)
        return [
            f"{cls.variable(str(problem['loc'][0]))} is set wrongly: {problem['msg']}."
            for problem in problems
        ]

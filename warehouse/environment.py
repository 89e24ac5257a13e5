"""Environment variables -> frozen settings that can be trusted."""

from typing import Any

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from warehouse.errors import SettingWrong


class FromEnvironment(BaseSettings):
    """
    Settings that the environment names: `env_prefix`, and the field in capitals.

    What is given outweighs it. An empty variable is one that is not set.

    Raises:
        SettingWrong: Names each variable that holds what it must not.
    """

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True)

    def __init__(self, **given: Any) -> None:
        try:
            super().__init__(**given)
        except ValidationError as error:
            raise SettingWrong(" ".join(self._problems(error))) from None

    @classmethod
    def variable(cls, field: str) -> str:
        """The name of a field's variable."""
        return f"{cls.model_config['env_prefix']}{field.upper()}"

    @classmethod
    def _problems(cls, error: ValidationError) -> list[str]:
        # Not what it holds, which may be a secret.
        problems = error.errors(include_input=False, include_url=False)
        return [
            f"{cls.variable(str(problem['loc'][0]))} is set wrongly: {problem['msg']}."
            for problem in problems
        ]

"""What the environment says, and what it must not."""

import pytest
from pydantic import Field
from pydantic_settings import SettingsConfigDict

from warehouse.environment import FromEnvironment
from warehouse.errors import SettingWrong


class Patience(FromEnvironment):
    """How long to wait."""

    model_config = SettingsConfigDict(env_prefix="RELYV_PATIENCE_")

    seconds: float = Field(1, ge=0)
    is_loud: bool = False


def test_a_variable_sets_its_field(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    By the prefix and the field's name; what is not set has its default.
    """
    monkeypatch.setenv("RELYV_PATIENCE_SECONDS", "2.5")

    found = Patience()

    assert (found.seconds, found.is_loud) == (2.5, False)


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    As a shell or a compose file leaves it that has nothing to say.
    """
    monkeypatch.setenv("RELYV_PATIENCE_IS_LOUD", "")

    assert Patience().is_loud is False


def test_what_is_given_outweighs_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    A test, or a caller, knows better.
    """
    monkeypatch.setenv("RELYV_PATIENCE_SECONDS", "2.5")

    assert Patience(seconds=7).seconds == 7


def test_a_wrong_value_is_named_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The sentence has every such variable, and no value: it may be a secret.
    """
    monkeypatch.setenv("RELYV_PATIENCE_SECONDS", "-2.125")
    monkeypatch.setenv("RELYV_PATIENCE_IS_LOUD", "sesame")

    with pytest.raises(SettingWrong) as wrong:
        Patience()

    said = str(wrong.value)
    assert "RELYV_PATIENCE_SECONDS is set wrongly: Input should be" in said
    assert "RELYV_PATIENCE_IS_LOUD is set wrongly: Input should be" in said
    assert "2.125" not in said
    assert "sesame" not in said

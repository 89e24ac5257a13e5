"""
Everything that can go wrong, seen from the ground up.

* RelyvError
  x SettingWrong            an environment variable holds what it must not
  x ProfileError            profiles.yml does not say where the warehouse is
  x WarehouseBusy           somebody else holds it: try again later
  x WarehouseUnreachable    it does not answer, or refuses us
  x landing.LandingError    (landing/errors.py)
  x sync.SyncError          (sync/errors.py)
"""


class RelyvError(Exception):
    """A sentence for a person, and the exit code that goes with it."""

    exit_code = 2


class SettingWrong(RelyvError):
    """An environment variable holds what it must not: set another value."""


class ProfileError(RelyvError):
    """profiles.yml does not say where the warehouse is: edit it."""


class WarehouseBusy(RelyvError):
    """Another process holds the warehouse: the same command works later."""

    exit_code = 4


class WarehouseUnreachable(RelyvError):
    """The warehouse does not answer, or refuses the account."""

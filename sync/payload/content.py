"""The old and the new image of a row -> what its message says: traits or an event."""

from collections.abc import Mapping

from sync.config.image import ANONYMOUS_ID, GROUP_ID, USER_ID, Image
from sync.config.settings import SyncSettings
from sync.payload.values import hashed, json_value, says_itself

Shown = Mapping[str, object]


class Content:
    """
    What one plan's messages say.

    Args:
        is_careful: Look at every value, and say which column is at fault; else only at
            those whose type does not promise that JSON has a word for them.
    """

    def __init__(
        self, sync: str, settings: SyncSettings, image: Image, *, is_careful: bool
    ) -> None:
        self._sync = sync
        self._settings = settings
        self._fields = [field.name for field in image.fields]
        self._hashed = [
            field.name
            for field in image.fields
            if settings.personal.get(field.source or "") == "hash"
        ]
        self._converted = [
            (field.name, field.is_json)
            for field in image.fields
            if is_careful
            or not says_itself(field.data_type)
            or field.name in self._hashed
        ]

    def of(self, change: str, after: Shown, before: Shown) -> dict[str, object]:
        """
        The message's own keys: `traits`, or `event` and `properties`.

        Raises:
            RowRejected: A value has no word in JSON.
        """
        if self._settings.keeps_traits:
            return {"traits": self._traits(change, after, before)}
        shown = before if change == "removed" else after
        if self._settings.call == "audience":
            return self._membership(shown, is_member=change != "removed")
        event = self._settings.event_for(change)
        assert event is not None  # the change set holds no change without an event
        properties = self._values(shown)
        if event.previous:
            properties[event.previous] = self._previous(after, before)
        return {"event": event.event, "properties": properties}

    def _traits(self, change: str, after: Shown, before: Shown) -> dict[str, object]:
        if change == "removed":
            return dict.fromkeys(self._fields)
        traits = self._values(after)
        if (
            change == "added"
            or self._settings.send == "all"
            or self._destination(after) != self._destination(before)
        ):
            return traits
        return {
            name: value for name, value in traits.items() if after[name] != before[name]
        }

    def _membership(self, shown: Shown, *, is_member: bool) -> dict[str, object]:
        if trait := self._settings.trait:
            return {"traits": {trait: is_member}}
        call = self._settings.entered if is_member else self._settings.exited
        properties = {"audience_key": self._sync, **self._values(shown)}
        return {"event": call.event, "properties": properties}

    def _previous(self, after: Shown, before: Shown) -> dict[str, object]:
        values = self._values(before)
        return {
            name: value for name, value in values.items() if after[name] != before[name]
        }

    def _destination(self, shown: Shown) -> tuple[str, object]:
        """As the change set has it: the account, or the user, or the device."""
        if self._settings.call == "group":
            return (GROUP_ID, shown[GROUP_ID])
        user_id = shown.get(USER_ID)
        if user_id is not None:
            return (USER_ID, user_id)
        return (ANONYMOUS_ID, shown.get(ANONYMOUS_ID))

    def _values(self, shown: Shown) -> dict[str, object]:
        values = {name: shown[name] for name in self._fields}
        for name, is_json in self._converted:
            if (value := values[name]) is not None:
                values[name] = json_value(value, column=name, is_json=is_json)
        for name in self._hashed:
            values[name] = hashed(values[name])
        return values

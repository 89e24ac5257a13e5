"""A changed row -> its messageId: one for each change, however often it is sent."""

import hashlib
from collections.abc import Mapping, Sequence

import orjson

from sync.config.image import MESSAGE_ID, Image
from sync.config.settings import CHANGES
from sync.ledger.installation import Installation
from sync.payload.values import identifier

PREFIX = "relyv-"


class MessageIds:
    """
    The ids of one plan's messages.

    A plan's number tells the fourth state of a row from its second one. An event row
    has one state, so its id needs neither the number nor the epoch, and a re-send is
    recognised even after the ledger is lost; unless somebody asks for new ids.
    """

    def __init__(
        self,
        *,
        sync: str,
        number: int,
        installation: Installation,
        image: Image,
        is_insert_only: bool,
        new_ids: bool,
    ) -> None:
        identity = [installation.installation, installation.epoch, sync, str(number)]
        if is_insert_only and not new_ids:
            identity = [installation.installation, sync]
        self._openings = {
            change: orjson.dumps([*identity, change])[:-1] + b"," for change in CHANGES
        }
        # Hashed up to the key once: a plan has many rows.
        self._begun = {
            change: hashlib.sha256(opening)
            for change, opening in self._openings.items()
        }
        roles = {column.name for column in image.roles}
        self._named = {c: name for c, name in MESSAGE_ID.items() if name in roles}
        self.new_ids = new_ids

    def opening(self, change: str) -> str:
        """The text that is hashed, but for the key: `"first part","second part"]`."""
        return self._openings[change].decode()

    def of(self, change: str, key: Sequence[object]) -> str:
        """The id that we give: a hash of whose change it is, and of the key."""
        whole = self._begun[change].copy()
        whole.update(orjson.dumps([str(part) for part in key])[1:])
        return PREFIX + whole.hexdigest()

    def own(self, change: str, shown: Mapping[str, object], message_id: str) -> str:
        """
        The row's own id; with a hash behind it where it is not the row's first.

        Raises:
            RowRejected: It is neither text nor a whole number.
        """
        name = self._named.get(change)
        if name is None:
            return message_id
        own = identifier(shown[name], column="message_id")
        if own is None:
            return message_id
        if change == "added" and not self.new_ids:
            return own
        return f"{own}-{change}-{message_id.removeprefix(PREFIX)[:16]}"

"""What could not land, and why: the place and a hash, never the content."""

import hashlib
from dataclasses import dataclass
from pathlib import PurePath

from landing.files import Line

# Segment's own drop codes where Segment would drop the call too.
REASONS = {
    "not_utf8": "The line is not UTF-8 text.",
    "not_json": "The line is not JSON.",
    "not_an_object": "The line, or an item of its batch, is JSON but not an object.",
    "line_too_long": "The line is longer than 8 MB.",
    "unreadable_rest": "From this line on the file is truncated or damaged.",
    "unknown_shape": "It is neither a Segment call nor a row of a Relyv export.",
    "nested_too_deeply": "Its objects are nested more than 254 levels deep.",
    "bad_timestamp": "A time that places the row is not a full ISO-8601 date and time.",
    "missing_session_id": "A Relyv row belongs to no session.",
    "missing_subject": "A deletion does not say who is to be forgotten.",
    "unknown_subject_type": "A deletion is not by user_id, anonymous_id or email.",
    "empty_batch": "A batch holds no messages.",
    "no_user_anon_id": "A call names neither a user nor a device.",
    "id_not_string": "An id is neither text nor absent.",
    "event_not_defined": "A track call has no event.",
    "event_not_string": "The event of a track call is not text.",
    "properties_not_object": "The properties are not an object.",
    "traits_not_object": "The traits are not an object.",
    "name_not_string": "The name of a page or screen is empty or not text.",
    "category_not_string": "The category of a page or screen is empty or not text.",
    "too_many_fields": "A row of a Relyv export has more fields than a table takes.",
}
# The row lands; this one field of it does not.
FIELD_REASONS = {
    "value_does_not_fit": "The column has another type; it is null in this row.",
    "field_name_taken": "Another field of the row has the same name in snake case.",
    "too_many_fields": "The row has as many fields as every warehouse takes.",
    "too_many_columns": "The table has as many columns as landing will give it.",
    "too_many_tables": "The event has no table: it is in tracks, without properties.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """One line that did not land, or one field of a line that did."""

    line: Line
    reason: str
    field: str | None = None

    def row(self) -> dict[str, object]:
        """The row of landing_rejections; the same rejection makes the same row."""
        sha256 = self.line.sha256
        field = _place(self.line.item, self.field)
        file = PurePath(self.line.file)
        # By the file's name, not its folder: files are moved and landed again.
        identity = (file.name, self.line.number, self.reason, field, sha256)
        return {
            "rejection_id": hashlib.sha256(repr(identity).encode()).hexdigest(),
            "file": str(file),
            "line": self.line.number,
            "reason": self.reason,
            "field": field,
            "line_sha256": sha256,
        }


def _place(item: int | None, field: str | None) -> str | None:
    parts = [] if item is None else [f"batch[{item}]"]
    return ".".join([*parts, *([field] if field else [])]) or None

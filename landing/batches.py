"""A Segment batch body -> the messages in it, each complete."""

from collections.abc import Iterator, Mapping

from landing.flattening import Row


def batch_items(body: Mapping[str, object]) -> Iterator[object]:
    """Give each message of a batch body what the body says for all of them."""
    batch = body["batch"]
    assert isinstance(batch, list)
    for item in batch:
        yield {**item, **_inherited(body, item)} if isinstance(item, dict) else item


def _inherited(body: Mapping[str, object], item: Mapping[str, object]) -> Row:
    inherited: Row = {}
    for name in ("context", "integrations", "sentAt", "receivedAt"):
        common, own = body.get(name), item.get(name)
        if isinstance(common, dict) and isinstance(own, dict):
            inherited[name] = {**common, **own}
        elif common is not None and own is None:
            inherited[name] = common
    return inherited

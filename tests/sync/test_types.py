"""Every type of a warehouse -> JSON of the right type, or a rejection that says why."""

from typing import Any

from tests.sync.world import World

BIG = 32 * 1024

# An expression of SQL and the JSON that it must become.
SAID: list[tuple[str, Any]] = [
    ("cast(1.50 as decimal(9, 2))", 1.5),
    ("cast(57 as decimal(9, 1))", 57),
    ("cast(0 as decimal(38, 10))", 0),
    ("cast(-12345678.125 as decimal(20, 3))", -12345678.125),
    ("cast(0.1 as double precision)", 0.1),
    ("cast(1e300 as double precision)", 1e300),
    ("cast(5e-7 as double precision)", 5e-7),
    ("cast(7 as smallint)", 7),
    ("cast(-2147483648 as integer)", -2147483648),
    ("cast(-9007199254740991 as bigint)", -9007199254740991),
    ("true", True),
    ("false", False),
    ("cast('' as varchar(10))", ""),
    ("cast('Zoë 🙂' as varchar(10))", "Zoë 🙂"),
    ("cast('42' as varchar(10))", "42"),
    ("cast('  a ' as varchar(10))", "  a "),
    ("cast('2026-01-02' as date)", "2026-01-02"),
    ("cast('2024-02-29' as date)", "2024-02-29"),
    ("cast('2026-01-02 03:04:05' as timestamp)", "2026-01-02T03:04:05.000Z"),
    ("cast('2026-01-02 03:04:05.678901' as timestamp)", "2026-01-02T03:04:05.678Z"),
    ("cast(null as varchar(10))", None),
    ("cast(null as bigint)", None),
]
# What these warehouses have beyond that.
# A backslash in a literal is an escape on Snowflake.
ALSO_SAID: list[tuple[str, Any]] = [
    ("cast('a\"b\\c' as varchar(10))", 'a"b\\c'),
    ("cast('2026-01-02 03:04:05+02' as timestamptz)", "2026-01-02T01:04:05.000Z"),
    ("cast('{\"a\": [1, 2.5, null]}' as json)", {"a": [1, 2.5, None]}),
    ("cast('[true, \"x\"]' as json)", [True, "x"]),
    ("cast('\"text\"' as json)", "text"),
    ("cast('null' as json)", None),
    ("cast('03:04:05' as time)", "03:04:05"),
    (
        "cast('00000000-0000-0000-0000-00000000002a' as uuid)",
        "00000000-0000-0000-0000-00000000002a",
    ),
]
ONLY_SAID: dict[str, list[tuple[str, Any]]] = {
    "duckdb": [
        ("[1, 2]", [1, 2]),
        ("['a', 'b']", ["a", "b"]),
        ("{'a': 1, 'b': [true]}", {"a": 1, "b": [True]}),
        ("cast(chr(0) || 'x' as varchar)", "\x00x"),
    ],
    "postgres": [
        ("array[1, 2]", [1, 2]),
        ("array['a', 'b']", ["a", "b"]),
    ],
}

# An expression and the reason for which its row is rejected.
REFUSED: list[tuple[str, str]] = [
    ("cast('nan' as double precision)", "not_a_finite_number"),
    ("cast(9007199254740992 as bigint)", "integer_too_large"),
    (f"repeat('x', {BIG})", "message_too_large"),
]
ALSO_REFUSED: list[tuple[str, str]] = [
    ("cast(12345678901234567890 as decimal(38, 0))", "integer_too_large"),
    ("cast('infinity' as double precision)", "not_a_finite_number"),
    ("cast('-infinity' as double precision)", "not_a_finite_number"),
    ("cast('{\"a\": 9007199254740993}' as json)", "integer_too_large"),
    ("cast('infinity' as timestamp)", "time_out_of_range"),
    ("cast('-infinity' as timestamptz)", "time_out_of_range"),
    ("cast('infinity' as date)", "time_out_of_range"),
    ("interval '1 day'", "value_has_no_json"),
]
ONLY_REFUSED: dict[str, list[tuple[str, str]]] = {
    "duckdb": [("cast('ab' as blob)", "value_has_no_json")],
    "postgres": [
        ("cast('\"\\ud83d\"' as json)", "not_json"),
        ("cast('nan' as numeric)", "not_a_finite_number"),
        ("cast('ab' as bytea)", "value_has_no_json"),
        ("cast('0044-03-15 BC' as date)", "time_out_of_range"),
    ],
}


def cases(kind: str, everywhere: Any, also: Any, only: Any) -> list[tuple[str, Any]]:
    own = [] if kind == "snowflake" else also
    return [*everywhere, *own, *only.get(kind, [])]


def test_what_json_can_say_is_said(world: World, kind: str) -> None:
    """
    Through the warehouse, the ledger and the wire; and the next run finds no change.
    """
    said = cases(kind, SAID, ALSO_SAID, ONLY_SAID)
    columns = ", ".join(f"{sql} as c{number}" for number, (sql, _) in enumerate(said))
    world.model(f"select 'k' as id, 'u1' as user_id, {columns}")

    world.run(world.identify())

    (message,) = world.messages()
    wanted = {f"c{number}": value for number, (_, value) in enumerate(said)}
    assert message["traits"] == wanted
    numbers = [v for v in wanted.values() if isinstance(v, int | float)]
    assert len(numbers) > 5
    assert all(
        isinstance(message["traits"][name], bool) == isinstance(value, bool)
        for name, value in wanted.items()
    )
    assert world.run(world.identify()).counts.total == 0


def test_what_it_cannot_say_is_one_rejection_each(world: World, kind: str) -> None:
    """
    With the reason and the column's name; and the good row beside them is sent.
    """
    refused = cases(kind, REFUSED, ALSO_REFUSED, ONLY_REFUSED)
    columns = ", ".join(
        f"case when i = {number} then {sql} end as c{number}"
        for number, (sql, _) in enumerate(refused)
    )
    listed = ", ".join(f"({number})" for number in range(len(refused) + 1))
    world.model(
        "select cast(i as varchar(9)) as id, cast(i as varchar(9)) as user_id, "
        f"{columns} from (values {listed}) as numbers(i)"
    )

    report = world.run(world.identify())

    found = world.sql("select reason, detail from t_ledger.sync_rejections")
    wanted = sorted(reason for _, reason in refused)
    assert sorted(reason for reason, _ in found) == wanted
    assert (report.counts.added, report.rejected) == (1, len(refused))
    named = {detail.split("`")[1] for _, detail in found if "`" in detail}
    assert named == {
        f"c{number}"
        for number, (_, reason) in enumerate(refused)
        if reason != "message_too_large"
    }
    assert world.run(world.identify()).requests == 0

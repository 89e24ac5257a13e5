"""What fakesnow 0.11.22 gets wrong without saying so, put right.

Each repair replaces one function of fakesnow; `test_repairs` has a test for each that
fails without it.
"""

import re
from importlib import import_module
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from fakesnow import arrow, info_schema, transforms
from fakesnow.cursor import FakeSnowflakeCursor
from sqlglot import exp

# The package has a function of the same name, which hides its module.
server = import_module("fakesnow.server")
_COLUMNS = info_schema.SQL_CREATE_GLOBAL_INFORMATION_SCHEMA_COLUMNS_VIEW
_WHOLE = "columns.data_type in ('BIGINT', 'HUGEINT', 'INTEGER', 'SMALLINT', 'TINYINT')"
# Snowflake's words of a time format -> DuckDB's.
_TIME_FORMATS = {
    "YYYY": "%Y",
    "MM": "%m",
    "DD": "%d",
    "HH24": "%H",
    "MI": "%M",
    "SS": "%S",
    "FF3": "%g",
    "FF6": "%f",
}
_TIME_WORDS = re.compile(
    "|".join([*sorted(_TIME_FORMATS, key=len, reverse=True), '"[^"]*"', "."]),
    re.IGNORECASE,
)
# Words that DuckDB keeps for itself and Snowflake does not.
_KEYWORDS = {"AT"}
_stock_timestamps = arrow.timestamp_to_sf_struct
_stock_transform = FakeSnowflakeCursor._transform
_stock_execute = FakeSnowflakeCursor._execute


def repair() -> None:
    """Replace what is wrong; doing so twice is harmless."""
    arrow.timestamp_to_sf_struct = timestamps
    transforms.numeric_agg_implicit_cast = unchanged
    transforms.merge = merge
    FakeSnowflakeCursor._transform = transform
    FakeSnowflakeCursor._execute = execute
    server.shared_fs.duck_conn.execute(whole_numbers(_COLUMNS))


def whole_numbers(view: str) -> str:
    """Every whole number is a NUMBER(38, 0); stock only DuckDB's BIGINT is."""
    return view.replace("columns.data_type='BIGINT'", _WHOLE).replace(
        "create view if not exists", "create or replace view"
    )


def timestamps(column: pa.ChunkedArray) -> pa.StructArray:
    """A null timestamp stays null; stock it comes back as 1970-01-01."""
    moments = pa.concat_arrays(column.chunks) if column.num_chunks else column
    moments = pa.chunked_array([moments]).combine_chunks()
    missing = pc.is_null(moments)
    epoch = pa.scalar(0, moments.type)
    struct = _stock_timestamps(pc.fill_null(moments, epoch))
    return pa.StructArray.from_arrays(
        [struct.field(index) for index in range(struct.type.num_fields)],
        fields=[struct.type.field(index) for index in range(struct.type.num_fields)],
        mask=missing,
    )


def unchanged(expression: exp.Expression) -> exp.Expression:
    """Sums of NUMBER stay exact; stock they are sums of doubles."""
    return expression


def merge(expression: exp.Expression) -> list[exp.Expression]:
    """DuckDB has a MERGE of its own; stock it is taken apart, and cannot roll back."""
    return [expression]


def execute(
    cursor: FakeSnowflakeCursor, statement: exp.Expression, params: Any = None
) -> None:
    """A MERGE answers with the rows that it touched, as other DML does."""
    _stock_execute(cursor, statement, params)
    if isinstance(statement, exp.Merge):
        cursor._rowcount = cursor._arrow_table.column(0)[0].as_py()
        cursor._last_sql = f"select {cursor._rowcount} as 'number of rows updated'"
        cursor._last_params = None


def transform(
    cursor: FakeSnowflakeCursor, expression: exp.Expression, params: Any
) -> exp.Expression:
    """The statement as DuckDB runs it."""
    whole = _without_temporary(expression, cursor._conn)
    for change in (_formatted_time, _text_of_variant, _number_of_md5):
        whole = whole.transform(change)
    changed = _stock_transform(cursor, _InPlace(whole), params).expression
    return changed.transform(_quoted_keyword, copy=False)


class _InPlace:
    """A statement that is changed as it stands: stock it is copied seventy times."""

    def __init__(self, expression: exp.Expression) -> None:
        is_shared = expression is transforms.SUCCESS_NOP
        self.expression = expression.copy() if is_shared else expression

    def transform(self, change: Any, **options: Any) -> "_InPlace":
        return _InPlace(self.expression.transform(change, copy=False, **options))


def enter_public_schema(connection: Any) -> None:
    """Every database of Snowflake has this schema, and a session begins in it."""
    if connection.database:
        cursor = connection.cursor()
        cursor.execute("create schema if not exists public")
        cursor.execute("use schema public")


def roll_back(connection: Any) -> None:
    """Take back what is not committed."""
    if connection._in_transaction:
        connection.rollback()


def end_session(connection: Any) -> None:
    """Take back what is not committed, and drop what a session made for itself."""
    roll_back(connection)
    for name in getattr(connection, "relyv_temporary", ()):
        connection._duck_conn.execute(f"drop table if exists {name}")
    connection.close()


def _without_temporary(expression: exp.Expression, connection: Any) -> exp.Expression:
    """
    Let a temporary table with a schema be a table, dropped when the session ends.

    DuckDB keeps temporary tables in a schema of their own, and refuses another.
    """
    properties = expression.args.get("properties")
    table = expression.find(exp.Table)
    if not (isinstance(expression, exp.Create) and properties and table and table.db):
        return expression
    kept = [
        item
        for item in properties.expressions
        if not isinstance(item, exp.TemporaryProperty)
    ]
    if len(kept) < len(properties.expressions):
        expression = expression.copy()
        expression.set("properties", exp.Properties(expressions=kept) if kept else None)
        names = [table.catalog or connection.database, table.db, table.name]
        made = getattr(connection, "relyv_temporary", [])
        connection.relyv_temporary = [*made, ".".join(f'"{name}"' for name in names)]
    return expression


def _quoted_keyword(expression: exp.Expression) -> exp.Expression:
    """A name that only DuckDB keeps for itself is a name."""
    if isinstance(expression, exp.Identifier) and expression.name in _KEYWORDS:
        expression.set("quoted", True)
    return expression


def _text_of_variant(expression: exp.Expression) -> exp.Expression:
    """A text in JSON, cast to text, is the text; stock it keeps its quotes."""
    got = expression.this
    if (
        isinstance(expression, exp.Cast | exp.TryCast)
        and expression.to.this in exp.DataType.TEXT_TYPES
        and isinstance(got, exp.GetExtract)
        and got.expression.is_string
    ):
        path = exp.Literal.string(f'$."{got.expression.name}"')
        return exp.Anonymous(this="json_extract_string", expressions=[got.this, path])
    return expression


def _number_of_md5(expression: exp.Expression) -> exp.Expression:
    """Half of an MD5 is a number; stock it is a function that DuckDB does not have."""
    if not isinstance(expression, exp.MD5NumberLower64):
        return expression
    half = exp.Anonymous(this="md5_number_lower", expressions=[expression.this])
    return exp.cast(half, exp.DataType.Type.INT128)


def _formatted_time(expression: exp.Expression) -> exp.Expression:
    """`to_char` with a format obeys it; stock it ignores it."""
    if not isinstance(expression, exp.ToChar) or not expression.args.get("format"):
        return expression
    wanted = expression.args["format"].name
    pattern = "".join(map(_time_word, re.findall(_TIME_WORDS, wanted)))
    literal = exp.Literal.string(pattern)
    return exp.Anonymous(this="strftime", expressions=[expression.this, literal])


def _time_word(word: str) -> str:
    if word.upper() in _TIME_FORMATS:
        return _TIME_FORMATS[word.upper()]
    text = word.strip('"')
    if text == word and word.isalnum():
        raise NotImplementedError(f"to_char with the format {word}")
    return text.replace("%", "%%")

"""The name of a model -> a table that can be selected from."""

from sqlalchemy import TableClause, column, table

from warehouse import Warehouse


def door(warehouse: Warehouse, step: str, name: str, *columns: str) -> TableClause:
    """Name a model of a step, and those of its columns that are wanted."""
    return table(
        name, *(column(each) for each in columns), schema=warehouse.step_schema(step)
    )

"""Opens the warehouse that the dbt profile names, whichever of the three it is."""

from warehouse.engine import Warehouse, open_warehouse
from warehouse.errors import (
    ProfileError,
    RelyvError,
    WarehouseBusy,
    WarehouseUnreachable,
)
from warehouse.profile import Profile, project_variables, read_profile

__all__ = [
    "Profile",
    "ProfileError",
    "RelyvError",
    "Warehouse",
    "WarehouseBusy",
    "WarehouseUnreachable",
    "open_warehouse",
    "project_variables",
    "read_profile",
]

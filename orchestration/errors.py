"""
Everything that can go wrong around the flow.

* RelyvError
  x DbtFailed          a model or a test failed: dbt's own words say which
  x ManifestMissing    nothing was loaded: parse the dbt project
  x ProjectChanged     a run stopped: load the project again
  x DagsterMissing     the page never opened: install it
"""

from warehouse.errors import RelyvError


class DbtFailed(RelyvError):
    """A model or a test failed; dbt's own words say which."""


class ManifestMissing(RelyvError):
    """There is no manifest to read the models and syncs from: parse the project."""


class ProjectChanged(RelyvError):
    """dbt ran a node that the loaded manifest does not hold: load it again."""


class DagsterMissing(RelyvError):
    """Dagster is an extra of this project, and is not installed."""

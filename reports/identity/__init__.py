"""Who is who: how good the graph is, and why an identifier is where it is."""

from reports.identity.explain import explain_identifier
from reports.identity.explanation import Explanation
from reports.identity.report import IdentityReport, report_identity

__all__ = ["Explanation", "IdentityReport", "explain_identifier", "report_identity"]

"""May we? Opt-out requests, approvals, uses that were made, incidents.

Inside the package imports run: optouts <- approvals <- disclosures; incidents stands alone.
Outsiders import from here.
"""

from cpni.models.approvals import Approval
from cpni.models.disclosures import Disclosure
from cpni.models.incidents import Incident
from cpni.models.optouts import OptOutRequest

__all__ = ["Approval", "Disclosure", "Incident", "OptOutRequest"]

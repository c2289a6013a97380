"""Who may open what in the admin: one readable table (domain.md 9.3).

For each record: its list, its form to add one, its own page, and its history. A letter stands for a
role that may: R representative, S supervisor, M marketing, O compliance officer, A auditor.
"""

from config import roles

LETTERS = {
    "R": roles.REPRESENTATIVE,
    "S": roles.SUPERVISOR,
    "M": roles.MARKETING,
    "O": roles.OFFICER,
    "A": roles.AUDITOR,
}

#   record                       list     add    edit   history
ACCESS = {
    "accounts.carrier": ("RSOA", "O", "O", "SOA"),
    "accounts.customer": ("RSOA", "RO", "RSO", "RSOA"),
    "accounts.customerlist": ("SMOA", "O", "O", "SOA"),
    "accounts.importbatch": ("SOA", "", "", ""),
    "accounts.run": ("SOA", "", "", ""),
    "accounts.user": ("SOA", "O", "O", "SOA"),
    "notices.use": ("RSMOA", "", "", "RSMOA"),
    "notices.policyversion": ("RSMOA", "O", "O", "RSMOA"),
    "notices.policybinding": ("SOA", "", "", "SOA"),
    "notices.notice": ("RSMOA", "O", "O", "RSMOA"),
    "notices.campaign": ("RSMOA", "MO", "MO", "RSMOA"),
    "notices.delivery": ("RSOA", "", "", "RSOA"),
    "notices.postbatch": ("SOA", "", "", "SOA"),
    "cpni.optoutrequest": ("RSOA", "RSO", "", "RSOA"),
    "cpni.approval": ("RSOA", "", "", "RSOA"),
    "cpni.disclosure": ("RSOA", "O", "", "RSOA"),
    "cpni.incident": ("SOA", "O", "O", "SOA"),
}

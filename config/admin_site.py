"""The admin site of CPNI Desk."""

from unfold.sites import UnfoldAdminSite


class DeskAdminSite(UnfoldAdminSite):
    """The site on which every admin class is registered."""

"""Roles and what each may do (domain.md 9.3). Data, and the function that puts it in force.

A codename is ``app.action_model``. ``READ`` is added to every role: who may see, may see history.
"""

from typing import Any

CUSTOMER = (
    "accounts.view_customer",
    "accounts.view_historicalcustomer",
    "accounts.view_contactpoint",
    "accounts.view_historicalcontactpoint",
    "accounts.view_service",
    "accounts.view_historicalservice",
    "accounts.view_carrier",
    "accounts.view_contactoptout",
    "accounts.view_historicalcontactoptout",
)
NOTICES = (
    "notices.view_use",
    "notices.view_historicaluse",
    "notices.view_policyversion",
    "notices.view_historicalpolicyversion",
    "notices.view_notice",
    "notices.view_historicalnotice",
    "notices.view_noticetext",
    "notices.view_historicalnoticetext",
    "notices.view_campaign",
    "notices.view_historicalcampaign",
)
STANDING = (
    "accounts.view_accountchange",
    "notices.view_delivery",
    "notices.view_historicaldelivery",
    "cpni.view_approval",
    "cpni.view_historicalapproval",
    "cpni.view_optoutrequest",
    "cpni.view_historicaloptoutrequest",
    "cpni.view_disclosure",
    "cpni.view_historicaldisclosure",
    "cpni.view_script",
    "cpni.view_historicalscript",
    "cpni.view_scriptreading",
)
# What is said about the use of information, on a call or not.
CONSENT = (
    "accounts.add_contactoptout",
    "accounts.change_contactoptout",
    "cpni.add_optoutrequest",
    "cpni.apply_optoutrequest",
    "cpni.opt_in_optoutrequest",
    "cpni.add_scriptreading",
    "notices.call_telephonetask",
    # To enter, not to read: what is complained of may be what a colleague did.
    "cpni.add_complaint",
)
RECORDS = (
    "accounts.view_run",
    "accounts.view_importbatch",
    "accounts.view_importproblem",
    "accounts.view_historicalcarrier",
    "accounts.view_customerlist",
    "accounts.view_historicalcustomerlist",
    "accounts.view_customerlistentry",
    "notices.view_postbatch",
    "notices.view_historicalpostbatch",
    "notices.view_mailingstatement",
    "notices.view_historicalmailingstatement",
    "notices.view_policybinding",
    "notices.view_historicalpolicybinding",
    "cpni.view_incident",
    "cpni.view_historicalincident",
    "cpni.view_retentionperiod",
    "cpni.view_historicalretentionperiod",
    "cpni.view_legalhold",
    "cpni.view_historicallegalhold",
    "cpni.view_purge",
    "cpni.view_complaint",
    "cpni.view_historicalcomplaint",
    "notices.view_telephonetask",
    "notices.view_historicaltelephonetask",
    "notices.view_telephoneattempt",
    "accounts.view_user",
    "accounts.view_historicaluser",
)

# Whether history is what it was: for those who answer for it and those who check them.
SEALS = ("cpni.view_seal", "cpni.view_historypurge")
LOOKS = (
    "accounts.view_look",
    "accounts.view_unusuallook",
    "accounts.view_historicalunusuallook",
)

# Calls with customers and what was proved in them: to read, for those who answer for them.
CALLS = (
    "accounts.view_call",
    "accounts.view_historicalcall",
    "accounts.view_authenticationtry",
    "accounts.view_lockrelease",
    "accounts.view_authoriseduser",
    "accounts.view_historicalauthoriseduser",
    "accounts.view_businessexemption",
    "accounts.view_historicalbusinessexemption",
)

REPRESENTATIVE = "Support representative"
SUPERVISOR = "Supervisor"
MARKETING = "Marketing"
OFFICER = "Compliance officer"
AUDITOR = "Auditor"

ROLES: dict[str, tuple[str, ...]] = {
    REPRESENTATIVE: (
        *CUSTOMER,
        *NOTICES,
        *STANDING,
        "accounts.add_customer",
        "accounts.change_customer",
        "accounts.change_contactpoint",
        "accounts.add_call",
        "accounts.add_authoriseduser",
        *CONSENT,
    ),
    SUPERVISOR: (
        *CUSTOMER,
        *NOTICES,
        *STANDING,
        *RECORDS,
        # Of those who may not look here themselves: representatives and marketing.
        *LOOKS,
        *CALLS,
        "accounts.review_unusuallook",
        "accounts.add_call",
        "accounts.add_authoriseduser",
        "accounts.add_lockrelease",
        "accounts.change_customer",
        "accounts.change_contactpoint",
        "notices.add_telling",
        "notices.reopen_telephonetask",
        "notices.approve_campaign",
        *CONSENT,
        "cpni.resolve_complaint",
        "cpni.undo_optoutrequest",
    ),
    # Drafts campaigns and sees counts; neither customers' data nor opt-outs.
    MARKETING: (
        *NOTICES,
        "notices.add_campaign",
        "notices.change_campaign",
        "accounts.view_customerlist",
    ),
    OFFICER: (
        *CUSTOMER,
        *NOTICES,
        *STANDING,
        *RECORDS,
        *SEALS,
        *LOOKS,
        *CALLS,
        "accounts.view_all_looks",
        "accounts.review_unusuallook",
        "accounts.add_call",
        "accounts.add_authoriseduser",
        "accounts.change_authoriseduser",
        "accounts.add_businessexemption",
        "accounts.change_businessexemption",
        "accounts.add_carrier",
        "accounts.change_carrier",
        "accounts.add_customer",
        "accounts.change_customer",
        "accounts.change_contactpoint",
        "accounts.import_customer",
        "accounts.export_customer",
        "accounts.merge_customer",
        "accounts.add_customerlist",
        "accounts.change_customerlist",
        "accounts.add_user",
        "accounts.change_user",
        "accounts.reset_factor_user",
        "accounts.end_sessions_user",
        "accounts.view_signinevent",
        "notices.add_policyversion",
        "notices.change_policyversion",
        "notices.publish_policyversion",
        "notices.add_notice",
        "notices.change_notice",
        "notices.approve_notice",
        "notices.add_noticetext",
        "notices.change_noticetext",
        "notices.delete_noticetext",
        "notices.add_campaign",
        "notices.change_campaign",
        "notices.approve_campaign",
        "notices.run_campaign",
        "notices.confirm_postbatch",
        "notices.export_postbatch",
        "notices.record_outcome",
        "notices.add_telling",
        "notices.reopen_telephonetask",
        *CONSENT,
        "cpni.resolve_complaint",
        "cpni.add_script",
        "cpni.change_script",
        "cpni.approve_script",
        "cpni.undo_optoutrequest",
        "cpni.add_disclosure",
        "cpni.add_incident",
        "cpni.change_incident",
        "cpni.add_retentionperiod",
        "cpni.change_retentionperiod",
        "cpni.add_legalhold",
        "cpni.change_legalhold",
        "cpni.purge_records",
    ),
    AUDITOR: (
        *CUSTOMER,
        *NOTICES,
        *STANDING,
        *RECORDS,
        *SEALS,
        *LOOKS,
        *CALLS,
        "accounts.view_all_looks",
        "accounts.view_signinevent",
        "accounts.export_customer",
    ),
}


def apply(group_model: Any, permission_model: Any) -> None:
    """Make the groups of ``group_model`` hold exactly the permissions of ``ROLES``.

    Raises LookupError for a codename that no model has, so that a typing error is not a hole.
    """
    for name, codenames in ROLES.items():
        group, _ = group_model.objects.get_or_create(name=name)
        permissions = []
        for codename in codenames:
            app, _, action = codename.partition(".")
            permission = permission_model.objects.filter(
                content_type__app_label=app, codename=action
            ).first()
            if permission is None:
                raise LookupError(f"role {name}: there is no permission {codename}")
            permissions.append(permission)
        group.permissions.set(permissions)

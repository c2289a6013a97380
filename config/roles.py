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
    "notices.view_policyuse",
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
    "cpni.view_inboundmessage",
    "cpni.view_historicalinboundmessage",
    "cpni.view_disclosure",
    "cpni.view_historicaldisclosure",
    "cpni.view_script",
    "cpni.view_historicalscript",
    "cpni.view_verification",
    "cpni.view_historicalverification",
    "cpni.view_scriptreading",
    # What the customer asks for in writing; what the law compels is a permission of its own.
    "cpni.view_requesteddisclosure",
    "cpni.view_historicalrequesteddisclosure",
)
# What of marketing uses CPNI, and who reviewed it: in figures, without customers.
REGISTER = (
    "cpni.view_marketingcampaign",
    "cpni.view_historicalmarketingcampaign",
)
# Whom it left out, what left the desk, what turned out to be wrong.
USES = (
    *REGISTER,
    "cpni.view_leftout",
    "cpni.view_callinglist",
    "cpni.view_historicalcallinglist",
    "cpni.view_latefinding",
    "cpni.view_historicallatefinding",
    "cpni.view_compelled_requesteddisclosure",
)
# What is said about the use of information, on a call or not.
CONSENT = (
    "accounts.add_contactoptout",
    "accounts.change_contactoptout",
    "cpni.add_optoutrequest",
    "cpni.apply_optoutrequest",
    "cpni.opt_in_optoutrequest",
    "cpni.add_scriptreading",
    "cpni.add_verification",
    "notices.call_telephonetask",
    # To enter, not to read: what is complained of may be what a colleague did.
    "cpni.add_complaint",
    "cpni.add_requesteddisclosure",
)
RECORDS = (
    "accounts.view_run",
    "accounts.view_importbatch",
    "accounts.view_importproblem",
    "cpni.view_reconciliation",
    "cpni.view_difference",
    "accounts.view_historicalcarrier",
    "accounts.view_customerlist",
    "accounts.view_historicalcustomerlist",
    "accounts.view_customerlistentry",
    "notices.view_automaticnotice",
    "notices.view_historicalautomaticnotice",
    "notices.view_postbatch",
    "notices.view_historicalpostbatch",
    "notices.view_mailingstatement",
    "notices.view_historicalmailingstatement",
    "notices.view_policybinding",
    "notices.view_historicalpolicybinding",
    "cpni.view_recipient",
    "cpni.view_historicalrecipient",
    "cpni.view_audiencefile",
    "cpni.view_incident",
    "cpni.view_historicalincident",
    "cpni.view_incidentletter",
    "cpni.view_historicalincidentletter",
    "cpni.view_breach",
    "cpni.view_historicalbreach",
    "cpni.view_steptaken",
    "cpni.view_historicalsteptaken",
    "cpni.view_probe",
    "cpni.view_historicalprobe",
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
# Other systems, and what they are told.
SYSTEMS = (
    "cpni.view_apikey",
    "cpni.view_historicalapikey",
    "cpni.view_webhooksubscription",
    "cpni.view_historicalwebhooksubscription",
    "cpni.view_webhookdelivery",
)
# Who reads the deadlines without signing in.
FEEDS = ("cpni.view_calendarfeed", "cpni.view_historicalcalendarfeed")
# Training of staff, and what misuse led to; one's own training everybody sees.
TRAINING = (
    "accounts.view_trainingtext",
    "accounts.view_historicaltrainingtext",
    "accounts.view_acknowledgement",
    "accounts.view_sanction",
)
CERTIFICATE = (
    "cpni.view_annualcertificate",
    "cpni.view_historicalannualcertificate",
    "cpni.view_brokeraction",
)
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
        *USES,
        "cpni.review_marketingcampaign",
        # Of those who may not look here themselves: representatives and marketing.
        *LOOKS,
        *CALLS,
        "accounts.review_unusuallook",
        "cpni.add_calendarfeed",
        "accounts.add_call",
        "accounts.add_authoriseduser",
        "accounts.add_lockrelease",
        "accounts.change_customer",
        "accounts.change_contactpoint",
        "notices.add_telling",
        "notices.reopen_telephonetask",
        "notices.approve_campaign",
        "notices.approve_automaticnotice",
        *CONSENT,
        "cpni.resolve_complaint",
        "cpni.undo_optoutrequest",
        "cpni.add_probe",
        "cpni.print_disclosure",
    ),
    # Drafts campaigns and sees counts; neither customers' data nor opt-outs.
    MARKETING: (
        *NOTICES,
        *REGISTER,
        "notices.add_campaign",
        "notices.change_campaign",
        "accounts.view_customerlist",
        "cpni.add_marketingcampaign",
        "cpni.change_marketingcampaign",
        "cpni.view_recipient",
        "cpni.view_historicalrecipient",
        "cpni.view_audiencefile",
        "cpni.add_audiencefile",
    ),
    OFFICER: (
        *CUSTOMER,
        *NOTICES,
        *STANDING,
        *RECORDS,
        *USES,
        *SEALS,
        *SYSTEMS,
        *FEEDS,
        *TRAINING,
        *CERTIFICATE,
        *LOOKS,
        *CALLS,
        "accounts.view_all_looks",
        "accounts.review_unusuallook",
        "accounts.add_trainingtext",
        "accounts.change_trainingtext",
        "accounts.publish_trainingtext",
        "accounts.add_acknowledgement",
        "accounts.add_sanction",
        "cpni.add_annualcertificate",
        "cpni.change_annualcertificate",
        "cpni.file_annualcertificate",
        "cpni.add_brokeraction",
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
        "accounts.start_run",
        "cpni.add_reconciliation",
        "cpni.export_reconciliation",
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
        "notices.sign_off_notice",
        "notices.override_notice",
        "notices.add_policyuse",
        "notices.change_policyuse",
        "notices.delete_policyuse",
        "notices.add_noticetext",
        "notices.change_noticetext",
        "notices.delete_noticetext",
        "notices.add_campaign",
        "notices.change_campaign",
        "notices.approve_campaign",
        "notices.approve_automaticnotice",
        "notices.change_automaticnotice",
        "notices.run_campaign",
        "notices.confirm_postbatch",
        "notices.export_postbatch",
        "notices.record_outcome",
        "notices.add_telling",
        "notices.reopen_telephonetask",
        *CONSENT,
        "cpni.correct_inboundmessage",
        "cpni.resolve_complaint",
        "cpni.add_script",
        "cpni.change_script",
        "cpni.approve_script",
        "cpni.undo_optoutrequest",
        "cpni.add_apikey",
        "cpni.revoke_apikey",
        "cpni.add_webhooksubscription",
        "cpni.stop_webhooksubscription",
        "cpni.add_disclosure",
        "cpni.add_marketingcampaign",
        "cpni.change_marketingcampaign",
        "cpni.review_marketingcampaign",
        "cpni.add_callinglist",
        "cpni.change_callinglist",
        "cpni.decide_requesteddisclosure",
        "cpni.settle_latefinding",
        "cpni.add_audiencefile",
        "cpni.add_recipient",
        "cpni.change_recipient",
        "cpni.set_relationship_recipient",
        "cpni.ask_past_approval",
        "cpni.add_incident",
        "cpni.add_probe",
        "cpni.change_incident",
        "cpni.add_incidentletter",
        "cpni.change_incidentletter",
        "cpni.add_breach",
        "cpni.change_breach",
        "cpni.add_calendarfeed",
        "cpni.change_calendarfeed",
        "cpni.add_retentionperiod",
        "cpni.change_retentionperiod",
        "cpni.add_legalhold",
        "cpni.change_legalhold",
        "cpni.purge_records",
        "cpni.print_evidence",
        "cpni.print_disclosure",
    ),
    AUDITOR: (
        *CUSTOMER,
        *NOTICES,
        *STANDING,
        *RECORDS,
        *USES,
        *SEALS,
        *SYSTEMS,
        *FEEDS,
        *TRAINING,
        *CERTIFICATE,
        *LOOKS,
        *CALLS,
        "accounts.view_all_looks",
        "accounts.view_signinevent",
        "accounts.export_customer",
        "cpni.ask_past_approval",
        "cpni.print_evidence",
        "cpni.print_disclosure",
        "cpni.export_reconciliation",
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

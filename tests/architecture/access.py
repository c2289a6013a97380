"""Who may open what: every address of the site, in one readable table (domain.md 9.3).

A letter stands for a role that may: R representative, S supervisor, M marketing, O compliance
officer, A auditor; – is someone who signs in and has no role, ? is nobody (not signed in). An
address that is missing here fails the test, and so does one that is here and no more.
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
    "accounts.authoriseduser": ("SOA", "", "", "SOA"),
    "accounts.authenticationtry": ("SOA", "", "", ""),
    "accounts.businessexemption": ("SOA", "O", "", "SOA"),
    "accounts.call": ("SOA", "", "", "SOA"),
    "accounts.accountchange": ("RSOA", "", "", ""),
    "accounts.carrier": ("RSOA", "O", "O", "SOA"),
    "accounts.customer": ("RSOA", "RO", "RSO", "RSOA"),
    "accounts.contactoptout": ("RSOA", "", "", "RSOA"),
    "accounts.customerlist": ("SMOA", "O", "O", "SOA"),
    "accounts.importbatch": ("SOA", "", "", ""),
    "accounts.lockrelease": ("SOA", "", "", ""),
    "accounts.look": ("SOA", "", "", ""),
    "accounts.unusuallook": ("SOA", "", "", "SOA"),
    "accounts.run": ("SOA", "", "", ""),
    "accounts.signinevent": ("OA", "", "", ""),
    "accounts.user": ("SOA", "O", "O", "SOA"),
    "notices.use": ("RSMOA", "", "", "RSMOA"),
    "notices.policyversion": ("RSMOA", "O", "O", "RSMOA"),
    "notices.policybinding": ("SOA", "", "", "SOA"),
    "notices.notice": ("RSMOA", "O", "O", "RSMOA"),
    "notices.campaign": ("RSMOA", "MO", "MO", "RSMOA"),
    "notices.delivery": ("RSOA", "", "", "RSOA"),
    "notices.telephonetask": ("SOA", "", "", "SOA"),
    "notices.postbatch": ("SOA", "", "", "SOA"),
    "notices.mailingstatement": ("SOA", "", "", "SOA"),
    "cpni.optoutrequest": ("RSOA", "RSO", "", "RSOA"),
    "cpni.approval": ("RSOA", "", "", "RSOA"),
    "cpni.disclosure": ("RSOA", "O", "", "RSOA"),
    "cpni.incident": ("SOA", "O", "O", "SOA"),
    "cpni.complaint": ("SOA", "SO", "", "SOA"),
    "cpni.script": ("RSOA", "O", "O", "RSOA"),
    "cpni.scriptreading": ("RSOA", "", "", ""),
    "cpni.seal": ("OA", "", "", ""),
    "cpni.historypurge": ("OA", "", "", ""),
    "cpni.retentionperiod": ("SOA", "O", "O", "SOA"),
    "cpni.legalhold": ("SOA", "O", "", "SOA"),
    "cpni.purge": ("SOA", "", "", ""),
}

# Of each record, whoever opens its list also opens its page and, by “history”, each version as it
# was; nobody deletes anything or changes a version, not even a superuser.

# What is done with a record or seen of it on pages of its own, by the last part of the name.
ACTS = {
    "accounts.accountchange": {"tell": "SO"},
    "accounts.businessexemption": {"end_exemption": "O"},
    "accounts.call": {"release_lock": "S"},
    "accounts.customer": {
        "record_choice": "RSO",
        "change_contact": "RSO",
        "record_consent": "RSO",
        "withdraw_consent": "RSO",
        "stop_marketing": "RSO",
        "allow_marketing": "RSO",
        "online_account_changed": "RSO",
        "discontinue": "RSO",
        "reconnect": "RSO",
        "merge": "O",
        "import": "O",
        "process_import": "O",
        "export": "OA",
    },
    "accounts.unusuallook": {"review": "SO"},
    "accounts.user": {"end_sessions": "O", "reset_second_factor": "O"},
    "notices.policyversion": {"publish": "O"},
    "notices.notice": {"preview": "RSMOA", "approve": "O", "new_version": "O"},
    "notices.campaign": {
        "approve": "SO",
        "schedule": "O",
        "start": "O",
        "pause": "O",
        "resume": "O",
        "make_post_batch": "O",
        "cancel": "O",
    },
    "notices.delivery": {"came_back": "O", "returned": "O"},
    "notices.telephonetask": {"call_again": "SO"},
    "notices.postbatch": {
        "make_letters": "O",
        "progress": "SOA",
        "download_letters": "O",
        "export": "O",
        "mailed": "O",
    },
    "notices.mailingstatement": {"scan": "SOA"},
    "cpni.optoutrequest": {"match": "RSO", "reject": "RSO", "take_back": "SO", "scan": "RSOA"},
    "cpni.incident": {"release": "O"},
    "cpni.complaint": {"resolve": "SO"},
    "cpni.script": {"approve": "O", "new_version": "O"},
    "cpni.legalhold": {"release": "O"},
    "cpni.purge": {"purge_now": "O"},
}
# What is about a whole list and not about one of its records.
OF_THE_LIST = ("import", "process_import", "export", "purge_now", "returned")
# Bulk actions on ticked rows, and the library's buttons that act on a plain GET: none anywhere.
# (The button of a purge leads to its page, which asks first.)
BULK_ACTIONS = {"cpni.purge.purge_now": "O"}

# Every other address, by its name, or by its pattern where it has none.
PAGES = {
    "": "RSMOA–?",  # leads to the home page
    "admin:index": "RSMOA–",
    "admin:login": "RSMOA–?",
    "admin:logout": "RSMOA–?",
    "admin:password_change": "RSMOA–",
    "admin:password_change_done": "RSMOA–",
    "admin:auth_user_password_change": "O",
    "admin:jsi18n": "RSMOA–",
    "admin:app_list": "RSMOA",
    "admin:search": "RSMOA–",  # of the menu's own words
    # Would search customers past the list, its permission and the record of looks.
    "admin:autocomplete": "",
    "admin:view_on_site": "",  # nothing here has another site to be viewed on
    "admin/(?P<url>.*)$": "",  # whatever else is asked for is not there
    "captured-mail": "RSOA",  # of the demo only
    "captured-message": "RSOA",
    # The call desk. Of a call, whoever took it; somebody else's is not there.
    "desk:find": "RSO",
    "desk:results": "RSO",
    "desk:start": "RSO",
    "desk:policy-calls": "RSO",
    "desk:policy-next": "RSO",
    "desk:supervisor": "SOA",
    "desk:call": "",
    "desk:end": "",
    "desk:say": "",
    "desk:call-back": "",
    "desk:send-code": "",
    "desk:photo": "",
    "desk:exempt": "",
    "desk:declined": "",
    "desk:edit": "",
    "desk:opt-out": "",
    "desk:stop-using": "",
    "desk:allow-marketing": "",
    "desk:ask": "",
    "desk:policy": "",
    "desk:complaint": "",
    # The public pages: for everybody; of a notice, for whoever has its link.
    "choices:without-link": "RSMOA–?",
    "choices:received": "RSMOA–?",
    "choices:notice": "RSMOA–?",
    "choices:saved": "RSMOA–?",
    "choices:policy": "RSMOA–?",
    "choices:policy-version": "RSMOA–?",
    # Signing in, and one's own account: whoever is signed in, for themselves only.
    "account_login": "RSMOA–?",
    "account_logout": "RSMOA–?",  # leads to the door
    "account_reauthenticate": "RSMOA–",
    "account_change_password": "RSMOA–",
    "account_set_password": "RSMOA–",  # says that there is none to set
    "usersessions_list": "RSMOA–",
    "end-session": "",  # of somebody else: not there
    "mfa_index": "RSMOA–",
    "mfa_activate_totp": "RSMOA–",
    "mfa_deactivate_totp": "",  # there is none to take away
    "mfa_add_webauthn": "RSMOA–",
    "mfa_list_webauthn": "RSMOA–",
    "mfa_edit_webauthn": "RSMOA–",  # asks for the password once more before it looks
    "mfa_remove_webauthn": "RSMOA–",
    "mfa_view_recovery_codes": "",  # there are none before a second factor
    "mfa_download_recovery_codes": "",
    "mfa_generate_recovery_codes": "RSMOA–",
    "mfa_authenticate": "RSMOA–?",  # between the password and the desk; leads to the door
    "mfa_login_webauthn": "RSMOA–?",  # a passkey's challenge
    "mfa_reauthenticate": "RSMOA–",  # leads to the password for whom has no second factor
    "mfa_reauthenticate_webauthn": "RSMOA–",
    "openid_connect_login": "",  # no identity provider is set up here
    "openid_connect_callback": "",
    "socialaccount_login_cancelled": "RSMOA–?",
}

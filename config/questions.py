"""The questions that officers, representatives, marketing and auditors ask, and what answers each.

Data only: to add a question, or another way to its answer, one entry here. domain.md 13 numbers
them; tests/questions opens every way and checks the answers.
"""

from config.question_ways import (
    CALL,
    PAGE,
    Group,
    ask,
    last_certificate,
    latest_campaign,
    latest_notice,
    listed,
    of_customer,
    open_breach,
    page,
    policy_now,
    timeline,
)

COVERAGE = page(
    "Coverage: everybody in one box",
    "admin:accounts_customer_coverage",
    "accounts.view_importbatch",
    "notices.view_delivery",
)
DEADLINES = page("Deadlines", "admin:cpni_incident_deadlines", "cpni.view_incident")
# A list of one customer.
ABOUT = "?account={customer}"
AT_A_CALL = "Asked and answered in the call: the call screen says it before anything is disclosed."

OFFICER = Group(
    "Compliance officer",
    (
        ask(
            1,
            "Which active customers has no CPNI notice ever reached?",
            "64.2008(a)(1), (b)",
            listed("No notice ever arrived", "accounts_customer", "?cpni=never_reached"),
            COVERAGE,
        ),
        ask(
            2,
            "Whose two-year notice falls due soon, or is overdue?",
            "64.2008(d)(2)",
            listed("Due within 60 days", "accounts_customer", "?cpni=due_soon"),
            listed("Overdue", "accounts_customer", "?cpni=overdue"),
            DEADLINES,
            note="The deadlines look 90 days ahead.",
        ),
        ask(
            3,
            "Could we use one customer’s CPNI on a given day, and what proves it?",
            "64.2009(a)",
            of_customer(
                "Answer for a past day",
                "admin:accounts_customer_past_answer",
                "cpni.ask_past_approval",
            ),
            timeline("Timeline, as of any day"),
            command="python manage.py approval_status ACCOUNT --on 2026-12-27",
        ),
        ask(
            4,
            "From which day may approval be assumed, for each customer and channel of a mailing?",
            "64.2008(d)(1)",
            listed(
                "Waiting periods that run",
                "notices_delivery",
                "?last_objection_day_from={today}",
            ),
            page(
                "Results of the latest campaign",
                "admin:notices_campaign_results",
                "notices.view_campaign",
                record=latest_campaign,
            ),
        ),
        ask(
            5,
            "Which e-mailed notices bounced, and was something else sent instead?",
            "64.2008(d)(3)(iii)",
            listed("Bounced", "notices_delivery", "?fate=bounced"),
            listed("Of these, nothing sent since", "notices_delivery", "?fate=bounced&missed=open"),
        ),
        ask(
            6,
            "Who got a notice by e-mail without having agreed to that before?",
            "64.2008(d)(3)(i)",
            listed("E-mailed without consent on record", "notices_delivery", "?missed=consent"),
        ),
        ask(
            7,
            "Which notice did one customer get, in which language; is anything missing from it or"
            " only partly translated?",
            "64.2008(c)",
            timeline("Notices sent to a customer", "?kind=notice"),
            page(
                "Content check of the latest notice",
                "admin:notices_notice_content_check",
                "notices.view_notice",
                record=latest_notice,
            ),
        ),
        ask(
            8,
            "Whom does the policy in force name as recipients, and does any campaign send to"
            " another?",
            "64.2008(c)(2)",
            page(
                "Policy in force",
                "admin:notices_policyversion_change",
                "notices.view_policyversion",
                record=policy_now,
            ),
            listed("Campaigns to a recipient not named", "cpni_marketingcampaign", "?named=no"),
        ),
        ask(
            9,
            "Which recipients are independent contractors or joint-venture partners, and did we"
            " have opt-in for all that they were given?",
            "64.2007(b)",
            listed("They and other third parties", "cpni_recipient", "?needs=opt_in"),
            listed("Given to them", "cpni_disclosure", "?optin=given"),
            listed("Given without opt-in", "cpni_disclosure", "?optin=missing"),
        ),
        ask(
            10,
            "Did every way to opt out work around the clock this month; was a failure more than an"
            " anomaly?",
            "64.2008(d)(3)(v), 64.2009(f)",
            listed("Tests of this month", "cpni_probe", "?sent_at_from={month}"),
            listed("Tests that failed", "cpni_probe", "?state__exact=failed"),
            listed("Incidents", "cpni_incident"),
        ),
        ask(
            11,
            "When did we discover the failure, when do the five business days end, is the letter"
            " complete?",
            "64.2009(f)",
            listed("Open incidents", "cpni_incident", "?status=open"),
            listed("Letters to the FCC", "cpni_incidentletter"),
            DEADLINES,
        ),
        ask(
            12,
            "What goes into this year’s certificate?",
            "64.2009(e)",
            page(
                "Figures of the certificate",
                "admin:cpni_annualcertificate_figures",
                "cpni.view_annualcertificate",
                record=last_certificate,
            ),
            listed("All certificates", "cpni_annualcertificate"),
        ),
        ask(
            13,
            "Which approvals rest on evidence older than two years, or soon old enough to be"
            " purged?",
            "64.2007(a)(3)",
            listed("Older than two years", "cpni_approval", "?evidence=old"),
            listed("Soon old enough to be purged", "cpni_approval", "?evidence=ending"),
        ),
        ask(
            14,
            "Which objections came on paper, how long until they were entered, and was CPNI used"
            " in between?",
            "64.2007(a)(2)",
            listed("Objections by letter", "cpni_optoutrequest", "?route__exact=letter"),
            page(
                "From receipt to entry",
                "admin:cpni_optoutrequest_entering_times",
                "cpni.view_optoutrequest",
            ),
            listed("CPNI used in between", "cpni_optoutrequest", "?between=used"),
        ),
        ask(
            15,
            "After a new billing system or an acquisition: do the states agree, was an opt-out"
            " lost?",
            "64.2009(a)",
            listed("Reconciliations", "cpni_reconciliation"),
            COVERAGE,
            command="python manage.py reconcile EXPORT.csv",
        ),
        ask(
            16,
            "Which approvals of Arizona customers reach a year without having been verified?",
            "A.A.C. R14-2-2108",
            listed("60 days left or fewer", "cpni_approval", "?verification=60"),
            listed("Not verified in time", "cpni_approval", "?verification=past"),
            listed("Not verified yet", "cpni_approval", "?verification=all"),
        ),
        ask(
            17,
            "What would change in an open breach if the new rule were in force?",
            "64.2011, FCC 23-111",
            page(
                "The latest open breach under both rules",
                "admin:cpni_breach_compare_rules",
                "cpni.view_breach",
                record=open_breach,
            ),
            listed("Open breaches", "cpni_breach", "?status=open"),
        ),
    ),
)

REPRESENTATIVE = Group(
    "Support representative",
    (
        ask(
            18,
            "May I speak of call detail with this caller now; if not, what may I do instead?",
            "64.2010(b)",
            CALL,
            listed("Authentications", "accounts_authenticationtry", ABOUT, about_customer=True),
            note=AT_A_CALL,
        ),
        ask(
            19,
            "The caller forgot the password: what may I ask instead, and what never?",
            "64.2010(e)",
            CALL,
            listed("Failed tries", "accounts_authenticationtry", "?result__exact=failed"),
            note=AT_A_CALL,
        ),
        ask(
            20,
            "Is this address “of record” yet, and if not, from which day?",
            "64.2003(b)",
            PAGE,
            CALL,
            note="Under “How to reach them”.",
        ),
        ask(
            21,
            "Which number is the telephone number of record, and which is for contact only?",
            "64.2003(q)",
            PAGE,
            CALL,
            note="Under “Services and policy” and “How to reach them”.",
        ),
        ask(
            22,
            "The address was changed: was the customer told at the old one, when, by which means?",
            "64.2010(f)",
            listed("Changes of an account", "accounts_accountchange", ABOUT, about_customer=True),
            listed("Changes of which nothing told", "accounts_accountchange", "?told=no"),
        ),
        ask(
            23,
            "The caller wants a service of another kind: may I offer it, and which script asks for"
            " consent on this call?",
            "64.2008(f), 222(d)(3)",
            CALL,
            PAGE,
            listed("Scripts", "cpni_script", "?status__exact=approved"),
        ),
        ask(
            24,
            "“Stop using my information”: is it about CPNI, e-mail or calls, and what do I tick?",
            "64.2007, CAN-SPAM, TCPA",
            CALL,
            PAGE,
            listed("Marketing stopped by channel", "accounts_contactoptout"),
            note="“Stop using my information” on the call screen asks which, and records each.",
        ),
        ask(
            25,
            "The caller wants to opt back in: what is needed?",
            "64.2007(a)(1), 64.2008(e)",
            CALL,
            listed("Scripts", "cpni_script", "?kind__exact=opt_back"),
        ),
        ask(
            26,
            "May this person speak for the account, and by what authority?",
            "64.2010(a)",
            CALL,
            listed(
                "Authorised users of an account",
                "accounts_authoriseduser",
                ABOUT,
                about_customer=True,
            ),
        ),
        ask(
            27,
            "Does this business have a contract of its own, and who is its account representative?",
            "64.2010(g)",
            CALL,
            listed(
                "Contracts of an account",
                "accounts_businessexemption",
                ABOUT,
                about_customer=True,
            ),
        ),
        ask(
            28,
            "Records are to go to the customer’s lawyer: is there a written request on file?",
            "222(c)(2)",
            listed(
                "Written requests of an account",
                "cpni_requesteddisclosure",
                ABOUT,
                about_customer=True,
            ),
        ),
    ),
)

MARKETING = Group(
    "Marketing and supervisor",
    (
        ask(
            29,
            "How many of this audience may be used for this purpose, and why were others left out?",
            "64.2005, 64.2007",
            listed("Marketing campaigns", "cpni_marketingcampaign"),
            listed("Customers left out", "cpni_leftout"),
            listed("Audience files", "cpni_audiencefile"),
        ),
        ask(
            30,
            "Does this campaign use CPNI, and which?",
            "64.2009(c)",
            listed("Campaigns that use CPNI", "cpni_marketingcampaign", "?uses_cpni__exact=1"),
            page(
                "Register of the year",
                "admin:cpni_marketingcampaign_register",
                "cpni.view_marketingcampaign",
            ),
        ),
        ask(
            31,
            "Does it stay within the services that each customer has, and so needs no approval?",
            "64.2005(a)",
            listed("It does", "cpni_marketingcampaign", "?within=yes"),
            listed("It does not", "cpni_marketingcampaign", "?within=no"),
        ),
        ask(
            32,
            "Who approved the request for it, and was that someone else than who asked?",
            "64.2009(d)",
            listed("Reviewed campaigns", "cpni_marketingcampaign", "?status__exact=reviewed"),
            listed("Mailings and who approved them", "notices_campaign"),
        ),
        ask(
            33,
            "Somebody opted out after the planning and before the sending: were they left out?",
            "64.2009(a)",
            listed("Left out as opted out", "cpni_leftout", "?why=opted_out"),
            listed("Cancelled before sending", "notices_delivery", "?fate=cancelled"),
            listed("Campaigns, with what was left out", "cpni_marketingcampaign"),
        ),
        ask(
            34,
            "Could the selection find out who calls a competitor?",
            "64.2005(b)(2)",
            listed("It could", "cpni_marketingcampaign", "?finds_competitors__exact=1"),
            listed("Not asked yet", "cpni_marketingcampaign", "?status__exact=draft"),
            note="The reviewer answers it for each campaign; one that could is not approved.",
        ),
    ),
)

AUDITOR = Group(
    "Auditor, officer and counsel",
    (
        ask(
            35,
            "Every use of one customer’s CPNI in the last twelve months: to whom, by which"
            " approval?",
            "64.2009(c), Cal. PUC 2891(b)",
            listed("Uses of a customer’s CPNI", "cpni_disclosure", ABOUT, about_customer=True),
            of_customer(
                "Letter to the customer",
                "admin:accounts_customer_print_disclosures",
                "cpni.print_disclosure",
            ),
        ),
        ask(
            36,
            "For 25 assumed approvals at random: the notice’s text, the mailing proof, the waiting"
            " period, that nobody objected.",
            "64.2007, 64.2008",
            page(
                "Random sample",
                "admin:cpni_approval_sample",
                "cpni.view_approval",
                "cpni.print_evidence",
            ),
        ),
        ask(
            37,
            "Had everyone who saw CPNI last quarter been trained, agents of contractors included?",
            "64.2009(b)",
            page(
                "Trained when they looked?",
                "admin:accounts_acknowledgement_looked",
                "accounts.view_acknowledgement",
            ),
        ),
        ask(
            38,
            "Does anyone look at unusually many records?",
            "64.2010(a)",
            listed("Unusual looks to be reviewed", "accounts_unusuallook", "?review=open"),
            listed("All looks", "accounts_look"),
        ),
        ask(
            39,
            "The recording and the script of each approval given orally.",
            "64.2007(a)(1)",
            listed("Scripts read and agreed to", "cpni_scriptreading", "?answer__exact=yes"),
            listed(
                "Opted in by telephone",
                "cpni_optoutrequest",
                "?wish__exact=opt_in&route__exact=telephone",
            ),
        ),
        ask(
            40,
            "What is under legal hold, or past its time and still relied on?",
            "64.2007-2009, 64.2011(d)",
            listed("Holds in force", "cpni_legalhold", "?released_on__isempty=1"),
            page("Kept past its time", "admin:cpni_purge_kept", "cpni.view_purge"),
            command="python manage.py purge",
            note="The command changes nothing unless --do is added.",
        ),
        ask(
            41,
            "Who was marketed to before their waiting period was over, ever? There should be"
            " nobody.",
            "64.2008(d)(1)",
            listed("Used while the waiting period ran", "cpni_disclosure", "?window=open"),
        ),
        ask(
            42,
            "Can anyone change or delete the history of consent?",
            "64.2009(a), (c)",
            page("Who can change history", "admin:cpni_seal_rights", "cpni.view_seal"),
            listed("Seals of history", "cpni_seal"),
            command="python manage.py verify_history",
        ),
    ),
)

GROUPS = (OFFICER, REPRESENTATIVE, MARKETING, AUDITOR)
QUESTIONS = {question.number: question for group in GROUPS for question in group.questions}

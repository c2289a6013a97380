"""The lines that a notice must have, as data: section, how it reads, why, and the remedy. Pure."""

from notices.content_check import contradictions, languages
from notices.content_check.facts import (
    ACCOUNT_CHANGE,
    BODIES,
    EMAIL,
    LETTER,
    ONE_TIME_CODE,
    POLICY_CHANGE,
    SUBJECT,
)
from notices.content_check.line import EVERY, Line
from notices.elements import NO_EFFECT, RIGHT_AND_DUTY, UNTIL_REVOKED, Element


def line_of(element: Element, *, why: str, remedy: str) -> Line:
    """A required line from an element that scripts are asked for too."""
    return Line(**vars(element), why=why, remedy=remedy)


REQUIRED = (
    Line(
        "complete",
        "each language has all parts: subject, and a text for each form that it goes by",
        "64.2008(c)(6)",
        why="Who gets a notice in a language gets all of it in that language.",
        remedy="Fill in the part that is empty, or take the language off the notice.",
        concerns=EVERY,
        forms=(SUBJECT, *BODIES),
        wrong=languages.empty_parts,
    ),
    Line(
        "translated",
        "if any portion is translated, all of it is",
        "64.2008(c)(6)",
        why="A customer who reads only one of the languages must miss nothing.",
        remedy="Translate the portion, and name the same numbers and addresses in each language.",
        concerns=EVERY,
        forms=(SUBJECT, *BODIES),
        wrong=languages.left_untranslated,
    ),
    Line(
        "subject",
        "a subject that says what it is",
        "64.2008(d)(3)(iv)",
        r"\bCPNI\b|customer proprietary network|"
        r"\b(?:telephone|account|calling|service)\b[^.?!¶]*\binformation\b",
        r"\bCPNI\b|\b(?:información|datos)\b[^.?!¶]*\b(?:telefón\w+|cuenta|llamadas|servicio)\b",
        why="The subject line must clearly and accurately identify the subject of the e-mail.",
        remedy="Say in it that it is about CPNI, or about telephone account information.",
        forms=(SUBJECT,),
    ),
    line_of(
        RIGHT_AND_DUTY,
        why="The notice states that the customer has a right, and the carrier a duty, under federal"
        " law, to protect the confidentiality of CPNI. “Subject to laws” does not say so.",
        remedy="Write: “Under federal law, you have a right to have your CPNI kept confidential,"
        " and we have a duty to protect it.”",
    ),
    Line(
        "types",
        "the types of information that are CPNI",
        "64.2008(c)(2)",
        r"(?=[^¶]*\bquantity\b)(?=[^¶]*\btechnical configuration\b)(?=[^¶]*\btype\b)"
        r"(?=[^¶]*\bdestination\b)[^¶]*\bamount of use\b",
        r"(?=[^¶]*\bcantidad\b)(?=[^¶]*\bconfiguración técnica\b)(?=[^¶]*\btipo\b)"
        r"(?=[^¶]*\bdestino\b)[^¶]*\b(?:volumen|cantidad) de uso\b",
        why="The notice specifies the types of information that are CPNI (47 USC 222(h)(1)(A)).",
        remedy="Write: “the quantity, technical configuration, type, destination, location and"
        " amount of use of the telecommunications services that you have from us”.",
    ),
    Line(
        "location",
        "location, which the law names among them",
        "47 USC 222(h)(1)(A)",
        r"\b(?:quantity|destination)\b[^.?!¶]*\blocation\b"
        r"|\blocation\b[^.?!¶]*\bamount of use\b",
        r"\b(?:cantidad|destino)\b[^.?!¶]*\b(?:ubicación|localización)\b",
        why="Definitions from before 1999 leave out location, which has been part of CPNI since.",
        remedy="Add “location” to the types of information.",
    ),
    Line(
        "bills",
        "what bills contain, which is CPNI too",
        "47 USC 222(h)(1)(B)",
        r"\bbills?\b[^.?!¶]*\bservices?\b",
        r"\bfacturas?\b[^.?!¶]*\bservicios?\b",
        why="Information in bills for local and long-distance service is CPNI by itself.",
        remedy="Write: “what your bills for local and long-distance telephone service contain”.",
    ),
    Line(
        "entities",
        "the specific entities that will receive it, by name",
        "64.2008(c)(2)",
        why="The notice specifies the entities that will receive CPNI. “Our family of companies”"
        " or “trusted agents” names nobody.",
        remedy="Name the carrier for its own use, and each agent and affiliate that will get it.",
        wrong=contradictions.unnamed_recipients,
    ),
    Line(
        "recipients",
        "the recipients that the notice asks for, and no others",
        "64.2008(c)(2)",
        why="What is asked must be what the words say: an approval covers only the recipients that"
        " both the notice's uses and its text have.",
        remedy="Take the mention out, or ask approval for that use.",
        wrong=contradictions.recipients_not_asked_for,
    ),
    Line(
        "purposes",
        "the purposes for which it will be used",
        "64.2008(c)(2)",
        r"\bcommunications?[- ]related (?:products?|services?)\b",
        r"\bservicios relacionados con las (?:tele)?comunicaciones\b",
        why="The notice states the purposes of each use.",
        remedy="Say what for, such as: “to offer you communications-related services that you do"
        " not have from us now”.",
    ),
    Line(
        "solicitation",
        "the request for approval, in the same notice",
        "64.2008(c)(10)",
        r"\bwe (?:ask|request|seek)\b[^.?!¶]*\b(?:approval|permission|consent)\b"
        r"|\bwould (?:also )?like to (?:use|share|disclose)\b",
        r"\b(?:le )?(?:pedimos|solicitamos)\b[^.?!¶]*\b(?:autorización|permiso|consentimiento)\b"
        r"|\bquisiéramos (?:usar|compartir|divulgar)\b",
        why="The solicitation of approval must be proximate to the notice of the rights.",
        remedy="Write: “We ask for your approval to use your CPNI to …”.",
    ),
    Line(
        "disapprove",
        "the right to disapprove those uses",
        "64.2008(c)(2)",
        r"\bright to (?:disapprove|deny|refuse|say no|object)\b",
        r"(?<!ejercido su )derecho a (?:no autorizar|negar|rechazar|oponer)",
        why="The notice informs the customer of the right to disapprove those uses.",
        remedy="Write: “You have the right to disapprove of these uses.”",
    ),
    Line(
        "withdraw",
        "that approval can be denied or withdrawn at any time",
        "64.2008(c)(2)",
        r"\b(?:deny|withdraw|revoke)\b[^.?!¶]*\bat any time\b",
        r"\b(?:negar|retirar|revocar)\b[^.?!¶]*\ben cualquier momento\b",
        why="The right to deny or withdraw access to CPNI does not end with the waiting period.",
        remedy="Write: “You may deny or withdraw your approval at any time.”",
    ),
    Line(
        "steps",
        "the precise steps by which to say no",
        "64.2008(c)(3)",
        r"\{\{ ?(?:optout_number|optout_address|optout_email|choice_link) ?\}\}"
        r"|\breply\b|\b(?:write|writing|letter)\b[^.?!¶]*\b(?:to|address)\b|\bcall\b[^.?!¶]*\d{3}",
        r"\{\{ ?(?:optout_number|optout_address|optout_email|choice_link) ?\}\}"
        r"|\brespond\w*\b|\bescrib\w+\b|\bllam\w+\b[^.?!¶]*\d{3}",
        why="The notice advises the customer of the precise steps to grant or deny access.",
        remedy="Give the number, the address and the page on the web, by their placeholders.",
    ),
    Line(
        "free_24_hours",
        "a way to say no that is free of charge, 24 hours a day, 7 days a week",
        "64.2008(d)(3)(v)",
        r"(?:^|(?<=[.?!¶]))(?=[^.?!¶]*(?:\bfree\b|\btoll-free\b|\bno (?:additional |extra )?"
        r"(?:cost|charge)\b))(?=[^.?!¶]*(?:\b24 ?hours\b|\b24/7\b|\baround the clock\b))[^.?!¶]+",
        r"(?:^|(?<=[.?!¶]))(?=[^.?!¶]*(?:\bsin (?:ningún )?(?:costo|cargo)\b|\bgrat))"
        r"(?=[^.?!¶]*\b24 horas\b)[^.?!¶]+",
        why="Every customer needs a way to opt out at no additional cost that works at any hour. A"
        " letter needs a stamp.",
        remedy="Write: “Call {{ optout_number }}, free of charge, 24 hours a day, 7 days a week.”",
    ),
    Line(
        "reply",
        "that customers can opt out by replying to the e-mail",
        "64.2008(d)(3)(ii)",
        r"\brepl(?:y|ying) (?:directly )?to this (?:e-?mail|message)\b",
        r"\brespond\w+ (?:directamente )?a este (?:correo|mensaje)\b",
        why="Customers must be able to reply directly to an e-mail notice in order to opt out.",
        remedy="Write: “Reply to this e-mail with the words OPT OUT.”",
        forms=(EMAIL,),
    ),
    line_of(
        NO_EFFECT,
        why="The notice states that a denial does not affect the services that the customer has.",
        remedy="Write: “Your denial will not affect any service that you have from us.”",
    ),
    line_of(
        UNTIL_REVOKED,
        why="An approval or denial is valid until the customer revokes or limits it.",
        remedy="Write: “Your approval or denial is valid until you revoke or limit it.”",
    ),
    Line(
        "waiting",
        "the waiting period, as it is set",
        "64.2008(d)(1)",
        r"\{\{ ?waiting_days ?\}\}|\b\d+[- ](?:calendar )?days?\b(?! a week)"
        r"|\b(?:thirty|forty|sixty|ninety)(?:-\w+)? days\b",
        r"\{\{ ?waiting_days ?\}\}|\b\d+ días\b(?! (?:de|a) la semana)"
        r"|\b(?:treinta|cuarenta|sesenta|noventa)(?: y \w+)? días\b",
        why="Customers are told how long the carrier waits before it assumes approval.",
        remedy="Write the days as {{ waiting_days }}: then they are always those of the setting.",
        wrong=contradictions.other_waiting_days,
    ),
    Line(
        "silence",
        "that approval is assumed from whoever does not object",
        "64.2008(c)(3)",
        r"\b(?:assume|presume|consider|deem)\b[^.?!¶]*\b(?:approv\w+|consent\w*|agree\w*)",
        r"\b(?:supondremos|asumiremos|consideraremos|entenderemos)\b",
        why="Silence is how approval is granted, so that is one of the steps to be told.",
        remedy="Write: “If you have not objected by the end of it, we will assume that you"
        " approve.”",
    ),
    Line(
        "earlier",
        "that an earlier opt-out stands and nothing need be done for it",
        "64.2008(f)(2)(i)",
        r"\b(?:opted[- ]out|said no)\b[^.?!¶]*\b(?:stands?|remains?|no action|not need|need not)\b",
        r"\b(?:negado|negó|negarse)\b[^.?!¶]*\b(?:sigue|mantiene|no (?:tiene|necesita))\b",
        why="Only a one-time notice on a call may leave out that previous opt-outs stand.",
        remedy="Write: “If you have opted out before, your choice stands. You do not need to do"
        " anything.”",
    ),
    Line(
        "type_size",
        "letters in type of 12 points or more",
        "64.2008(c)(5)",
        why="A written notice is clearly legible and in sufficiently large type.",
        remedy="Have the template of letters set in 12 points.",
        concerns=EVERY,
        forms=(LETTER,),
        wrong=contradictions.small_type,
    ),
    Line(
        "what_changes",
        "what the new version of the policy changes",
        "Privacy policy",
        r"\b(?:adds|removes|replaces|allows? us|lets? us)\b",
        r"\b(?:añade|agrega|elimina|sustituye|permit\w+)\b",
        why="The policy promises that customers learn of a change before it governs them.",
        remedy="Say what it adds or removes.",
        concerns=(POLICY_CHANGE,),
    ),
    Line(
        "from_when",
        "from when",
        "Privacy policy",
        r"\{\{ ?policy_effective_on ?\}\}",
        r"\{\{ ?policy_effective_on ?\}\}",
        why="A change has a day from which it is effective.",
        remedy="Write {{ policy_effective_on }}, which is the day of the version.",
        concerns=(POLICY_CHANGE,),
    ),
    Line(
        "collected_under",
        "what governs the information that was collected before",
        "Privacy policy",
        r"\bcollected\b[^.?!¶]*\b(?:govern\w*|appl\w+)\b",
        r"\b(?:obtuvo|recopil\w+)\b[^.?!¶]*\b(?:rig\w+|aplic\w+)\b",
        why="Information is used in accordance with the policy under which it was collected.",
        remedy="Say which version goes on governing it, and until when.",
        concerns=(POLICY_CHANGE,),
    ),
    Line(
        "subject_change",
        "a subject that says that something was changed",
        "64.2010(f)",
        r"\bchang",
        r"\bcambi",
        why="Who did not make the change must see at once that there was one.",
        remedy="Write: “Something was changed on your account”.",
        concerns=(POLICY_CHANGE, ACCOUNT_CHANGE),
        forms=(SUBJECT,),
    ),
    Line(
        "change",
        "what kind of thing was changed",
        "64.2010(f)",
        r"\{\{ ?change ?\}\}",
        r"\{\{ ?change ?\}\}",
        why="The notice tells of the change, but not what it was or is now.",
        remedy="Write {{ change }}, which names the kind of thing and nothing more.",
        concerns=(ACCOUNT_CHANGE,),
        forms=BODIES,
    ),
    Line(
        "whom_to_call",
        "whom to call about it",
        "64.2010(f)",
        r"\{\{ ?(?:support|optout)_number ?\}\}",
        r"\{\{ ?(?:support|optout)_number ?\}\}",
        why="Somebody may be trying to get at the account.",
        remedy="Write {{ support_number }}.",
        concerns=(ACCOUNT_CHANGE, ONE_TIME_CODE),
        forms=BODIES,
    ),
    Line(
        "code",
        "the code",
        "64.2010(e)",
        r"\{\{ ?code ?\}\}",
        r"\{\{ ?code ?\}\}",
        why="Without it there is nothing to read to the representative.",
        remedy="Write {{ code }}.",
        concerns=(ONE_TIME_CODE,),
        forms=BODIES,
    ),
)

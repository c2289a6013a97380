"""All lines of the content check, and those that are forbidden, permitted or judged. Pure."""

from notices.content_check import contradictions
from notices.content_check.facts import BODIES, SUBJECT
from notices.content_check.line import EVERY, Line, Sort
from notices.content_check.required import REQUIRED

FORBIDDEN = (
    Line(
        "contractors",
        "independent contractors or joint-venture partners in an opt-out notice",
        "64.2007(b)",
        r"\bindependent contractors?\b|\bjoint[- ]venture|\bbusiness partners?\b",
        r"\bcontratistas?\b|\bempresas? conjuntas?\b|\bsocios comerciales\b",
        Sort.FORBIDDEN,
        why="Since December 2007 they may get CPNI for marketing only by opt-in: silence approves"
        " nothing for them.",
        remedy="Take them out of this notice, and ask for their use by opt-in.",
    ),
    Line(
        "freeze",
        "urging customers to freeze access by others",
        "64.2008(c)(8)",
        r"\b(?:freeze|lock|block)\b[^.?!¶]*\b(?:third[- ]part\w+|others|competitors?"
        r"|other (?:carriers|companies)|access)\b",
        r"\b(?:congel\w+|bloque\w+)\b[^.?!¶]*\b(?:terceros|otr[ao]s|competidores|acceso)\b",
        Sort.FORBIDDEN,
        why="A notice may not encourage a customer to freeze third-party access to CPNI.",
        remedy="Take it out.",
    ),
    Line(
        "promotional",
        "promotional words",
        "64.2008(c)(3), (c)(4)",
        r"\b(?:cost-?)?sav(?:e|es|ings?)\b|\bdiscount\w*|\bpromotion\w*|\bbargain\w*"
        r"|\bbundle[ds]?\b|\bspecial (?:offers?|prices?|deals?)\b"
        r"|\bexclusive (?:offers?|deals?)\b|\bbest\b|\bbetter\b"
        r"|\blimited[- ]time\b|\bact now\b|\bhurry\b|\bdon[’']t miss\b"
        r"|\bfree (?:gift|month|trial)\b|!",
        r"\bahorr\w*|\bdescuentos?\b|\bpromoci\w+|\bgangas?\b|\bofertas? (?:especial|exclusiv)\w*"
        r"|\bmejor(?:es|ar)?\b|\bpaquetes?\b|\bno se (?:lo )?pierda\b|\bgratis por\b|!",
        Sort.FORBIDDEN,
        why="Consequences are told briefly, clearly and neutrally, and a notice is not"
        " misleading. Promotion also makes it commercial mail (15 USC 7702).",
        remedy="Say it in neutral words, or leave it out.",
        concerns=EVERY,
        forms=(SUBJECT, *BODIES),
    ),
    Line(
        "ends_with_service",
        "an opt-out that ends with the service",
        "64.2007(a)(2)",
        r"\b(?:denial|disapproval|opt[- ]?out|objection)\b[^.?!¶]*\b(?:services?|account)\b[^.?!¶]*"
        r"\b(?:discontinued|disconnected|terminated|cancell?ed|closed|ends?)\b",
        r"\b(?:negativa|rechazo|oposición)\b[^.?!¶]*\b(?:servicios?|cuenta)\b[^.?!¶]*"
        r"\b(?:termin\w+|cancel\w+|interrump\w+|finali\w+)\b",
        Sort.FORBIDDEN,
        why="A denial lasts until the customer revokes or limits it. Who comes back has said no.",
        remedy="Say it of the approval alone: “An approval also ends when your service ends.”",
    ),
    Line(
        "inconsistent",
        "“we do not share it” beside words that share it with others",
        "64.2008(c)(4)",
        sort=Sort.FORBIDDEN,
        why="A notice that says both is misleading.",
        remedy="Say with whom it is shared, and that nobody else receives it for this purpose.",
        wrong=contradictions.shares_and_does_not,
    ),
    Line(
        "dated",
        "a day of writing that goes stale",
        "64.2008(d)(2)",
        r"\b(?:updated|revised|last changed|effective|as of)\b:? (?:on )?(?:\d{1,2}/\d{1,2}/\d{2,4}"
        r"|\w+ \d{1,2}, \d{4})",
        r"\b(?:actualizad[oa]|revisad[oa]|vigente)\b[^.?!¶]{0,20}(?:\d{1,2}/\d{1,2}/\d{2,4}"
        r"|\d{1,2} de \w+ de \d{4})",
        Sort.FORBIDDEN,
        why="A notice is repeated every two years; a day in its words shows which one was not, and"
        " is no mailing date.",
        remedy="Leave it out: each delivery has its mailing date, and the policy its"
        " {{ policy_effective_on }}.",
    ),
    Line(
        "another_matter",
        "the web site's visitors, cookies or marketing mail in the same text",
        "64.2008(c)(4); 16 CFR 316",
        r"\bcookies?\b|\b(?:web ?)?site (?:users|visitors)\b|\bvisitors?\b|\bnewsletters?\b"
        r"|\be-?mails?\b[^.?!¶]*\b(?:events?|specials?|sales|upgrades?|offers?)\b",
        r"\bcookies?\b|\bvisitantes?\b|\bboletín\b"
        r"|\bcorreos?\b[^.?!¶]*\b(?:eventos?|ofertas?|novedades)\b",
        Sort.FORBIDDEN,
        why="CPNI is customers' (64.2003(f)); whether they get marketing mail is another choice."
        " One text about both is not clear.",
        remedy="Leave it to the privacy policy.",
    ),
)

PERMITTED = (
    Line(
        "address",
        "an opt-out address by post that is the carrier's",
        "64.2008(c)(3)",
        r"\{\{ ?optout_address ?\}\}",
        r"\{\{ ?optout_address ?\}\}",
        Sort.PERMITTED,
        why="Objections that go elsewhere are lost.",
        remedy="Write {{ optout_address }}: it is always the carrier's present one.",
        wrong=contradictions.other_address,
    ),
    Line(
        "numbers",
        "telephone numbers and e-mail addresses that are the carrier's",
        "64.2008(c)(3)",
        r"\{\{ ?(?:optout_number|support_number|optout_email) ?\}\}",
        r"\{\{ ?(?:optout_number|support_number|optout_email) ?\}\}",
        Sort.PERMITTED,
        why="Objections that go elsewhere are lost.",
        remedy="Write {{ optout_number }}, {{ support_number }} or {{ optout_email }}.",
        concerns=EVERY,
        forms=BODIES,
        wrong=contradictions.other_numbers,
    ),
    Line(
        "officer",
        "the compliance officer's present name",
        "64.2008(c)(3)",
        r"\{\{ ?officer_name ?\}\}",
        r"\{\{ ?officer_name ?\}\}",
        Sort.PERMITTED,
        why="Names of people go stale while copies of the notice stay in circulation.",
        remedy="Write {{ officer_name }}.",
        wrong=contradictions.other_officer,
    ),
    Line(
        "tailored",
        "that approval may help to tailor offers, or that the customer can have it disclosed",
        "64.2008(c)(7)",
        r"\b(?:tailor\w*|help us|enhance)\b|\bin writing\b",
        r"\b(?:adaptar|ayudar\w*|adecuad\w+)\b|\bpor escrito\b",
        Sort.PERMITTED,
        why="Both may be said: that it may enhance the carrier's ability to offer what suits the"
        " customer, and that the carrier may be compelled to disclose it on a written request.",
        remedy="Nothing is to be done.",
    ),
)

JUDGED = (
    Line(
        "comprehensible",
        "it is comprehensible and not misleading",
        "64.2008(c)(4)",
        sort=Sort.JUDGED,
        why="Only a reader can tell.",
        remedy="Read it as a customer who hears of CPNI for the first time, in each language.",
        concerns=EVERY,
        forms=(SUBJECT, *BODIES),
    ),
    Line(
        "neutral",
        "what it says of the consequences of a denial is brief, clear and neutral",
        "64.2008(c)(3)",
        r"\b(?:only means|consequences?|may be limited|unable to|not be able to)\b",
        r"\b(?:solo significa|consecuencias?|limitad[oa]s?|no podremos)\b",
        Sort.JUDGED,
        why="It need not be said; if it is, it may not press the customer.",
        remedy="Say what is not done then, in one sentence.",
    ),
    Line(
        "apparent",
        "it is legible, and placed so that it is readily apparent",
        "64.2008(c)(5)",
        sort=Sort.JUDGED,
        why="A right that is told at the end of page two is not readily apparent.",
        remedy="Look at the preview in each form; say at the top that the customer can object.",
    ),
    Line(
        "means_the_same",
        "the languages say the same",
        "64.2008(c)(6)",
        sort=Sort.JUDGED,
        why="Words show that a portion is there, not that it is translated rightly.",
        remedy="Have someone read it who knows both languages.",
        concerns=EVERY,
        forms=(SUBJECT, *BODIES),
        languages=2,
    ),
)

LINES: dict[str, Line] = {line.code: line for line in (*REQUIRED, *FORBIDDEN, *PERMITTED, *JUDGED)}

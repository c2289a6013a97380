"""The content check, line by line: words that pass, words that fail, and what a person judges."""

import pytest

from notices.content_check import LINES, Part, State
from tests.notices.content import by_line, english, facts, failing, standard

# Of each line that words decide: words that have it, words that do not, in English and Spanish.
REQUIRED = {
    "right_and_duty": (
        "Federal law gives you a right to confidentiality and us the duty to keep it.",
        "CPNI is subject to federal and state laws. You have a right, and we have a duty.",
        "La ley federal le da el derecho y a nosotros el deber.",
        "Usted tiene derecho y nosotros el deber.",
    ),
    "types": (
        "the quantity, technical configuration, type, destination, location and amount of use",
        "the numbers that you call",
        "la cantidad, la configuración técnica, el tipo, el destino y el volumen de uso",
        "los números a los que llama",
    ),
    "location": (
        "the quantity, type, destination, location and amount of use",
        "the quantity, type, destination, and amount of use. Our location is Midvale.",
        "la cantidad, el destino, la ubicación y el volumen de uso",
        "la cantidad, el destino y el volumen de uso",
    ),
    "bills": (
        "what your bills for telephone service contain",
        "what you pay",
        "lo que contienen sus facturas de servicio telefónico",
        "lo que usted paga",
    ),
    "purposes": (
        "to offer you communications-related services",
        "to make you happy",
        "para ofrecerle servicios relacionados con las comunicaciones",
        "para alegrarle",
    ),
    "solicitation": (
        "We ask for your approval.",
        "Approval is a fine thing.",
        "Le pedimos su autorización.",
        "La autorización es buena.",
    ),
    "disapprove": (
        "You have the right to disapprove of this.",
        "You may call us.",
        "Usted tiene derecho a no autorizar esto.",
        "Usted ya había ejercido su derecho a negarse.",
    ),
    "withdraw": (
        "You may deny or withdraw it at any time.",
        "You may call at any time. You may withdraw.",
        "Puede negar o retirar su autorización en cualquier momento.",
        "Llame en cualquier momento.",
    ),
    "steps": (
        "Call {{ optout_number }}.",
        "You may opt out.",
        "Llame al {{ optout_number }}.",
        "Usted puede negarse.",
    ),
    "free_24_hours": (
        "Call {{ optout_number }}, toll-free, 24 hours a day.",
        "Call us, free of charge. We answer letters within 24 hours.",
        "Llame, sin costo, las 24 horas del día.",
        "Llame sin costo. Contestamos en 24 horas.",
    ),
    "reply": (
        "Reply to this e-mail with OPT OUT.",
        "Do not answer.",
        "Responda a este correo electrónico.",
        "No conteste.",
    ),
    "no_effect": (
        "A denial will not affect any service.",
        "A denial will affect your services.",
        "Su negativa no afectará a ningún servicio.",
        "Su negativa afectará a sus servicios.",
    ),
    "until_revoked": (
        "It is valid until you revoke or limit it.",
        "It is valid for two years.",
        "Es válida hasta que usted la revoque.",
        "Es válida por dos años.",
    ),
    "waiting": (
        "You have {{ waiting_days }} days, 24 hours a day, 7 days a week.",
        "You have some days; call 7 days a week.",
        "Tiene {{ waiting_days }} días.",
        "Llame los 7 días de la semana.",
    ),
    "silence": (
        "We will assume that you approve.",
        "We assume nothing.",
        "Supondremos que da su autorización.",
        "No suponemos nada.",
    ),
    "earlier": (
        "If you have opted out before, your choice stands.",
        "If you have opted out before, call us.",
        "Si ya se negó antes, su decisión sigue vigente.",
        "Si ya se negó antes, llámenos.",
    ),
}
FORBIDDEN = {
    "contractors": (
        "We share it with independent contractors.",
        "Our agent, Acme LLC, gets it.",
        "La compartimos con contratistas independientes.",
        "Nuestro agente, Acme LLC, la recibe.",
    ),
    "freeze": (
        "We urge you to freeze access by third parties.",
        "Call forwarding and call blocking are services.",
        "Le pedimos que congele el acceso de terceros.",
        "El bloqueo de llamadas es un servicio.",
    ),
    "promotional": (
        "You would lose promotions and cost-saving bundled services.",
        "Your CPNI will not be used to offer you services.",
        "Perdería promociones y descuentos.",
        "Su CPNI no se usará para ofrecerle servicios.",
    ),
    "ends_with_service": (
        "Your approval or denial is valid until your services are discontinued.",
        "An approval also ends when your service ends.",
        "Su negativa es válida hasta que su servicio termine.",
        "La autorización termina cuando termina su servicio.",
    ),
    "inconsistent": (
        "We do not share lists, except with partnered businesses.",
        "Nobody else would receive it for this purpose.",
        "Nunca divulgamos datos. Los compartimos con otras empresas.",
        "Nadie más la recibiría.",
    ),
    "dated": (
        "Updated 12/21/2010",
        "in effect since {{ policy_effective_on }}",
        "Actualizado el 21 de diciembre de 2010",
        "vigente desde el {{ policy_effective_on }}",
    ),
    "another_matter": (
        "We may e-mail you about events and sales. E-mails tell of events. We use cookies.",
        "Reply to this e-mail.",
        "Usamos cookies.",
        "Responda a este correo electrónico.",
    ),
}
COMPARED = {
    "entities": (
        "{{ carrier_name }} would use it; Acme Sales LLC, our agent, and Bell & Sons, Inc.,"
        " our affiliate, too.",
        "We share it with trusted agents and our family of companies.",
    ),
    "recipients": ("{{ carrier_name }} would use it.", "We share it with our trusted agents."),
    "address": ("500 S State St, Midvale, UT 84047", "PO Box 7, Provo, UT 84601"),
    "numbers": (
        "Call 1-800-555-0177 or (800) 555-0134; cpni@wasatch.example.",
        "Write to old@wasatch.example.",
    ),
    "officer": (
        "Robin Hale, Compliance Officer, or {{ officer_name }}, {{ officer_title }}",
        "Kim Other\nRegulatory Compliance Officer",
    ),
}


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("code", REQUIRED)
def test_a_required_line_is_found_or_missed(code, language):
    good, bad = REQUIRED[code][:2] if language == "en" else REQUIRED[code][2:]
    for words, state in ((good, State.FOUND), (bad, State.MISSING)):
        result = by_line([Part(language, "email", words)], facts(forms=("email",)))[code]
        assert result.state == state, words
        assert result.line.section
        (place,) = result.found or result.missing
        assert (place.language, place.form) == (language, "email")


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("code", FORBIDDEN)
def test_a_forbidden_line_is_found_or_not_said(code, language):
    bad, good = FORBIDDEN[code][:2] if language == "en" else FORBIDDEN[code][2:]
    for words, fails in ((bad, True), (good, False)):
        result = by_line([Part(language, "letter", words)], facts(forms=("letter",)))[code]
        assert result.fails is fails, words
        assert bool(result.found or result.wrong) is fails


@pytest.mark.parametrize("code", COMPARED)
def test_what_is_compared_agrees_or_contradicts(code):
    good, bad = COMPARED[code]
    about = {"recipients": frozenset({"own"})} if code == "recipients" else {}
    assert not english(good, **about)[code].fails
    result = english(bad, **about)[code]
    assert result.state == State.CONTRADICTORY
    assert result.wrong[0].form == "email"


def test_another_waiting_period_than_the_setting_is_shown_beside_it():
    for words in ("Within 30 days we assume", "Within thirty days", "a 60-day period"):
        result = english(words)["waiting"]
        assert result.state == State.CONTRADICTORY, words
        assert "The setting is 33 days" in result.wrong[0].excerpt
    assert english("Within 33 days")["waiting"].state == State.FOUND
    assert english("Within thirty-three days")["waiting"].state == State.FOUND
    assert english("Within 40 days", waiting_days=40)["waiting"].state == State.FOUND
    spanish = by_line([Part("es", "email", "en treinta días")], facts(forms=("email",)))
    assert spanish["waiting"].state == State.CONTRADICTORY


@pytest.mark.parametrize(
    "words",
    [
        *("within fifteen days", "within ten business days", "within 30 calendar-days"),
        *("within two weeks", "within a week", "within one month", "for the next 2 months"),
        "within fifteen (15) days",
    ],
)
def test_another_waiting_period_is_seen_in_whatever_words(words):
    result = english(f"You have {{{{ waiting_days }}}} days. If you do not object {words}, we may.")
    assert result["waiting"].state == State.CONTRADICTORY


@pytest.mark.parametrize(
    ("words", "good"),
    [
        *(("en quince días", False), ("dentro de dos semanas", False), ("en un mes", False)),
        *(("en treinta y tres días", True), ("las 24 horas, los siete días de la semana", True)),
    ],
)
def test_it_is_seen_in_spanish(words, good):
    about = facts(forms=("email",))
    result = by_line([Part("es", "email", f"{{{{ waiting_days }}}} días: {words}.")], about)
    assert result["waiting"].fails is not good


@pytest.mark.parametrize(
    "words",
    [
        *("in five weeks", "Call seven days a week.", "An offer once a month.", "every two years"),
    ],
)
def test_what_is_no_other_waiting_period_is_left_alone(words):
    days = 35 if "weeks" in words else 33
    assert not english(f"{{{{ waiting_days }}}} days. {words}", waiting_days=days)["waiting"].fails


@pytest.mark.parametrize(
    "words",
    [
        "Write to: 7730 S Union Park Ave, Suite 500, Midvale, UT 84047.",
        "Write to\nWasatch Telephone\nP.O. Box 7\nMidvale, UT 84047",
        "Write to: 12 Main Street, Reno, Nevada 89501.",
        "500 S State Street, Midvale, UT 84047, not 7 Elm Street, Midvale, Utah 84047",
    ],
)
def test_another_address_is_seen_even_in_the_carriers_town(words):
    assert english(words)["address"].state == State.CONTRADICTORY


@pytest.mark.parametrize(
    "words",
    [
        "Wasatch Telephone\nCPNI Opt-Out\n500 South State Street, Suite 12\nMidvale, Utah 84047",
        "Since 2010 our office is at 500 S State Street, Midvale, UT 84047-1234.",
        "Call 800-555-0177 or write to Wasatch Telephone, Midvale, UT 84047.",
    ],
)
def test_the_carriers_address_is_known_however_it_is_written(words):
    assert not english(words)["address"].fails


def test_a_telephone_number_of_somebody_else_is_shown():
    assert english("Call 1-800-555-9999.")["numbers"].wrong[0].excerpt == "“Call 1-800-555-9999.”"


@pytest.mark.parametrize(
    ("subject", "good"),
    [
        ("Notice about your CPNI", True),
        ("Your telephone account information", True),
        ("Good news for you", False),
        ("", False),
    ],
)
def test_a_subject_says_what_it_is(subject, good):
    assert english("Words", subject=subject)["subject"].fails is not good


def test_a_promotional_subject_fails_though_it_names_cpni():
    assert english("Words", subject="CPNI: save on bundles")["promotional"].fails


def test_letters_below_twelve_points_fail():
    letter = [Part("en", "letter", "Words")]
    assert by_line(letter, facts(forms=("letter",)))["type_size"].state == State.FOUND
    small = by_line(letter, facts(forms=("letter",), letter_points=11))["type_size"]
    assert small.wrong[0].excerpt == "Letters are set in 11 pt."


def test_a_language_has_all_parts_or_none():
    parts = [part for part in standard() if (part.language, part.form) != ("es", "letter")]
    result = by_line(parts, facts())["complete"]
    assert [place.excerpt for place in result.wrong] == ["Spanish: no letter."]
    blank = [*parts, Part("es", "letter", " \n")]
    assert by_line(blank, facts())["complete"].fails
    without = [part for part in standard() if part.language == "en"]
    assert failing(without, facts()) == set()
    assert "means_the_same" not in by_line(without, facts())
    only_spanish = [part for part in standard() if part.language == "es"]
    assert by_line(only_spanish, facts())["complete"].fails


def test_a_portion_left_in_english_is_found_in_a_translation():
    parts = standard()
    was = parts[4]
    left = was.text.replace(
        "Si usted se opone", "You have the right to disapprove of these uses, and we tell you so"
    )
    changed = f"{left}\n\nYou have the right to say no to this, and it is your choice."
    result = by_line([*parts[:4], Part("es", "email", changed), parts[5]], facts())["translated"]
    assert result.state == State.CONTRADICTORY
    assert "right to say no" in result.wrong[0].excerpt


def test_a_number_that_only_one_language_names_is_found():
    parts = standard()
    parts[4] = Part("es", "email", parts[4].text.replace("{{ optout_number }}", "a nosotros"))
    result = by_line(parts, facts())["translated"]
    assert [(p.language, p.excerpt) for p in result.wrong] == [("es", "It lacks optout_number.")]


def test_what_only_people_judge_waits_for_them():
    results = by_line(standard(), facts())
    waiting = {code for code, result in results.items() if result.state == State.TO_JUDGE}
    assert waiting == {"comprehensible", "neutral", "apparent", "means_the_same"}
    assert "It only means" in results["neutral"].found[0].excerpt


def test_every_line_cites_explains_and_says_what_to_do():
    for line in LINES.values():
        assert line.section, line.code
        assert line.why, line.code
        assert line.remedy, line.code
        assert bool(line.english) == bool(line.spanish), line.code


def test_hard_wrapped_lines_and_abbreviations_do_not_break_a_sentence():
    words = "the quantity, type, destination,\nlocation of Acme Inc. phones, and\r\namount of use"
    assert english(words)["location"].state == State.FOUND
    assert english("A denial at Acme, Inc. will not affect\nyour services.")["no_effect"].found


AS_IT_HAPPENS = {
    "account_change": {
        "subject": "Something was changed",
        "body": "{{ change }} was changed. Call {{ support_number }}.",
    },
    "one_time_code": {"subject": "Code", "body": "{{ code }}, else call {{ support_number }}."},
}


@pytest.mark.parametrize("kind", AS_IT_HAPPENS)
def test_what_happens_as_it_happens_is_asked_for_its_own_lines_only(kind):
    words = AS_IT_HAPPENS[kind]
    forms = ("email", "letter", "short")
    about = facts(concerns=frozenset({kind}), forms=forms)
    parts = [Part("en", "subject", words["subject"])]
    parts += [Part("en", form, words["body"]) for form in forms]
    assert failing(parts, about) == set()
    assert "right_and_duty" not in by_line(parts, about)
    empty = [*parts[:3], Part("en", "short", "Call us!")]
    spoilt = {"account_change": {"change"}, "one_time_code": {"code"}}[kind]
    assert failing(empty, about) == {"whom_to_call", "promotional"} | spoilt

"""Every element that 64.2008(c) and (d) ask of a notice (domain.md 4.2, 4.3), in both languages."""

import re

import pytest

from notices.placeholders import PATTERN, check_placeholders
from notices.standard_texts import FOLDER

NOTICES = ("cpni_notice", "policy_change")
FORMS = ("email", "letter")

# What is asked for: how it reads in English, how in Spanish.
ELEMENTS = {
    "right and duty under federal law (c)(1)": (
        r"[Uu]nder federal law, you have a right .* we have a duty to protect",
        r"[Ss]egún la ley federal, usted tiene derecho .* nosotros tenemos el deber de protegerla",
    ),
    "only because of the relationship": (
        r"only because you are our customer",
        r"únicamente porque usted es cliente nuestro",
    ),
    "types of information (c)(2)": (
        r"quantity, technical configuration, type, destination, location and amount of use",
        r"cantidad, la configuración técnica, el tipo, el destino, la ubicación y el volumen de"
        r" uso",
    ),
    "what bills contain": (
        r"what your bills for local and long-distance telephone service contain",
        r"lo que contienen sus facturas de servicio telefónico local y de larga distancia",
    ),
    "published listings are not CPNI": (
        r"as they are published in a directory are not CPNI",
        r"tal como se publican en un directorio telefónico, no son CPNI",
    ),
    "specific recipients (c)(2)": (r"Wasatch Wireless, LLC and", r"Wasatch Wireless, LLC y"),
    "and no others": (r"Nobody else would receive it", r"Nadie más la recibiría"),
    "purpose (c)(2)": (
        r"to offer you .*communications-related services",
        r"ofrecerle .*servicios relacionados con las comunicaciones",
    ),
    "solicitation next to the notice (c)(10)": (
        r"We ask for your approval",
        r"Le pedimos su autorización",
    ),
    "right to disapprove (c)(2)": (
        r"right to disapprove of (this use|these uses)",
        r"derecho a no autorizar (este uso|estos usos)",
    ),
    "deny or withdraw at any time (c)(2)": (
        r"deny or withdraw your approval at any time",
        r"negar o retirar su autorización en cualquier momento",
    ),
    "how to approve (c)(3)": (
        r"If you approve, you need not do anything",
        r"Si está de acuerdo, no tiene que hacer nada",
    ),
    "round the clock, free of charge (d)(3)(v)": (
        r"Call {{ optout_number }}, free of charge, 24 hours a day, 7 days a week",
        r"Llame al {{ optout_number }}, sin costo, las 24 horas del día, los 7 días de la semana",
    ),
    "by post (c)(3)": (r":\n{{ optout_address }}\n", r":\n{{ optout_address }}\n"),
    "reference": (r"this reference: {{ reference }}", r"esta referencia: {{ reference }}"),
    "no effect on services (c)(3)": (
        r"will not affect any service that you have",
        r"no afectará a ninguno de los servicios que usted recibe",
    ),
    "neutral consequence (c)(3)": (r"It only means that your CPNI", r"Solo significa que su CPNI"),
    "waiting period (d)(1)": (
        r"waiting period is {{ waiting_days }} days from the mailing date of this notice",
        r"plazo de espera es de {{ waiting_days }} días a partir de la fecha de envío de este"
        r" aviso",
    ),
    "then approval is assumed": (
        r"not objected by the end of it, we will assume that you approve",
        r"Si al terminar el plazo usted no se ha opuesto, supondremos que da su autorización",
    ),
    "said at the top, too (c)(5)": (
        r"\A(.|\n){0,700}If you do not object within {{ waiting_days }} days",
        r"\A(.|\n){0,900}Si no se opone en un plazo de {{ waiting_days }} días",
    ),
    "objecting later": (
        r"You can still object later, at any time",
        r"podrá oponerse más tarde, en cualquier momento",
    ),
    "earlier opt-outs stand": (
        r"your choice stands.* You do not need to do anything",
        r"su decisión sigue vigente.* No tiene que hacer nada",
    ),
    "valid until revoked or limited (c)(9)": (
        r"approval or denial is valid until you revoke or limit it",
        r"autorización o su negativa es válida hasta que usted la revoque o la limite",
    ),
    "approvals end with service": (
        r"approval also ends when your service ends",
        r"autorización termina también cuando termina su servicio",
    ),
    "whom to ask": (
        r"Call us at {{ support_number }}, or write to {{ officer_name }}",
        r"Llámenos al {{ support_number }} o escriba a {{ officer_name }}",
    ),
}
ONLY_IN = {
    "email": (
        r"Reply to this e-mail with the words OPT OUT\.",
        r"Responda a este correo electrónico con las palabras OPT OUT",
        r"the day on which we sent this e-mail",
        r"el día en que le enviamos este correo electrónico",
    ),
    "letter": (
        r"\[  \] I do not approve",
        r"\[  \] No autorizo",
        r"we handed this letter to the post office",
        r"entregamos esta carta a la oficina de correos",
    ),
}
CHANGE = {
    "what changes, and from when": (
        r"from {{ policy_effective_on }}\. This is what it changes[^\n]+\n@changes\n",
        r"a partir del {{ policy_effective_on }}\. Esto es lo que cambia[^\n]+\n@changes\n",
    ),
    "what governs what is there": (
        r"under which your information was collected goes on governing it until",
        r"conforme a la cual se obtuvo su información sigue rigiéndola hasta",
    ),
}
# Promotion, freezing others out (c)(8), recipients who need opt-in, addresses that go stale.
FORBIDDEN = (
    r"contractor|contratista|joint.venture|sav(e|ings)\b|discount|special offer|promotion|better"
    r"|exclusive offer|descuento|ahorr|promoci|ofertas? especial|mejor|freeze|congel|third part"
    r"|terceros|https?:|www\.|inContact|!"
)


def read(name, language, form):
    return (FOLDER / f"{name}.{language}.{form}.txt").read_text(encoding="utf-8")


every_file = pytest.mark.parametrize(
    ("name", "language", "form"),
    [(n, language, f) for n in NOTICES for language in ("en", "es") for f in FORMS],
)


@pytest.mark.parametrize("element", ELEMENTS)
@every_file
def test_it_has(name, language, form, element):
    pattern = ELEMENTS[element][language == "es"]
    assert re.search(pattern, read(name, language, form)), element


@every_file
def test_e_mails_are_answered_and_letters_have_a_form(name, language, form):
    spanish = language == "es"
    for wanted in FORMS:
        for pattern in ONLY_IN[wanted][spanish::2]:
            assert bool(re.search(pattern, read(name, language, form))) is (wanted == form), pattern


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("element", CHANGE)
def test_the_change_says(element, form):
    assert re.search(CHANGE[element][0], read("policy_change", "en", form))
    assert re.search(CHANGE[element][1], read("policy_change", "es", form))


@every_file
def test_nothing_promotes_urges_or_goes_stale(name, language, form):
    found = re.findall(FORBIDDEN, read(name, language, form), re.IGNORECASE)
    assert not found


@every_file
def test_its_placeholders_are_ours_and_are_the_same_in_both_languages(name, language, form):
    text = read(name, language, form)
    check_placeholders(text)
    # The officer's title is data in English, so the Spanish text has the words instead.
    mine = sorted({*PATTERN.findall(text), "officer_title"})
    assert mine == sorted({*PATTERN.findall(read(name, "en", form)), "officer_title"})


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", NOTICES)
def test_the_subject_says_what_it_is_about(name, language):
    """64.2008(d)(3)(iv): clearly and accurately."""
    subject = read(name, language, "email").partition("\n\n")[0]
    assert subject.startswith("Subject: ")
    assert "CPNI" in subject
    assert 20 < len(subject.removeprefix("Subject: ")) <= 100


@every_file
def test_it_is_short_and_its_languages_have_the_same_headings(name, language, form):
    text = read(name, language, form)
    assert len(text.split()) < 950
    headings = [line for line in text.split("\n") if line.isupper() and "{{" not in line]
    english = read(name, "en", form)
    assert len(headings) == len([x for x in english.split("\n") if x.isupper() and "{{" not in x])

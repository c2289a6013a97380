"""What a policy version changes, in the plain words of the notice that tells of it. Pure.

From the difference of what the versions declare, so that the words are right for any change: a line
for each use that is new or wider, and for each that is narrower or gone. In English, which speaks
of a use of the carrier's own by its purpose, and in Spanish, which only has words for the standard
catalogue.
"""

from collections.abc import Iterable, Sequence

from notices.policy_changes import STRICTNESS, Change, Declared, Kind, limits

PHRASES = {
    "en": {
        "service": "using your CPNI to start, provide, bill and collect for your services",
        "fraud": "using your CPNI to protect us, our customers and other carriers from fraud",
        "inside-wiring": "using your CPNI to install, maintain and repair inside wiring",
        "adjunct-services": "using your CPNI to offer you call waiting, caller ID and the like",
        "equipment": "using your CPNI to offer you equipment for a service that you have",
        "same-category": "using your CPNI to offer you more of a category that you have",
        "emergency": "telling emergency services where you are when you call them",
        "legal": "disclosing your CPNI where the law requires it",
        "customer-request": "disclosing your CPNI to anyone whom you name to us in writing",
        "other-services": "using your CPNI to offer you communications-related services of a"
        " category that you do not have",
        "agents": "sharing your CPNI with our agents, to offer you communications-related services",
        "affiliates": "sharing your CPNI with our affiliates, to offer you their"
        " communications-related services",
        "contractors": "sharing your CPNI with independent contractors, for marketing",
        "joint-ventures": "sharing your CPNI with joint-venture partners, for marketing",
        "third-parties": "sharing your CPNI with unrelated companies, or using it to offer you"
        " other products",
    },
    "es": {
        "service": "usar su CPNI para iniciar, prestar, facturar y cobrar sus servicios",
        "fraud": "usar su CPNI para protegernos del fraude, y proteger a nuestros clientes y a"
        " otras empresas de telefonía",
        "inside-wiring": "usar su CPNI para instalar, mantener y reparar el cableado interior",
        "adjunct-services": "usar su CPNI para ofrecerle llamada en espera, identificador de"
        " llamadas y servicios similares",
        "equipment": "usar su CPNI para ofrecerle equipos para un servicio que usted tiene",
        "same-category": "usar su CPNI para ofrecerle más dentro de una categoría que usted tiene",
        "emergency": "decir a los servicios de emergencia dónde está usted cuando los llama",
        "legal": "divulgar su CPNI cuando la ley lo exija",
        "customer-request": "divulgar su CPNI a quien usted nos indique por escrito",
        "other-services": "usar su CPNI para ofrecerle servicios relacionados con las"
        " comunicaciones de una categoría que usted no tiene",
        "agents": "compartir su CPNI con nuestros agentes para ofrecerle servicios relacionados"
        " con las comunicaciones",
        "affiliates": "compartir su CPNI con nuestras empresas afiliadas para ofrecerle sus"
        " servicios relacionados con las comunicaciones",
        "contractors": "compartir su CPNI con contratistas independientes con fines de mercadeo",
        "joint-ventures": "compartir su CPNI con socios de empresas conjuntas con fines de"
        " mercadeo",
        "third-parties": "compartir su CPNI con empresas ajenas, o usarla para ofrecerle otros"
        " productos",
    },
}
CLASSES = {
    "en": {
        "quantity": "quantity",
        "configuration": "technical configuration",
        "type": "type",
        "destination": "destination",
        "location": "location",
        "amount": "amount of use",
        "bills": "what your bills contain",
    },
    "es": {
        "quantity": "la cantidad",
        "configuration": "la configuración técnica",
        "type": "el tipo",
        "destination": "el destino",
        "location": "la ubicación",
        "amount": "el volumen de uso",
        "bills": "lo que contienen sus facturas",
    },
}
WORDS = {
    "en": {
        "and": "and",
        "own_use": "this use of your CPNI: {purpose}",
        "new": "New: {phrase}.",
        "wider": "Wider than before: {phrase}.",
        "narrower": "Narrower than before: {phrase}.",
        "gone": "No longer: {phrase}.",
        "only_for": "It would go to nobody but {names}.",
        "also_for": "It would now also go to {names}.",
        "anyone": "It would now go to whoever is of that kind, and not only to those named before.",
        "not_for": "It would no longer go to {names}.",
        "only_these": "It would go to nobody but {names} from now on.",
        "only_of": "It would be this alone: {classes}.",
        "also_of": "It would now also be of: {classes}.",
        "all_of": "It would now be of all CPNI.",
        "not_of": "It would no longer be of: {classes}.",
        "only_left": "It would be of this alone from now on: {classes}.",
        "none": "The law asks no approval for it.",
        "opt_out": "We may do it unless you object.",
        "opt_in": "We may do it only if you say yes, which we would ask you separately.",
    },
    "es": {
        "and": "y",
        "own_use": "",
        "new": "Nuevo: {phrase}.",
        "wider": "Más amplio que antes: {phrase}.",
        "narrower": "Más limitado que antes: {phrase}.",
        "gone": "Ya no: {phrase}.",
        "only_for": "No la recibiría nadie más que {names}.",
        "also_for": "Ahora también la recibiría {names}.",
        "anyone": "Ahora la recibiría cualquiera de ese tipo, y no solo los antes nombrados.",
        "not_for": "Ya no la recibiría {names}.",
        "only_these": "De ahora en adelante no la recibiría nadie más que {names}.",
        "only_of": "Sería solamente esto: {classes}.",
        "also_of": "Ahora abarcaría también: {classes}.",
        "all_of": "Ahora abarcaría toda la CPNI.",
        "not_of": "Ya no abarcaría: {classes}.",
        "only_left": "De ahora en adelante abarcaría solamente: {classes}.",
        "none": "La ley no exige autorización para ello.",
        "opt_out": "Podemos hacerlo si usted no se opone.",
        "opt_in": "Podemos hacerlo solo si usted dice que sí, lo que le preguntaríamos aparte.",
    },
}


def speaks_of(changes: Iterable[Change], language: str) -> bool:
    """Whether ``language`` has words for each of ``changes``; English has, of any use."""
    return language == "en" or all(c.declared.code in PHRASES[language] for c in changes)


def lines(changes: Sequence[Change], language: str) -> list[str]:
    """A line for each of ``changes`` that is one, in ``language``, which :func:`speaks_of` them."""
    return [f"- {_line(c, language)}" for c in changes if c.kind is not Kind.SAME]


def named(names: Iterable[str], language: str) -> str:
    """Names as one writes them in a sentence: “A, B and C”."""
    *first, last = sorted(names)
    return f"{', '.join(first)} {WORDS[language]['and']} {last}" if first else last


def by_purpose(one: Declared) -> str:
    """A use of the carrier's own, and who would receive it, as a line of the English text."""
    for_whom = named(one.recipients, "en") if one.recipients else one.recipient
    return f"- {for_whom}, for this purpose: {one.purpose}."


def _line(change: Change, language: str) -> str:
    words, one = WORDS[language], change.declared
    phrase = PHRASES[language].get(one.code) or words["own_use"].format(purpose=one.purpose)
    kind = {
        Kind.NEW: "new",
        Kind.WIDENED: "wider",
        Kind.NARROWED: "narrower",
        Kind.GONE: "gone",
    }[change.kind]
    said = [words[kind].format(phrase=phrase)]
    if change.kind is Kind.NEW:
        if one.recipients:
            said.append(words["only_for"].format(names=named(one.recipients, language)))
        if one.data_classes:
            said.append(words["only_of"].format(classes=_classes(one.data_classes, language)))
        said.append(words[one.mechanism])
    elif change.before:
        said += _limits(change.before, one, language)
    return " ".join(said)


def _limits(before: Declared, after: Declared, language: str) -> list[str]:
    """What became wider and narrower of one use, in sentences."""
    words, said = WORDS[language], []
    more, fewer = limits(before.recipients, after.recipients)
    if more is not None:
        told = words["also_for"].format(names=named(more, language)) if more else words["anyone"]
        said.append(told)
    if fewer is not None:
        key, names = ("not_for", fewer) if fewer else ("only_these", after.recipients)
        said.append(words[key].format(names=named(names, language)))
    more, fewer = limits(before.data_classes, after.data_classes)
    if more is not None:
        classes = _classes(more, language)
        said.append(words["also_of"].format(classes=classes) if more else words["all_of"])
    if fewer is not None:
        key, left = ("not_of", fewer) if fewer else ("only_left", after.data_classes)
        said.append(words[key].format(classes=_classes(left, language)))
    if STRICTNESS.index(before.mechanism) != STRICTNESS.index(after.mechanism):
        said.append(words[after.mechanism])
    return said


def _classes(codes: Iterable[str], language: str) -> str:
    return "; ".join(CLASSES[language][code] for code in sorted(codes))

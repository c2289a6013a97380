"""The uses of CPNI as a representative says them, in each language of the scripts. Pure."""

ALL_USES = {
    "en": "anything for which the law asks your permission",
    "es": "todo aquello para lo que la ley pide su autorización",
}
AND = {"en": "and", "es": "y"}

# By the code of the use (notices/catalogue.py), those that need approval. To follow a colon.
SPOKEN: dict[str, dict[str, str]] = {
    "other-services": {
        "en": "offering you services of ours that you do not have now",
        "es": "ofrecerle servicios nuestros que usted no tiene ahora",
    },
    "agents": {
        "en": "letting our agents offer you our services",
        "es": "que nuestros agentes le ofrezcan nuestros servicios",
    },
    "affiliates": {
        "en": "letting our affiliates offer you their communications services",
        "es": "que nuestras empresas afiliadas le ofrezcan sus servicios de comunicaciones",
    },
    "contractors": {
        "en": "sharing it with independent contractors who market for us",
        "es": "compartirla con contratistas independientes que hacen publicidad para nosotros",
    },
    "joint-ventures": {
        "en": "sharing it with our joint-venture partners for marketing",
        "es": "compartirla con nuestros socios en empresas conjuntas con fines publicitarios",
    },
    "third-parties": {
        "en": "sharing it with other companies, or marketing other products with it",
        "es": "compartirla con otras empresas, o usarla para ofrecerle otros productos",
    },
}


def spoken(code: str, purpose: str, language: str) -> str:
    """The use in words: ``purpose``, as it is in the catalogue, where there are no others."""
    return SPOKEN.get(code, {}).get(language, purpose)


def listed(words: list[str], language: str) -> str:
    """``words`` as one phrase: “a; b; and c”."""
    if len(words) < 2:
        return "".join(words)
    return f"{'; '.join(words[:-1])}; {AND[language]} {words[-1]}"

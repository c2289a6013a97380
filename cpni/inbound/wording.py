"""Whether the words of a reply object, in English or Spanish, and how surely. Pure.

A plain objection restricts us at once. Whatever speaks against reading it so (a question, a
condition, an exception, a negation, a change of mind, anything about opting in, something else that
is to be removed or refused) leaves the reading to a person. Nothing here ever reads a yes: nobody
is opted in by mail (64.2007(a)(1)).
"""

import re
import unicodedata
from dataclasses import dataclass

LONGEST = 1_500  # characters; who writes more than that says more than one thing

# What may be forbidden: "my information", "sus datos" ...
_THINGS = r"(information|info|data|cpni|details|records|account|calls?|call records)"
_COSAS = r"(informacion|datos|cpni|registros|llamadas|cuenta)"
_FORBID = r"(do not|dont|never|stop|not to|cease|no longer|quit)"
OBJECTS = re.compile(
    "|".join(
        (
            # The whole of it
            r"^(please )?(stop|unsubscribe|opt ?out|optout|remove|cancel)( me)?( please| now| "
            r"thanks| "
            r"thank you)?$",
            r"^(por favor )?(alto|baja|excluir|excluirme|no autorizo|me opongo|no acepto|no "
            r"consiento"
            r")( por favor| gracias)?$",
            # In a sentence
            r"\bopt(ing)? (me |us |my account |this account |our account )?out\b",
            r"\b(unsubscribe|remove|exclude) (me|us|my (account|number|name|information))\b",
            r"\btake (me|us|my (name|number|account)) off\b",
            rf"\b{_FORBID} (use|using|share|sharing|sell|selling|disclose|disclosing|give|giving|"
            rf"release|releasing)( out| away)? (any of |all of |out )?(my|our) (\w+ "
            rf"){{0,3}}{_THINGS}\b",
            r"\bi (do not|dont|will not|wont|cannot|can not) (consent|agree|authorize|authorise|"
            r"approve|"
            r"permit|allow|give (you )?(my )?(permission|consent|approval)|want you to (use|"
            r"share|sell|"
            r"disclose))\b",
            r"\b(i|we) (hereby )?(object|refuse|decline|opt out)\b",
            r"\b(withdraw|revoke|deny|refuse) (my|our|all|any) (consent|permission|approval|"
            r"authorization)\b",
            r"\bno consent\b",
            # Spanish
            r"\bme opongo\b",
            r"\bno (autorizo|consiento|acepto|permito|apruebo|doy mi|les doy|estoy de acuerdo)\b",
            r"\bno (quiero|deseo) que (\w+ ){0,2}(usen|utilicen|compartan|vendan|divulguen|"
            r"revelen|den)\b",
            rf"\bno (\w+ )?(usen|utilicen|compartan|vendan|divulguen|revelen|den) (mis?|"
            rf"nuestr[oa]s?) "
            rf"(\w+ ){{0,2}}{_COSAS}\b",
            r"\b(darme|dar me|denme|deme|dennos|darnos) de baja\b",
            r"\b(quiero|deseo|solicito|pido|quisiera) (\w+ )?(excluirme|exclusion|la baja|mi "
            r"baja|darme de "
            r"baja|oponerme|optar por no)\b",
            r"\b(excluyanme|exclúyanme|borrenme|eliminenme|quitenme)\b",
            r"\b(revoco|retiro|niego) (mi|el|todo) (consentimiento|permiso|autorizacion)\b",
        )
    )
)
DOUBT = re.compile(
    "|".join(
        (
            # A negation before it
            r"\b(not|dont|never|without|no longer|nobody|neither|didnt|wasnt|isnt|havent|wont) "
            r"(\w+ ){0,4}"
            r"(opt(ed|ing)? (\w+ ){0,2}out|unsubscrib\w*|remov\w*|exclude\w*|stop|object|refuse|"
            r"off)\b",
            r"\b(refuse|decline|object|objection|refusal) (to|for|against) (\w+ ){0,3}(opt|be|"
            r"being|have|"
            r"remov\w*|unsubscrib\w*|exclu\w*)\b",
            r"\b(about|regarding|letter|received|offer) (\w+ ){0,3}opt(ing)? out\b",
            r"\b(no|nunca|tampoco) (\w+ ){0,5}(me opongo|baja|excl\w*|oponerme|optar|borr\w*|"
            r"elimin\w*|quit\w*)\b",
            r"\b(do not|dont|never) (stop|cease|quit)\b",
            r"\b(opted|opting) out (by mistake|in error|accident\w*)\b",
            # Conditions, exceptions, questions without their mark
            r"\b(if|unless|until|except|but|only|instead|however|whether|maybe|perhaps|wonder\w*|"
            r"before|some of|other than)\b",
            r"\b(si|salvo|excepto|pero|solo|solamente|hasta que|a menos|quizas?|tal vez|"
            r"sin embargo|en vez)\b(?! (se|señor))",
            r"\b(how (do|can|to|would)|can i|could i|may i|should i|what (is|does|happens)|why|"
            r"did i|am i|"
            r"have i|do i|is it|would like to know|explain|tell me|understand|confused|meaning "
            r"of)\b",
            r"\b(como (puedo|hago|se)|puedo|que (es|significa|pasa)|por que|quisiera saber|"
            r"explique\w*|"
            r"no entiendo|expliquenme)\b",
            # A change of mind, or the opposite
            r"\b(opt(ed|ing)? (me |us |back )*in|opt in|keep (me|us|using|my|sending)|stay (in|"
            r"on)|remain|"
            r"continue|resume|re ?subscribe|changed my mind|disregard|ignore|undo|mistake\w*|"
            r"accident\w*|"
            r"reverse|cancel (my|the|an?) (opt|request|objection)|fine with|ok with|okay|i "
            r"(agree|consent|"
            r"approve|accept|authorize)|you (may|can) (use|share))\b",
            r"\b(seguir|sigan|continuar|mantener\w*|mantenganme|quedarme|cambie de (opinion|idea)|"
            r"por error|equivoc\w*|ignoren?|anul\w*|yo (acepto|autorizo)|si (acepto|autorizo|"
            r"quiero)|"
            r"estoy de acuerdo)\b",
            # The notice's own words, which a program quoted without saying so
            r"\b(opt out form|formulario)\b",
            r"\b(you (may|can|have)|your right|reply|respond|call us|visit|responda|puede|derecho) "
            r"(\w+ ){0,6}(opt|optar)\b",
            # Somebody else's words
            r"\b(says?|said|told me|wrote|dice|dijo|according to|he wants|she wants)\b",
            r"\b(joke|kidding|just testing|this is a test)\b",
        )
    )
)
# To remove, refuse or cancel means an objection where nothing else is named: not the modem, and
# not paperless billing. Asked of each sentence, as a name may stand below it.
_OURS = (
    r"(cpni|information|info|data|details|records|lists?|marketing|mailings?|mail|emails?|offers?|"
    r"advertis\w*|promotions?|use|uses|using|share|sharing|sell|selling|disclos\w*|consent|"
    r"permission|approval|authorization|agents|affiliates|partners)"
)
_NUESTRO = r"(cpni|informacion|datos|registros|listas?|publicidad|ofertas?|correos?|mercadeo|uso)"
_NOTHING = r"(this|that|it|these|all|any|everything|please|now|thanks|thank you)$"
ELSE = re.compile(
    "|".join(
        (
            r"^(please )?cancel( me)?( please| now| thanks| thank you)?$",
            rf"\b(unsubscribe|remove|exclude|take) (me|us|my \w+) (\w+ ){{0,6}}?(from|off|out of) "
            rf"(?!{_NOTHING}|(\w+ ){{0,4}}{_OURS}\b)",
            rf"\b(i|we) (hereby )?(object to|refuse|decline) "
            rf"(?!{_NOTHING}|(\w+ ){{0,6}}{_OURS}\b)",
            rf"\bwant you to (use|share|sell|disclose) (?!{_NOTHING}|(\w+ ){{0,6}}{_OURS}\b)",
            r"\b(baja|excluirme|excluyanme|borrenme|eliminenme|quitenme) (de|del) "
            rf"(?!(\w+ ){{0,4}}{_NUESTRO}\b)",
        )
    )
)
# What DOUBT would find in a plain objection.
PLAIN = re.compile(
    r"\bno estoy de acuerdo\b|\bif you have any questions\b|\bplease tell me when done\b"
)
UNTICKED = re.compile(r"\[\s*\]")  # of the form on a letter, typed or scanned
ASKS = re.compile(
    r"\?|^(who|what|when|where|why|how|can|could|(do|does|is|are|am) (i|you|we|they|it|this|"
    r"that|there)|quien|que|cuando|donde|como|puedo)\b",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Meaning:
    """What words say: ``objects`` when they do so plainly, ``perhaps`` when something does.

    ``asks``: there is a question in them.
    """

    objects: bool
    perhaps: bool
    asks: bool


def meaning(words: str) -> Meaning:
    """What ``words`` say of the use of information."""
    plain = normal(words)
    asks = bool(ASKS.search(plain)) or "¿" in words
    sentences = [s for s in (_bare(s) for s in re.split(r"[.!?;\n]+", plain)) if s]
    whole = " ".join(sentences)
    perhaps = any(OBJECTS.search(one) for one in sentences) or bool(OBJECTS.search(whole))
    doubt = (
        asks
        or len(plain) > LONGEST
        or bool(UNTICKED.search(words))
        or bool(DOUBT.search(PLAIN.sub(" ", whole)))
        or any(ELSE.search(one) for one in sentences)
    )
    return Meaning(perhaps and not doubt, perhaps, asks)


def normal(words: str) -> str:
    """``words`` in lower case, without accents, apostrophes and double blanks; line by line."""
    text = unicodedata.normalize("NFKD", words.casefold())
    text = "".join(c for c in text if not unicodedata.combining(c))
    text = re.sub(r"['’`´]", "", text)
    return "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()


def _bare(sentence: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", sentence).split())

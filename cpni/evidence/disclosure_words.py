"""What the letter about uses and disclosures says, in the languages of customers. Pure.

For a reader who has never heard of CPNI: who got the information, when, and why that was allowed.
"""

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Who received information about your account",
        "dear": "Dear {name},",
        "account": "Account",
        "period": "Period",
        "to": "to",
        "made": "Made on {day}",
        "intro": (
            "You asked who has used or received information about your telephone service. Here is"
            " everything that our records show for this period. The information meant is what the"
            " law calls customer proprietary network information (CPNI): which services you have,"
            " how they are set up and used, and what your bills contain."
        ),
        "nothing": (
            "Our records show no use or disclosure of this information in this period, other than"
            " to provide your service and to bill you for it."
        ),
        "when": "When",
        "who": "Who used or received it",
        "what": "What information",
        "why": "For what",
        "allowed": "Why this was allowed",
        "ourselves": "We ourselves",
        "total": "In all: {number}.",
        "as_recorded": "",
        "rights": "What you can do",
        "object": (
            "You can say no to the use of this information for marketing at any time, free of"
            " charge. Your services stay as they are, whatever you choose."
        ),
        "reach": "Call {number}, day and night; write to {email}; or send a letter to:",
        "mistake": (
            "If you do not recognize one of these, or have a question, call us at {number} and ask"
            " for {officer}, {title}."
        ),
    },
    "es": {
        "title": "Quién recibió información sobre su cuenta",
        "dear": "Estimado/a {name}:",
        "account": "Cuenta",
        "period": "Período",
        "to": "al",
        "made": "Hecho el {day}",
        "intro": (
            "Usted preguntó quién ha usado o recibido información sobre su servicio telefónico."
            " Aquí está todo lo que muestran nuestros registros de este período. Se trata de lo que"
            " la ley llama información de red propiedad del cliente (CPNI): qué servicios tiene"
            " usted, cómo están configurados y cómo se usan, y qué contienen sus facturas."
        ),
        "nothing": (
            "Nuestros registros no muestran ningún uso ni divulgación de esta información en este"
            " período, aparte de lo necesario para prestarle el servicio y facturárselo."
        ),
        "when": "Cuándo",
        "who": "Quién la usó o la recibió",
        "what": "Qué información",
        "why": "Para qué",
        "allowed": "Por qué estaba permitido",
        "ourselves": "Nosotros mismos",
        "total": "En total: {number}.",
        "as_recorded": (
            "Los nombres y la información se muestran como constan en nuestros registros, en"
            " inglés."
        ),
        "rights": "Qué puede hacer usted",
        "object": (
            "Usted puede decir que no al uso de esta información con fines publicitarios en"
            " cualquier momento y sin costo. Sus servicios siguen igual, decida lo que decida."
        ),
        "reach": "Llame al {number}, de día y de noche; escriba a {email}; o envíe una carta a:",
        "mistake": (
            "Si no reconoce alguno de estos usos, o tiene una pregunta, llámenos al {number} y"
            " pregunte por {officer}, {title}."
        ),
    },
}

# By the code of a decision's reason that allows.
ALLOWED: Mapping[str, Mapping[str, str]] = {
    "no_approval_needed": {
        "en": "The law allows this without asking you.",
        "es": "La ley lo permite sin preguntarle.",
    },
    "within_services": {
        "en": "It is about the kind of service you already have; the law allows this.",
        "es": "Se trata del tipo de servicio que usted ya tiene; la ley lo permite.",
    },
    "express": {
        "en": "You told us that we may.",
        "es": "Usted nos dijo que podíamos hacerlo.",
    },
    "assumed": {
        "en": "We asked you in a notice, and you had not objected.",
        "es": "Se lo preguntamos en un aviso y usted no se había opuesto.",
    },
    "one_time": {
        "en": "You agreed during a call, for that call only.",
        "es": "Usted lo aceptó durante una llamada, solo para esa llamada.",
    },
}
ASSUMED_BY = {
    "en": "We asked you in our notice of {day}, and you had not objected.",
    "es": "Se lo preguntamos en nuestro aviso del {day} y usted no se había opuesto.",
}

# By the code of a use (notices/catalogue.py) that needs no approval; script_words has the others.
PLAIN: Mapping[str, Mapping[str, str]] = {
    "service": {
        "en": "starting, providing and billing your services",
        "es": "iniciar, prestar y facturar sus servicios",
    },
    "fraud": {
        "en": "protecting you, us and others from fraud and abuse",
        "es": "protegerlo a usted, a nosotros y a otros del fraude y el abuso",
    },
    "inside-wiring": {
        "en": "installing and repairing wiring inside your building",
        "es": "instalar y reparar el cableado dentro de su edificio",
    },
    "adjunct-services": {
        "en": "offering you features such as call waiting and caller ID",
        "es": "ofrecerle funciones como llamada en espera e identificador de llamadas",
    },
    "equipment": {
        "en": "offering you equipment and voicemail for a service you have",
        "es": "ofrecerle equipos y buzón de voz para un servicio que usted tiene",
    },
    "same-category": {
        "en": "offering you more of the kind of service you have",
        "es": "ofrecerle más del tipo de servicio que usted tiene",
    },
    "emergency": {
        "en": "telling emergency services where a caller was",
        "es": "indicar a los servicios de emergencia dónde estaba quien llamaba",
    },
    "legal": {
        "en": "doing what a court or another authority ordered",
        "es": "cumplir lo que ordenó un tribunal u otra autoridad",
    },
    "customer-request": {
        "en": "giving it to whom you named in writing",
        "es": "entregarla a quien usted designó por escrito",
    },
}

"""What the public pages say, in the languages of notices. Pure.

Kept beside the texts of notices and scripts, as their words are the carrier's to its customers and
not the desk's to its staff. A test holds that no language lacks a sentence.
"""

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "your_choice": "Your choice about your account information",
        "notice": "Our notice",
        "notice_of": "Our notice of",
        "reference": "Reference",
        "intro": (
            "You may decide whether we use your customer proprietary network information (CPNI):"
            " which services you have, how they are set up and used, and what your bills contain."
            " You can change your mind here at any time, free of charge. Your services stay as"
            " they are, whatever you choose."
        ),
        "until": "If you do not object by this day, we will assume that you approve:",
        "nothing_said": "You have not told us a choice.",
        "said_no": "You said no. It counts since",
        "said_yes": "You said yes. It counts since",
        "no": "No, do not use it for this",
        "yes": "Yes, you may use it for this",
        "save": "Save my choice",
        "or": "Or with one answer",
        "refuse_all": "Say no to everything",
        "refuse_all_help": (
            "No use of any kind for which the law asks your permission, now or later."
        ),
        "only_no": "By this link you can say no. To allow something, please call us.",
        "choose_one": "Nothing was chosen. Please choose an answer, then save.",
        "not_saved": "This could not be saved. Nothing was changed. Please call us.",
        "saved": "Your choice is recorded",
        "saved_text": (
            "Nothing more is needed. Keep or print this page if you want something in your hand."
        ),
        "sent_email": "A confirmation is on its way to you by e-mail.",
        "sent_post": "A confirmation is on its way to you by post.",
        "everything": "Everything for which the law asks your permission",
        "change": "Change my choice",
        "no_link": "This link does not work",
        "no_link_text": (
            "Perhaps a part of it is missing. Copy the whole of it from our notice, or use the"
            " form for customers without a link. It costs nothing."
        ),
        "to_form": "To the form without a link",
        "form": "Say no to the use of your account information",
        "form_text": (
            "With this form you tell us not to use your customer proprietary network information"
            " (CPNI) for anything for which the law asks your permission. It costs nothing, day"
            " and night. Your services stay as they are. If you have a notice of ours, its link is"
            " quicker and lets you choose use by use."
        ),
        "name": "Your name, as it stands on the bill",
        "account": "Your telephone number with us, or your account number",
        "address": "The address to which we write to you",
        "only": "Only some uses? Say which (may be left empty)",
        "send": "Send",
        "missing": "Please fill this in.",
        "too_long": "This is too long. Please shorten it.",
        "no_control": "This holds signs that cannot be read. Please write it again.",
        "received": "We have your request",
        "received_text": (
            "A person looks up your account and records your choice. It counts from today. If you"
            " ask us about it, please give this reference:"
        ),
        "stop": "Stop our offers by e-mail",
        "stop_text": (
            "We send you no more offers by e-mail. Bills, notices that the law requires and"
            " messages about your account go on, and your choice about the use of your information"
            " stays as it is."
        ),
        "stop_now": "Stop offers by e-mail",
        "stopped": "You get no more offers from us by e-mail",
        "stopped_text": (
            "Bills, notices that the law requires and messages about your account go on. To get"
            " offers again, call us."
        ),
        "policy": "Our privacy policy",
        "version": "Version",
        "since": "in effect since",
        "from": "takes effect on",
        "others": "Other versions",
        "no_policy": "No policy is published yet.",
        "questions": "Questions? Call us:",
        "language": "Español",
        "of": "By",
    },
    "es": {
        "your_choice": "Su decisión sobre la información de su cuenta",
        "notice": "Nuestro aviso",
        "notice_of": "Nuestro aviso del",
        "reference": "Referencia",
        "intro": (
            "Usted decide si usamos la información de red propiedad del cliente (CPNI) sobre usted:"
            " qué servicios tiene, cómo están configurados y se usan, y qué contienen sus facturas."
            " Aquí puede cambiar de opinión en cualquier momento, sin costo. Sus servicios no"
            " cambian, decida lo que decida."
        ),
        "until": "Si no se opone a más tardar este día, supondremos que da su autorización:",
        "nothing_said": "No nos ha comunicado ninguna decisión.",
        "said_no": "Usted dijo que no. Vale desde el",
        "said_yes": "Usted dijo que sí. Vale desde el",
        "no": "No, no la usen para esto",
        "yes": "Sí, pueden usarla para esto",
        "save": "Guardar mi decisión",
        "or": "O con una sola respuesta",
        "refuse_all": "Decir que no a todo",
        "refuse_all_help": (
            "Ningún uso para el que la ley pida su autorización, ni ahora ni más adelante."
        ),
        "only_no": (
            "Con este enlace puede decir que no. Para autorizar algo, llámenos, por favor."
        ),
        "choose_one": "No eligió nada. Elija una respuesta y guárdela.",
        "not_saved": "No se pudo guardar. No cambió nada. Llámenos, por favor.",
        "saved": "Su decisión quedó registrada",
        "saved_text": (
            "No tiene que hacer nada más. Guarde o imprima esta página si quiere tener constancia."
        ),
        "sent_email": "Le enviamos una confirmación por correo electrónico.",
        "sent_post": "Le enviamos una confirmación por correo postal.",
        "everything": "Todo aquello para lo que la ley pide su autorización",
        "change": "Cambiar mi decisión",
        "no_link": "Este enlace no funciona",
        "no_link_text": (
            "Quizás le falta una parte. Cópielo completo de nuestro aviso, o use el formulario"
            " para clientes sin enlace. No tiene costo."
        ),
        "to_form": "Al formulario sin enlace",
        "form": "Negarse al uso de la información de su cuenta",
        "form_text": (
            "Con este formulario nos dice que no usemos la información de red propiedad del cliente"
            " (CPNI) sobre usted para nada para lo que la ley pida su autorización. No tiene costo,"
            " de día y de noche. Sus servicios no cambian. Si tiene un aviso nuestro, su enlace es"
            " más rápido y permite decidir uso por uso."
        ),
        "name": "Su nombre, como aparece en la factura",
        "account": "Su número de teléfono con nosotros o su número de cuenta",
        "address": "La dirección a la que le escribimos",
        "only": "¿Solo algunos usos? Díganos cuáles (puede dejarlo vacío)",
        "send": "Enviar",
        "missing": "Complete este dato, por favor.",
        "too_long": "Es demasiado largo. Acórtelo, por favor.",
        "no_control": "Contiene signos que no se pueden leer. Escríbalo de nuevo, por favor.",
        "received": "Recibimos su solicitud",
        "received_text": (
            "Una persona busca su cuenta y registra su decisión. Vale desde hoy. Si nos pregunta"
            " por ella, indique esta referencia:"
        ),
        "stop": "No recibir más ofertas por correo electrónico",
        "stop_text": (
            "No le enviaremos más ofertas por correo electrónico. Las facturas, los avisos que"
            " exige la ley y los mensajes sobre su cuenta continúan, y su decisión sobre el uso de"
            " su información no cambia."
        ),
        "stop_now": "No recibir más ofertas",
        "stopped": "Ya no recibirá ofertas nuestras por correo electrónico",
        "stopped_text": (
            "Las facturas, los avisos que exige la ley y los mensajes sobre su cuenta continúan."
            " Para recibir ofertas otra vez, llámenos."
        ),
        "policy": "Nuestra política de privacidad",
        "version": "Versión",
        "since": "vigente desde el",
        "from": "entra en vigencia el",
        "others": "Otras versiones",
        "no_policy": "Todavía no se ha publicado ninguna política.",
        "questions": "¿Preguntas? Llámenos:",
        "language": "English",
        "of": "De",
    },
}

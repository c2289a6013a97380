"""Mail that comes back: bounces and replies (domain.md 4.3).

mailbox, webhooks, manage.py receive_mail      the doors
    receiving    stores each message once
    reading      bytes -> headers, text, attachments           [pure]
    classifying  what it is: a failure, an auto-reply, words   [pure]
    quoting      what its sender wrote above what they answer  [pure]
    wording      whether that objects, and how surely          [pure]
    matching     whose delivery it answers, and how surely
    acting       what follows; what an officer corrects
"""

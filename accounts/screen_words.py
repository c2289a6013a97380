"""The name of a screen, as looks keep it, in words."""

from django.contrib import admin
from django.utils.text import capfirst

PAGE_WORDS = {
    "changelist": "list",
    "change": "page",
    "history": "history",
    "simple_history": "record as it was",
    "add": "form to add one",
    "delete": "deletion",
}


def screen_words(screen: str) -> str:
    """A screen's name as words: ``accounts_customer_change`` is “Customer: page”."""
    for model in admin.site._registry:
        prefix = f"{model._meta.app_label}_{model._meta.model_name}_"
        if screen.startswith(prefix):
            page = screen.removeprefix(prefix)
            name = capfirst(str(model._meta.verbose_name))
            return f"{name}: {PAGE_WORDS.get(page, page.replace('_', ' '))}"
    return screen.replace("_", " ").replace("-", " ").capitalize()

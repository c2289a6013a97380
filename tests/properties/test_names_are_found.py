"""However people mangle a name when they say, hear or type it, its customer is found."""

from datetime import date

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.finding import find
from accounts.models import NameWord
from accounts.name_words import NOISE, forms
from tests.factories.accounts import CustomerFactory

ON = date(2026, 11, 23)
LETTERS = "abcdefghijklmnopqrstuvwxyzáéñöüçł"
WORDS = st.text(LETTERS, min_size=2, max_size=10).filter(lambda word: word not in NOISE)
NAMES = st.lists(WORDS, min_size=1, max_size=4)
DISTORTIONS = st.sampled_from(
    ["none", "drop", "double", "swap", "plain", "upper", "order", "comma", "prefix", "hyphen"]
)


def distorted(words, how, word, place):
    """``words`` as somebody may type them; ``word`` and ``place`` say where the slip is."""
    words, at = list(words), word % len(words)
    one = words[at]
    here = place % len(one)
    match how:
        case "drop" if len(one) > 2:  # one letter alone tells nobody from another
            words[at] = one[:here] + one[here + 1 :]
        case "double":
            words[at] = one[:here] + one[here] + one[here:]
        case "swap":
            here = place % (len(one) - 1)
            words[at] = one[:here] + one[here + 1] + one[here] + one[here + 2 :]
        case "plain":
            words = list(forms(" ".join(words)).words)
        case "order":
            words = words[at:] + words[:at]
        case "comma":
            words = [words[-1] + ",", *words[:-1]]
        case "prefix":
            words[at] = one[: max(3, here)]
        case "hyphen":
            return "-".join(words)
    return " ".join(words).upper() if how == "upper" else " ".join(words)


class Names(TestCase):
    """Each example in a transaction of its own, among others of other names."""

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(NAMES, DISTORTIONS, st.integers(0, 99), st.integers(0, 99))
    def test_the_customer_is_among_the_results(self, words, how, word, place):
        typed = distorted(words, how, word, place)
        assume(len(typed.strip()) > 1)
        for name in ("Zbigniew Wojciechowski", "Quentin Featherstonehaugh"):
            CustomerFactory(name=name, post=False, service=False)
        customer = CustomerFactory(name=" ".join(words).title(), post=False, service=False)
        assert NameWord.objects.filter(customer=customer).exists()
        assert customer.pk in {one.customer_id for one in find(typed, on=ON)}, typed

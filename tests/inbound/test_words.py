"""What the words of a reply mean: plain objections, and all that is not one."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import notices
from cpni.inbound.quoting import split
from cpni.inbound.wording import meaning

PLAIN = """\
STOP
Please opt me out.
I want to opt out
OPT OUT!!
Please remove me from this list
Do not use my information
Please don't sell my personal information to anyone
I don't want you to use my CPNI
We object to this.
I withdraw my consent
I'd like to opt out.
Opting out. Account 4711
No autorizo el uso de mis datos
No quiero que usen mi información
Me opongo.
Por favor denme de baja
No compartan mi información con nadie
Quiero optar por no participar
BAJA
No estoy de acuerdo
Remove me
Please take my number off your marketing list
Take me off, please
Unsubscribe me from all of your offers
We refuse
I refuse permission to use my records
I decline any sharing of my data
I do not want you to use my account information
Quítenme de su lista""".splitlines()

NOT_PLAIN = """\
Please do not opt me out
do not stop
Don't stop using my information
Please keep me in
How do I opt out?
Can I opt out later
What happens if I opt out
I never opted out
I opted out by mistake, please opt me back in
opt in
Yes, I agree
I agree, do not remove me
Unless it costs money, opt me out
You may use my data but do not share it with agents
I don't want to unsubscribe
My neighbor said opt out
cancel my opt out
I changed my mind about opting out
don't take me off the list
I will not opt out
nobody wants to opt out
I received a letter about opting out
Is there a fee to opt out
Please make sure I am not opted out
I refuse to opt out
I object to being opted out
no quiero darme de baja
¿Cómo puedo darme de baja?
No me opongo
no quiero que me den de baja
No deseo excluirme
Solo compartan mis datos con ustedes
Si, autorizo
Please remove my number 801-555-0134 from the account, it was ported to another company.
Please remove me from paperless billing and send paper bills.
Please take my number off autopay
cancel
Please cancel
We refuse delivery of the modem you sent
I do not want you to use the old address
I decline the new plan
Denme de baja del servicio de internet
Thanks
My internet is down""".splitlines()
TEXTS = sorted((Path(notices.__file__).parent / "texts").glob("*.txt"))


@pytest.mark.parametrize("words", PLAIN)
def test_a_plain_objection_is_understood(words):
    assert meaning(words).objects
    assert meaning(f"Hello,\n\n{words}\n\nThank you").objects


@pytest.mark.parametrize("words", NOT_PLAIN)
def test_what_is_not_plain_is_left_to_a_person(words):
    assert not meaning(words).objects
    assert not meaning(f"Hello,\n\n{words}\n\nThank you").objects


@pytest.mark.parametrize("words", ["cancel", "Please remove me from paperless billing"])
def test_what_may_object_to_something_else_may_still_object(words):
    assert meaning(words).perhaps


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.name)
def test_no_part_of_a_notice_is_taken_for_an_objection_of_its_reader(file):
    for part in file.read_text().split("\n\n"):
        assert not meaning(part).objects, part


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.name)
def test_what_is_above_a_notice_that_nothing_marks_as_quoted_is_found(file):
    notice = file.read_text()
    lines = [line for line in notice.splitlines() if len(line) > 40 and "{{" not in line]
    if lines:
        reply = split("Please opt me out.\n\n" + "\n".join(lines), notice)
        assert reply.above == "Please opt me out."


@settings(deadline=None)
@given(st.text(max_size=400), st.sampled_from(PLAIN))
def test_nothing_breaks_it_and_a_question_beside_it_leaves_it_to_a_person(text, words):
    meaning(text)
    assert not meaning(f"{words}\nBut what does it cost?\n{text}").objects

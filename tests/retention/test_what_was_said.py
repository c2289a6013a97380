"""Readings, complaints and the calls in which they were made: kept while something needs them."""

from datetime import UTC, date, datetime

import pytest

from cpni.holds import held
from cpni.models import Complaint, ScriptReading
from cpni.retention import Cut
from cpni.retention_records import RECORDS
from tests.factories.accounts import CallFactory
from tests.factories.cpni import ComplaintFactory, OptOutRequestFactory, ScriptReadingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]
CUT = Cut(date(2032, 1, 1), datetime(2032, 1, 1, 7, tzinfo=UTC))


def removable(model):
    (records,) = (r for r in RECORDS if r.model is model)
    return list(records.removable(CUT, held()))


def test_a_reading_on_which_a_choice_rests_is_never_purged():
    choice = OptOutRequestFactory(opt_in=True)
    proof = ScriptReadingFactory(kind="opt_in", recording="R-1", request=choice)
    once = ScriptReadingFactory()
    assert removable(ScriptReading) == [once]
    assert proof.request == choice


def test_an_open_complaint_is_never_purged():
    ComplaintFactory()
    resolved = ComplaintFactory(resolved=True)
    assert removable(Complaint) == [resolved]


def test_a_call_stays_while_what_was_said_in_it_is_kept():
    calls = [CallFactory(ended=True) for _ in range(4)]
    ScriptReadingFactory(call=calls[0])
    ComplaintFactory(call=calls[1])
    OptOutRequestFactory(call=calls[2])
    assert removable(type(calls[0])) == [calls[3]]

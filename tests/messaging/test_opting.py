"""What the trail tells of STOP and START: who said it, for whom, and never the number."""

from typing import Any

from sqlalchemy import select

from core import tenancy
from core.audit import Actor, AuditEvent
from core.database import db
from invoices.models import Channel, ContactPoint, ContactState
from messaging import opting, replies
from messaging.sms_models import OptOutSource, Report
from tests import factories
from tests.factories import NOW
from tests.messaging.outbox import Outbox

NUMBER = "+31612345678"


def say(word: Report, provider_id: str) -> int:
    """Let the number's owner send a word to the installation's sender."""
    return replies.take_word(word=word, number=NUMBER, provider_id=provider_id, now=NOW)


def lines() -> list[AuditEvent]:
    found = select(AuditEvent).where(AuditEvent.about == "opt_out").order_by(AuditEvent.id)
    return list(db.session.scalars(found))


def test_stop_and_start_are_lines_of_the_debtor_by_their_own_word(outbox: Outbox) -> None:
    debtor, _contact = outbox.debtor(sms=NUMBER)
    assert (say(Report.STOP, "SM1"), say(Report.START, "SM2")) == (1, 1)
    stop, start = lines()
    for line in (stop, start):
        assert (line.actor, line.member_id, line.at) == (Actor.DEBTOR, None, NOW)
        assert (line.organisation_id, line.debtor_id) == (outbox.organisation.id, debtor.id)
    assert (stop.what, start.what) == ("contact.opted_out", "contact.opted_in")
    assert stop.details == {"channel": "sms", "source": "stop", "reason": "STOP"}
    assert start.details == {"channel": "sms", "reason": "START"}
    assert stop.about_id == start.about_id


def test_stop_that_comes_while_somebody_takes_a_word_back_stays(outbox: Outbox) -> None:
    _debtor, contact = outbox.debtor(sms=NUMBER)
    where: dict[str, Any] = {
        "organisation_id": outbox.organisation.id,
        "channel": Channel.SMS,
        "value": NUMBER,
        "now": NOW,
    }
    opting.opt_out(source=OptOutSource.DEBTOR, **where)
    say(Report.STOP, "SM1")
    # Both looked before STOP came.
    assert not opting.opt_in(said=opting.REASONS[OptOutSource.DEBTOR], **where)
    assert not opting.opt_in(member_id=1, **where)
    assert opting.source_at(contact=contact) is OptOutSource.STOP
    assert opting.opt_in(**where)


def test_no_line_holds_the_number(outbox: Outbox) -> None:
    outbox.debtor(sms=NUMBER)
    say(Report.STOP, "SM1")
    say(Report.START, "SM2")
    assert len(lines()) == 2
    assert not any(NUMBER[3:] in str(line.details) for line in lines())


def test_a_word_that_changes_nothing_leaves_no_line(outbox: Outbox) -> None:
    outbox.debtor(sms=NUMBER)
    assert say(Report.START, "SM1") == 0
    assert lines() == []
    assert [say(Report.STOP, provider_id) for provider_id in ("SM2", "SM2", "SM3")] == [1, 0, 0]
    assert len(lines()) == 1
    assert [say(Report.START, provider_id) for provider_id in ("SM4", "SM4", "SM5")] == [1, 0, 0]
    assert len(lines()) == 2


def test_everybody_who_is_reached_at_the_number_has_a_line_and_nobody_else(outbox: Outbox) -> None:
    first, second = outbox.debtor(sms=NUMBER)[0], outbox.debtor(sms=NUMBER)[0]
    outbox.debtor(sms="+31687654321")
    failed = db.session.scalars(select(ContactPoint).where(ContactPoint.debtor_id == second.id)).one()
    failed.state = ContactState.FAILED
    elsewhere = factories.organisation()
    with tenancy.scope(elsewhere.id):
        theirs = factories.debtor(elsewhere)
        factories.contact_point(theirs, channel=Channel.SMS, value=NUMBER)
    say(Report.STOP, "SM1")
    assert {(line.organisation_id, line.debtor_id) for line in lines()} == {
        (outbox.organisation.id, first.id),
        (outbox.organisation.id, second.id),
        (elsewhere.id, theirs.id),
    }


def test_a_message_kept_back_because_of_a_note_makes_no_word_of_the_provider_of_it(outbox: Outbox) -> None:
    to = outbox.debtor()
    member_id = factories.member(outbox.organisation).id
    assert opting.note_unwanted(contact=to[1], member_id=member_id, now=NOW)
    outbox.write(to)
    assert outbox.deliver() == {"suppressed": 1}
    assert opting.note_wanted(contact=to[1], member_id=member_id, now=NOW)


def test_what_only_the_provider_says_is_told_as_such_and_once(outbox: Outbox) -> None:
    debtor, contact = outbox.debtor(sms=NUMBER)
    outbox.twilio.faults.always[NUMBER] = 21610
    for _ in range(2):
        # The second message was written before the first one was refused.
        outbox.write((debtor, contact))
    outbox.deliver()
    (line,) = lines()
    assert (line.what, line.actor, line.debtor_id) == ("contact.opted_out", Actor.SYSTEM, debtor.id)
    assert line.details == {"channel": "sms", "source": "provider", "reason": "STOP (21610)"}


def test_a_number_that_no_debtor_has_any_more_still_leaves_a_line(outbox: Outbox) -> None:
    assert opting.opt_out(
        organisation_id=outbox.organisation.id,
        channel=Channel.SMS,
        value=NUMBER,
        source=OptOutSource.PROVIDER,
        now=NOW,
    )
    (line,) = lines()
    assert (line.what, line.debtor_id) == ("contact.opted_out", None)

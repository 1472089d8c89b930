"""The whole way of a debtor: link, list, answer, receipt."""

from tests.collections_portal.conftest import Guest


def test_a_debtor_opens_the_link_answers_and_gets_a_receipt(guest: Guest) -> None:
    listed = guest.enter()
    assert listed.path == "/invoices"
    assert listed.heading == "Your open invoices"
    form = guest.choose(button="Respond", page=listed)
    assert form.heading == "Your reaction"
    back = form.submit(
        {"type": "complaint", "complaint.reason": "amount", "complaint.explanation": "Two hours too many."},
        button="Save reaction",
    )
    assert back.path == "/invoices"
    assert "Your reaction has been saved." in back.words
    assert back.words.count("Until then we send no reminders for this invoice.") == 2
    receipt = back.follow("See your reaction")
    assert receipt.heading == "We have received your reaction"
    assert "Two hours too many." in receipt.words

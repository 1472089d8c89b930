"""E-mails: the filled bytes say what `EmailMessage` would have said, in both parts the same."""

import re
import time
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging import wording
from messaging.events import EVENTS, Part
from messaging.headers import AddressRefused, one_line
from messaging.layout import Look
from messaging.mail import Mailbox
from messaging.placeholders import clean
from tests.messaging.samples import LINK, MESSAGE_ID, template_of, values_in

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
TO = Mailbox("Zoë Visser", "zoe@example.org")
FREE = {
    Part.SUBJECT: "About ((creditor))",
    Part.BODY: "((salutation)),\n\n((first_name))\n\nSee: ((link))\n\n- ((creditor))\n- two",
}
anything = st.text(
    alphabet=st.one_of(st.characters(), st.sampled_from(list(".\r\n =\t€ëÿ\x00\x85\u2028\u202e😀<>&\"'()?"))),
    max_size=300,
)


def parsed(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=SMTP)


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body(preferencelist=(kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def words_of_html(html: str) -> str:
    """Return what a reader sees of the HTML part, blocks apart."""
    document = html5lib.parse(re.sub(r"<br\s*/?>", " ", html), namespaceHTMLElements=False)
    body = document.find("body")
    assert body is not None
    return " ".join(" ".join(body.itertext()).split())


def words_of_text(text: str) -> str:
    """Return the words of the plain part without the marks that stand for bullets, buttons and the foot."""
    plain = re.sub(r"(?m)^- +|^-- $", "", text.replace(f":\n{LINK}", f"\n{LINK}\n{LINK}"))
    return " ".join(plain.split()).replace(f"{LINK} {LINK}", LINK)


def without_blanks(name: str) -> str:
    """Return a long name for comparing: Python's reader puts blanks between the encoded words of a name."""
    return name.replace(" ", "")


def filled(values: dict[str, str], *, recipient: Mailbox = TO) -> bytes:
    return template_of("invoice_link", "nl", FREE).fill(
        recipient=recipient, message_id=MESSAGE_ID, sent_at=AT, values=values
    )


@settings(max_examples=200, deadline=None)
@given(name=anything, word=anything, creditor=anything)
def test_the_filled_bytes_are_what_the_standard_library_makes_of_the_same_words(
    name: str, word: str, creditor: str
) -> None:
    values = values_in("nl", short=False) | {"salutation": word, "first_name": name, "creditor": creditor}
    content = filled(values, recipient=Mailbox(name, "zoe@example.org"))
    ours = parsed(content)
    theirs = EmailMessage(policy=SMTP)
    theirs["From"] = "Voltwerk <facturen@voltwerk.nl>"
    theirs["Reply-To"] = "Voltwerk <hulp@voltwerk.nl>"
    theirs["Auto-Submitted"] = "auto-generated"
    theirs["Subject"] = subject = one_line(f"About {clean(creditor)}")
    theirs["Date"] = AT
    theirs["Message-ID"] = MESSAGE_ID
    theirs.set_content(part(ours, "plain"), cte="quoted-printable")
    theirs.add_alternative(part(ours, "html"), subtype="html", cte="quoted-printable")
    theirs["Content-Language"] = "nl"
    theirs = parsed(theirs.as_bytes())

    for header in ("From", "Reply-To", "Auto-Submitted", "Content-Language", "Message-ID"):
        assert ours[header] == theirs[header]
    # Not against theirs: the library loses blanks where it folds a long line.
    assert ours["Subject"] == subject
    assert ours["Date"].datetime == theirs["Date"].datetime == AT
    assert without_blanks(ours["To"].addresses[0].display_name) == without_blanks(one_line(name))
    assert ours["To"].addresses[0].addr_spec == "zoe@example.org"
    assert [p.get_content_type() for p in ours.walk()] == [p.get_content_type() for p in theirs.walk()]
    assert part(ours, "plain") == part(theirs, "plain")
    assert part(ours, "html") == part(theirs, "html")
    for value in (word, name, creditor):
        assert clean(value).strip() in part(ours, "plain")
    content.decode("ascii")
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(len(line) for line in content.split(b"\r\n")) <= 78
    assert not ours.defects
    assert not any(piece.defects for piece in ours.walk())


@pytest.mark.parametrize("event", list(EVENTS))
@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_both_parts_say_the_same(event: str, language: str) -> None:
    values = values_in(language, short=False)
    mail = parsed(
        template_of(event, language).fill(recipient=TO, message_id=MESSAGE_ID, sent_at=AT, values=values)
    )
    seen = words_of_html(part(mail, "html")).replace(f"{LINK} {LINK}", LINK)
    assert seen == words_of_text(part(mail, "plain"))
    assert "((" not in seen


def test_the_message_has_one_button_the_link_as_text_and_nothing_from_elsewhere() -> None:
    mail = parsed(filled(values_in("nl", short=False)))
    html = part(mail, "html")
    document = html5lib.parse(html, namespaceHTMLElements=False)
    addresses = [link.get("href") for link in document.iter("a")]
    assert addresses == [LINK, LINK]
    assert [link.text for link in document.iter("a")] == ["See", LINK]
    for tag in ("img", "script", "link", "iframe", "form", "object", "video"):
        assert document.find(f".//{tag}") is None
    assert set(re.findall(r"https?://[^\"<\s]+", html)) == {LINK}
    assert "url(" not in html
    assert "prefers-color-scheme: dark" in html
    assert document.get("lang") == "nl"


def test_styles_stand_at_their_elements_and_only_dark_screens_have_rules() -> None:
    html = part(parsed(filled(values_in("nl", short=False))), "html")
    rules = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert rules is not None
    assert rules[1].strip().startswith("@media (prefers-color-scheme: dark)")
    assert re.search(r'<a class="button"[^>]*style="[^"]*background: #0B5560', html)


def test_a_line_of_which_the_organisation_has_nothing_is_in_neither_part() -> None:
    values = values_in("nl", short=False) | {"organisation_phone": "", "organisation_registration": ""}
    mail = parsed(
        template_of("invoice_link", "nl").fill(recipient=TO, message_id=MESSAGE_ID, sent_at=AT, values=values)
    )
    for kind in ("plain", "html"):
        assert "Bel ons op ." not in part(mail, kind)
        assert "020" not in part(mail, kind)
        assert "Mail ons op facturen@voltwerk.nl" in part(mail, kind)


def test_markup_in_a_value_or_in_the_text_is_shown_as_it_was_typed() -> None:
    attack = '</p><script>alert(1)</script><a href="https://evil.example">'
    texts = {Part.SUBJECT: "Hi", Part.BODY: f"{attack} ((first_name))\n\nSee: ((link))"}
    mail = parsed(
        template_of("invoice_link", "en", texts).fill(
            recipient=TO,
            message_id=MESSAGE_ID,
            sent_at=AT,
            values=values_in("en", short=False) | {"first_name": attack},
        )
    )
    html = part(mail, "html")
    assert "<script" not in html
    assert words_of_html(html).count(attack) == 2


def test_a_name_cannot_add_a_header_or_a_recipient() -> None:
    attack = "Eve\r\nBcc: all@example.org\r\n\r\n<b>"
    values = values_in("nl", short=False) | {"creditor": attack, "first_name": attack}
    mail = parsed(filled(values, recipient=Mailbox(attack, "zoe@example.org")))
    assert mail["Bcc"] is None
    assert len(mail["To"].addresses) == 1
    assert mail["Subject"] == "About Eve Bcc: all@example.org <b>"


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(AddressRefused):
        filled(values_in("nl", short=False), recipient=Mailbox("", "a@b.nl\r\nBcc: c@d.nl"))


def test_a_message_filled_again_has_the_same_bytes() -> None:
    values = values_in("nl", short=False)
    template = template_of("invoice_link", "nl")
    first = template.fill(recipient=TO, message_id=MESSAGE_ID, sent_at=AT, values=values)
    template.fill(recipient=TO, message_id=MESSAGE_ID, sent_at=AT, values=values | {"creditor": ""})
    assert template.fill(recipient=TO, message_id=MESSAGE_ID, sent_at=AT, values=values) == first


def test_filling_costs_a_small_part_of_building() -> None:
    """Both are measured in turns on the same machine, so the ratio holds where the milliseconds do not."""
    template = template_of("invoice_link", "nl")
    values = values_in("nl", short=False)

    def fill() -> bytes:
        return template.fill(recipient=TO, message_id=MESSAGE_ID, sent_at=AT, values=values)

    mail = parsed(fill())
    text, html = part(mail, "plain"), part(mail, "html")

    def build() -> bytes:
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"], message["Subject"] = "a@b.nl", "Zoë <c@d.nl>", "Uw facturen"
        message.set_content(text)
        message.add_alternative(html, subtype="html")
        return message.as_bytes()

    def cost(work: object) -> float:
        assert callable(work)
        started = time.process_time()
        for _ in range(20):
            work()
        return time.process_time() - started

    rounds = [(cost(fill), cost(build)) for _ in range(3)]
    assert min(filling for filling, _ in rounds) * 5 < min(building for _, building in rounds)


@pytest.mark.parametrize("colour", ["red", "#12345", "#1234567", "#0B5560;}", "url(x)"])
def test_a_colour_that_is_none_is_a_mistake_of_ours(colour: str) -> None:
    with pytest.raises(ValueError, match="RRGGBB"):
        Look(accent=colour)

"""Mails as servers and readers send them back, made for tests by the words of RFC 3464 and RFC 5965."""

REPORT = """\
From: MAILER-DAEMON@mx.mail.example (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="lines"

--lines
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.mail.example.

--lines
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.mail.example
Arrival-Date: Fri, 20 Nov 2026 10:30:00 +0100

Final-Recipient: rfc822; sanne@mail.example
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example
Diagnostic-Code: smtp; {diagnosis}

--lines
Content-Type: message/rfc822

From: Voltwerk <portal@voltwerk.example>
To: sanne@mail.example
Subject: Herinnering

Beste Sanne
--lines--
"""

PLAIN = """\
From: {sender}
To: {to}
Subject: {subject}

Hi. This is the mail program at mail.example.
I could not deliver your message to the address below. I have given up.

<sanne@mail.example>:
{words}

--- Below this line is a copy of the message.
"""

AWAY = """\
From: Sanne de Vries <sanne@mail.example>
To: {to}
Subject: Automatic reply: away until 5.1.2027
Auto-Submitted: auto-replied

I am away. In a hurry, call 550 123.
"""

COMPLAINT = """\
From: <abuse@bigmail.example>
To: fbl@voltwerk.example
Subject: FW: Herinnering
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="lines"

--lines
Content-Type: text/plain; charset=us-ascii

This is a mail abuse report.

--lines
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
{named}
--lines
Content-Type: message/rfc822

{quoted}From: Voltwerk <portal@voltwerk.example>
To: sanne@mail.example
Subject: Herinnering

Beste Sanne
--lines--
"""


def report(
    to: str = "b-1@b.example",
    *,
    action: str = "failed",
    status: str = "5.1.1",
    diagnosis: str = "550 5.1.1 No such user",
) -> bytes:
    """Return a delivery report."""
    return REPORT.format(to=to, action=action, status=status, diagnosis=diagnosis).encode()


def plain(
    to: str = "b-1@b.example",
    *,
    sender: str = "MAILER-DAEMON@mail.example",
    subject: str = "failure notice",
    words: str = "550 5.1.1 No such user (#5.1.1)",
) -> bytes:
    """Return a bounce without a report."""
    return PLAIN.format(to=to, sender=sender, subject=subject, words=words).encode()


def away(to: str = "b-1@b.example") -> bytes:
    """Return what an answering machine writes."""
    return AWAY.format(to=to).encode()


def complaint(path: str, *, kind: str = "abuse", by_field: bool = True) -> bytes:
    """Return a complaint that quotes our return path in its own field, or in the mail itself."""
    return COMPLAINT.format(
        kind=kind,
        named=f"Original-Mail-From: <{path}>\n" if by_field else "",
        quoted="" if by_field else f"Return-Path: <{path}>\n",
    ).encode()

"""The story's steps, each verified before the next one begins; it ends at the first that does not hold."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from collections_portal.story.files import contacts_for, own_invoices
from collections_portal.story.stage import Stage, staged
from core import clock

METHODS = ("GET", "HEAD", "OPTIONS")
SCANNERS = (
    "Mozilla/5.0 (compatible; Microsoft Office Existence Discovery)",
    "Mozilla/5.0 (compatible; Proofpoint URL Defense)",
    "Mozilla/5.0 (compatible; Mimecast)",
    "BarracudaCentral-LinkProtect/1.0",
    "Slackbot-LinkExpanding 1.0",
    "WhatsApp/2.23.20.0",
)


class NotAsTold(AssertionError):
    """A step did not show what it must show."""


def run(invoices: Path | None) -> int:
    """Tell the story on a throw-away database and return the exit code: 0 when every step was verified."""
    with tempfile.TemporaryDirectory(prefix="portal-story-") as folder, staged(Path(folder)) as stage:
        file = invoices or own_invoices(Path(folder) / "invoices.csv")
        for number, (title, step) in enumerate(_steps(stage, file), start=1):
            click.echo(f"\n{number}. {title}")
            try:
                for seen in step():
                    click.echo(f"   {seen}")
            except Exception as error:  # noqa: BLE001  whatever breaks a step is what the story has to tell
                click.echo(f"   NOT AS TOLD: {type(error).__name__}: {error}", err=True)
                return 1
    click.echo("\nEvery step was verified.")
    return 0


def _steps(stage: Stage, file: Path) -> tuple[tuple[str, Callable[[], Iterator[str]]], ...]:
    return (
        ("Import the invoices", lambda: _import_invoices(stage, file)),
        ("Import contacts, made up from the customer numbers", lambda: _import_contacts(stage)),
        ("An agent signs in, proposes a dunning run and approves it", lambda: _first_run(stage)),
        ("Machines look at a link; nothing changes", lambda: _scanners_look(stage)),
        ("The debtor opens the link and sees invoices, nothing else", lambda: _debtor_enters(stage)),
        ("The debtor reacts to two invoices", lambda: _debtor_reacts(stage)),
        ("The desk shows the action", lambda: _desk_shows(stage)),
        ("The next run leaves those two alone and reminds of the rest", lambda: _second_run(stage)),
        ("The agent answers and closes the action", lambda: _agent_closes(stage)),
        ("The run after that reminds of them again", lambda: _third_run(stage)),
    )


def must(condition: object, otherwise: str) -> None:
    """Go on only if the condition holds. Raises NotAsTold."""
    if not condition:
        raise NotAsTold(otherwise)


def _import_invoices(stage: Stage, file: Path) -> Iterator[str]:
    rows = stage.import_file(file, kind="invoices_with_debtors")
    must(rows == stage.count_invoices(), f"{rows} rows, but {stage.count_invoices()} invoices stored")
    yield f"{file.name}: {rows:,} invoices of {stage.count_debtors():,} debtors, all open and overdue"
    number = stage.some_number()
    yield f"numbers are kept as written, such as {number}"
    must(stage.asks_before_again(file), "the same file was taken twice without a question")
    yield "the same file once more: the portal asks first"


def _import_contacts(stage: Stage) -> Iterator[str]:
    file = contacts_for(stage.folder / "contacts.csv", stage.customer_numbers())
    rows = stage.import_file(file, kind="debtors")
    emails, mobiles = stage.count_contacts()
    must(emails and mobiles and emails + mobiles == rows, "a contact is missing")
    yield f"{emails} e-mail addresses and {mobiles} mobile numbers"


def _first_run(stage: Stage) -> Iterator[str]:
    stage.sign_in()
    _run(stage)
    mails, texts = len(stage.sink.received), len(stage.scene.texts())
    must(
        mails + texts == stage.count_debtors(),
        f"{mails} e-mails and {texts} SMS for {stage.count_debtors()} debtors",
    )
    yield f"{mails} e-mails arrived by SMTP and {texts} SMS were handed over: one message per debtor"
    must(
        all("/k/" in text for text in (*stage.scene.mail_texts(), *stage.scene.texts())),
        "a message has no link",
    )
    yield "each has its own link"


def _run(stage: Stage) -> None:
    page = stage.propose()
    must(page.status == 200, f"the proposal answered {page.status}")
    page = stage.approve(page)
    must(page.status == 200, f"the approval answered {page.status}")


def _run_after_gap(stage: Stage) -> set[str]:
    stage.let_the_gap_pass()
    begun = clock.now()
    _run(stage)
    return stage.reminded_since(begun)


def _scanners_look(stage: Stage) -> Iterator[str]:
    stage.choose_debtor()
    before = stage.scene.fingerprint()
    for agent in SCANNERS:
        for method in METHODS:
            seen = stage.stranger.get(stage.link, method=method, agent=agent)
            must(seen.status == 200, f"{method} by {agent} was answered {seen.status}")
            must(not stage.says_who(seen.html), "a look tells something about the debtor")
    must(stage.scene.fingerprint() == before, "a look changed the database")
    must(not stage.stranger.cookies, "a look set a cookie")
    yield f"{len(SCANNERS)} of them, by {', '.join(METHODS)}: no cookie, and every table as it was"


def _debtor_enters(stage: Stage) -> Iterator[str]:
    page = stage.enter(stage.link)
    must(page.address.endswith("/invoices"), f"entering led to {page.address}")
    must("/k/" not in page.html, "the token is on the page")
    must(not stage.says_who(page.html), "the list tells something about the debtor")
    missing = [number for number in stage.numbers if number not in page.text]
    must(not missing, f"not on the list: {missing[:3]}")
    yield f"{len(stage.numbers)} open invoices, and no name, number, address or telephone anywhere"


def _debtor_reacts(stage: Stage) -> Iterator[str]:
    page = stage.debtor.get("/invoices")
    chosen = stage.invoice_ids[:2]
    page = stage.debtor.post(page, page.form_to("/invoices"), {"invoice": chosen, "answer": "react"})
    must(page.address.endswith("/react"), f"choosing led to {page.address}")
    form = page.form_to("/react")
    page = stage.debtor.post(page, form, stage.complaint(page.html), press="save")
    must(page.address.endswith("/invoices"), f"saving led to {page.address}: {page.text[:200]}")
    must(stage.count_reactions() == 1, "the reaction was not stored")
    reference = stage.reference()
    must(reference in page.text, "the list does not name the reference")
    yield f"stored as {reference} for {stage.numbers[0]} and {stage.numbers[1]}"
    receipt = stage.debtor.get(page.link_to("/reactions/"))
    must(receipt.status == 200 and reference in receipt.text, "there is no receipt")
    yield "the list shows it with the invoices, and there is a receipt to keep"


def _desk_shows(stage: Stage) -> Iterator[str]:
    inbox = stage.desk.get("/desk/actions")
    must(stage.numbers[0] in inbox.text or stage.reference() in inbox.text, "the inbox does not show it")
    page = stage.desk.get(stage.action_path())
    must(all(number in page.text for number in stage.numbers[:2]), "the action lacks an invoice")
    must(stage.WORDS in page.text, "the action lacks what the debtor wrote")
    yield "with both invoices and the debtor's own words"


def _second_run(stage: Stage) -> Iterator[str]:
    numbers = _run_after_gap(stage)
    both = set(stage.numbers[:2])
    must(not both & numbers, "one of the two was reminded of")
    must(set(stage.numbers[2:]) <= numbers, "the others were not reminded of")
    why = stage.reasons_to_skip(both)
    must(why == {"exempt"}, f"the reason given is {why}")
    yield f"{len(numbers):,} invoices reminded of, these two not; reason given: a reaction is being handled"


def _agent_closes(stage: Stage) -> Iterator[str]:
    page = stage.desk.get(stage.action_path() + "/close")
    page = stage.desk.post(page, page.form_to("/close"), stage.decision())
    must(page.status == 200 and stage.is_closed(), f"closing answered {page.status}: {page.text[:200]}")
    stage.scene.deliver()
    mails = stage.scene.mail_texts(to=stage.address)
    must(stage.ANSWER in mails[-1], "the debtor did not get the answer")
    page = stage.enter(stage.newest_link())
    must(page.text.count(stage.ANSWER) == 2, "the list does not show the answer at both invoices")
    yield "the debtor gets the answer by e-mail and sees it on the list, at both invoices"


def _third_run(stage: Stage) -> Iterator[str]:
    numbers = _run_after_gap(stage)
    must(set(stage.numbers[:2]) <= numbers, "the two were not reminded of")
    yield f"{len(numbers):,} invoices reminded of, {stage.numbers[0]} and {stage.numbers[1]} among them"

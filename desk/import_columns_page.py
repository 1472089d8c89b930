"""What the page on which columns are matched needs: how the file was read, what is open, and each column."""

from typing import Any

from flask_babel import format_decimal, gettext, ngettext

from core.refusals import Refusal
from desk import import_words as words
from desk.forms.fields import choices
from desk.forms.imports import FIXED, ColumnsForm
from desk.import_files import Upload
from invoices.importing.amounts import DecimalSign
from invoices.importing.choices import Choices
from invoices.importing.column_kinds import WITH_INVOICES
from invoices.importing.columns import COLUMNS
from invoices.importing.dates import DateOrder
from invoices.importing.evidence import Finding, Verdict
from invoices.importing.preparing import Opened
from invoices.importing.profiles import (
    DateOrderUndecided,
    DecimalSignUndecided,
    Profile,
    TwoDigitYearsUndecided,
    profile,
)

SAMPLES = 3
LONGEST_SAMPLE = 40
OPEN = (Verdict.AMBIGUOUS, Verdict.CONFLICTING)
UNDECIDED = (DateOrderUndecided, DecimalSignUndecided, TwoDigitYearsUndecided)


def columns_context(*, upload: Upload, opened: Opened, form: ColumnsForm) -> dict[str, Any]:
    """Return what the page shows. The whole file is read once. Refuses what reading it refuses."""
    found = profile(table=opened.table, matching=opened.matching)
    _offer_orders(form, found)
    _offer_signs(form, found)
    missing = opened.matching.missing()
    return {
        "here": "imports",
        "upload": upload,
        "form": form,
        "is_csv": opened.table.layout.form == "csv",
        "chips": _chips(opened, found, upload.choices),
        "open_dates": found.dates.verdict if found.dates.verdict in OPEN else "",
        "open_amounts": found.decimals.verdict if found.decimals.verdict in OPEN else "",
        "short_years": found.two_digit_years,
        "columns": _columns(form, opened, waits=any(not set(group).intersection(FIXED) for group in missing)),
        "guessed": len(opened.guessed),
        "missing": [words.labels(group) for group in missing],
        "fixed": _fixed(form, upload, {name for group in missing for name in group}),
        "has_invoices": upload.kind in WITH_INVOICES,
    }


def open_questions(found: Profile, wanted: Choices) -> list[Refusal]:
    """Return everything the file leaves open and nobody decided, as the refusals that ask for it."""
    answers = (
        found.dates.choice or wanted.date_order,
        found.decimals.choice or wanted.decimal_sign,
        wanted.two_digit_years or not found.two_digit_years,
    )
    return [question() for question, answer in zip(UNDECIDED, answers, strict=True) if not answer]


def _offer_orders(form: ColumnsForm, found: Profile) -> None:
    """Offer the orders the dates allow, each with what it would mean; all of them where nothing is open."""
    samples, is_open = found.dates.samples, found.dates.verdict in OPEN
    offered = [
        (order.value, _with_sample(name, words.date_sample(order, samples.get(order, ())) if is_open else ""))
        for order, name in words.DATE_ORDERS.items()
        if order in samples or not is_open
    ]
    form.date_order.choices = choices([*_as_found(is_open), *offered])


def _offer_signs(form: ColumnsForm, found: Profile) -> None:
    samples, is_open = found.decimals.samples, found.decimals.verdict in OPEN
    offered = [
        (sign.value, _with_sample(name, words.amount_sample(sign, samples.get(sign, ())) if is_open else ""))
        for sign, name in words.DECIMAL_SIGNS.items()
        if sign in samples or not is_open
    ]
    form.decimal_sign.choices = choices([*_as_found(is_open), *offered])


def _as_found(is_open: bool) -> list[tuple[str, str]]:
    return [] if is_open else [("", str(gettext("As found in the file")))]


def _with_sample(name: str, sample: str) -> str:
    return f"{words.said(name)}: {sample}" if sample else words.said(name)


def _chips(opened: Opened, found: Profile, chosen: Choices) -> list[str]:
    """Return how the file was read, in a few words each."""
    layout = opened.table.layout
    chips = [ngettext("%(count)s row", "%(count)s rows", found.rows, count=format_decimal(found.rows))]
    if layout.form == "csv":
        separator = words.said(words.DELIMITERS[layout.delimiter or ";"])
        chips.append(gettext("Separated by %(separator)s", separator=separator))
        chips.append(words.encoding(layout.encoding or ""))
    else:
        chips.append(gettext("Excel, sheet %(sheet)s", sheet=layout.sheet))
    if order := chosen.date_order or _clear(found.dates):
        chips.append(gettext("Dates %(order)s", order=words.said(words.DATE_ORDERS[DateOrder(order)])))
    if sign := chosen.decimal_sign or _clear(found.decimals):
        chips.append(words.said(words.DECIMAL_SIGNS[DecimalSign(sign)]))
    return [str(chip) for chip in chips]


def _clear(finding: Finding[Any]) -> Any:
    return finding.choice if finding.verdict == Verdict.CLEAR else None


def _columns(form: ColumnsForm, opened: Opened, *, waits: bool) -> list[dict[str, Any]]:
    """Return each column of the file; with `waits` something is missing that a column left out may hold."""
    rows = []
    for place, (header, field) in enumerate(zip(opened.table.header, form.columns(), strict=True)):
        guess, chosen = opened.guessed.get(place, ""), field.data or ""
        state = "found" if chosen and chosen == guess else "chosen" if chosen else "left out"
        rows.append(
            {
                "header": header,
                "samples": _samples(opened, place),
                "field": field,
                "state": "open" if state == "left out" and waits else state,
            }
        )
    return rows


def _samples(opened: Opened, place: int) -> str:
    """Return the first values of a column, each once."""
    values = (str(cells[place]).strip() for _, cells in opened.table.sample if place < len(cells))
    seen = list(dict.fromkeys(value for value in values if value))
    return ", ".join(_short(value) for value in seen[:SAMPLES])


def _short(value: str) -> str:
    return value if len(value) <= LONGEST_SAMPLE else f"{value[:LONGEST_SAMPLE]}…"


def _fixed(form: ColumnsForm, upload: Upload, missing: set[str]) -> list[tuple[Any, bool]]:
    """Return the fields for what all rows have in common, and whether each is still missing."""
    return [(form[name], name in missing) for name in FIXED if upload.kind in COLUMNS[name].kinds]

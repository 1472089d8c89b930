"""The limit: a WSGI function with one prepared statement, filling a text by `%`; no framework, no ORM.

It does the least the page needs: find the visit of the cookie, read the debtor's open invoices, write the
rows. The frame around the rows is handed in as ready text.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import psycopg
from sqlalchemy import make_url

STATEMENT = """
SELECT i.public_id, i.number, i.invoiced_on, i.due_on, i.currency, i.amount, i.amount_open, c.name
FROM visits v
JOIN invoices i ON i.organisation_id = v.organisation_id AND i.debtor_id = v.debtor_id AND i.amount_open > 0
JOIN creditors c ON c.organisation_id = i.organisation_id AND c.id = i.creditor_id
WHERE v.secret_hash = {0} AND v.ended_at IS NULL AND v.expires_at > {0}
ORDER BY i.due_on, i.id
"""
ROW = """<tbody class="invoice" role="rowgroup">
  <tr role="row">
    <td class="pick" role="cell"><label>
      <input type="checkbox" name="invoice" value="%(id)s" id="invoice-%(id)s" data-minor="%(open)d"
             data-currency="%(currency)s">
      <span class="vh">Factuur %(number)s van %(issued)s, %(open_words)s</span></label>
    </td>
    <th class="name" role="rowheader" scope="row">
      <label for="invoice-%(id)s">Factuur %(number)s</label>
      <span class="wide soft">van %(issued)s</span></th>
    <td class="due" role="cell"><span class="wide">%(due)s</span> <span class="narrow">Van %(issued)s.</span>
      <span class="narrow">Had betaald moeten zijn op %(due)s.</span></td>
    <td class="of num" role="cell">%(amount_words)s</td>
    <td class="open num" role="cell">%(open_words)s</td>
  </tr>
</tbody>
"""
MONTHS = " januari februari maart april mei juni juli augustus september oktober november december".split(" ")


class BarePage:
    """The WSGI application; `url` is the database, `frame` what stands before and after the rows."""

    def __init__(self, *, url: str, cookie: str, frame: tuple[str, str]) -> None:
        self._url, self._cookie, self._frame = make_url(url), cookie, frame
        self._here = threading.local()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer with the list of whoever the cookie belongs to."""
        secret = environ["HTTP_COOKIE"].partition(f"{self._cookie}=")[2].partition(";")[0]
        rows = self._read(sha256(secret.encode()).hexdigest(), datetime.now(UTC))
        page = (self._frame[0] + "".join(ROW % _words(row) for row in rows) + self._frame[1]).encode()
        headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(page)))]
        start("200 OK", headers)
        return [page]

    def _read(self, secret_hash: str, now: datetime) -> Sequence[Any]:
        if not hasattr(self._here, "read"):
            is_sqlite = self._url.drivername == "sqlite"
            self._here.read = _sqlite(self._url.database) if is_sqlite else _postgresql(self._url)
        found: Sequence[Any] = self._here.read(secret_hash, now)
        return found


def _sqlite(file: str | None) -> Callable[[str, datetime], Sequence[Any]]:
    connection = sqlite3.connect(file or "", isolation_level=None)
    statement = STATEMENT.format("?")
    return lambda secret, now: connection.execute(
        statement, (secret, now.replace(tzinfo=None).isoformat(" "))
    ).fetchall()


def _postgresql(url: Any) -> Callable[[str, datetime], Sequence[Any]]:
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = psycopg.connect(address, autocommit=True, options="-c app.organisation=everywhere")
    statement = STATEMENT.format("%s")
    return lambda secret, now: connection.execute(statement, (secret, now), prepare=True).fetchall()


def _words(row: Sequence[Any]) -> dict[str, object]:
    public_id, number, issued_on, due_on, currency, amount, amount_open, _creditor = row
    return {
        "id": public_id,
        "number": number,
        "issued": _day(issued_on),
        "due": _day(due_on),
        "currency": currency,
        "open": amount_open,
        "open_words": _money(amount_open),
        "amount_words": _money(amount),
    }


def _day(value: date | str) -> str:
    day = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{day.day} {MONTHS[day.month]} {day.year}"


def _money(minor: int) -> str:
    whole, rest = divmod(minor, 100)
    return f"€\u00a0{whole:,}".replace(",", ".") + f",{rest:02d}"

"""The peer of a dunning run: Tryton's account_dunning through its public interface, without mail.

Run by the Python of Tryton's own environment, which lacks all that is ours; TRYTOND_DATABASE_URI names the
server and DB_NAME the database. `prepare EACH LINES DUE_ON LINES DUE_ON` founds a company and so many lines
due on these days, EACH of them for each party; `run DAY DAY` creates and processes dunnings on these days as
its two wizards do when an agent clicks, and prints what each took.
"""

import json
import sys
import time
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from proteus import Model, config
from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, get_accounts
from trytond.modules.company.tests.tools import create_company

from bench.memory import peak_megabytes

BATCH = 1_000
LEVELS = (5, 20, 40)


def main(task: str, *arguments: str) -> None:
    """Do the one or the other."""
    session = config.set_trytond()
    if task == "prepare":
        each, *rest = arguments
        pairs = zip(rest[::2], rest[1::2], strict=True)
        prepare(session, int(each), [(int(lines), date.fromisoformat(due_on)) for lines, due_on in pairs])
    else:
        print(json.dumps([run(session, date.fromisoformat(day)) for day in arguments]), flush=True)


def prepare(session: Any, each: int, wanted: list[tuple[int, date]]) -> None:
    """Found what a line needs, then store moves of two lines each, one of them receivable."""
    create_company(currency="EUR", config=session)
    create_chart(config=session)
    days = [due_on for _, due_on in wanted]
    year = create_fiscalyear(today=(min(days), max(days)), config=session)
    year.click("create_period")
    procedure = Model.get("account.dunning.procedure")(name="Reminders")
    for number, overdue in enumerate(LEVELS):
        level = procedure.levels.new()
        level.sequence, level.overdue = number, timedelta(days=overdue)
    procedure.save()
    for lines, due_on in wanted:
        _store(session, year, procedure.id, lines // each, each, due_on)


def _store(session: Any, year: Any, procedure: int, parties_wanted: int, each: int, due_on: date) -> None:
    accounts = get_accounts(config=session)
    (journal,) = Model.get("account.journal").find([("code", "=", "REV")])
    period = next(one for one in year.periods if one.start_date <= due_on <= one.end_date)
    move = {"journal": journal.id, "period": period.id, "date": due_on}
    parties, moves = session.get_proxy("party.party"), session.get_proxy("account.move")
    for first in range(0, parties_wanted, BATCH):
        numbers = range(first, min(first + BATCH, parties_wanted))
        named = [{"name": f"Visser {number}", "dunning_procedure": procedure} for number in numbers]
        ids = parties.create(named, session.context)
        owing = [party for party in ids for _ in range(each)]
        moves.create([move | _lines(party, accounts, due_on) for party in owing], session.context)


def _lines(party: int, accounts: Any, due_on: date) -> dict[str, Any]:
    amount = Decimal(1000 + party * 37 % 250_000) / 100
    owed = {"account": accounts["receivable"].id, "debit": amount, "credit": Decimal(0)}
    earned = {"account": accounts["revenue"].id, "debit": Decimal(0), "credit": amount}
    owed |= {"party": party, "maturity_date": due_on}
    return {"lines": [("create", [owed, earned])]}


def run(session: Any, day: date) -> dict[str, float]:
    """Return lines, seconds of creating and of processing, seconds of CPU, and the peak in megabytes."""
    context = session.context
    creating = session.get_proxy("account.dunning.create", type="wizard")
    processing = session.get_proxy("account.dunning.process", type="wizard")
    dunnings = session.get_proxy("account.dunning")
    companies = [one.id for one in Model.get("company.company").find()]
    spent, began = time.process_time(), time.perf_counter()
    wizard, _, _ = creating.create(context)
    creating.execute(wizard, {"start": {"date": day, "companies": companies}}, "create_", context)
    creating.delete(wizard, context)
    created = time.perf_counter()
    ids = dunnings.search([("state", "=", "draft")], 0, None, None, context)
    of_these = context | {"active_model": "account.dunning", "active_ids": ids, "active_id": ids[0]}
    wizard, _, _ = processing.create(of_these)
    processing.execute(wizard, {"start": {}}, "process", of_these)
    processing.delete(wizard, context)
    processed, cpu = time.perf_counter(), time.process_time() - spent
    return {
        "lines": len(ids),
        "creating": created - began,
        "processing": processed - created,
        "cpu": cpu,
        "megabytes": peak_megabytes(),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The peer of a dunning run: Tryton's account_dunning through its public interface, without mail.

Run by the Python of Tryton's own environment, which lacks all that is ours; TRYTOND_DATABASE_URI names the
server and DB_NAME the database. `prepare LINES DAY` founds a company and so many overdue lines, one for each
party; `run DAY` creates and processes their dunnings as its two wizards do when an agent clicks, and prints
what that took.
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
OVERDUE_DAYS = 30
LEVELS = (5, 20, 40)


def main(task: str, *arguments: str) -> None:
    """Do the one or the other."""
    session = config.set_trytond()
    if task == "prepare":
        prepare(session, int(arguments[0]), date.fromisoformat(arguments[1]))
    else:
        print(json.dumps(run(session, date.fromisoformat(arguments[0]))), flush=True)


def prepare(session: Any, lines: int, day: date) -> None:
    """Found what a line needs, then store moves of two lines each, one of them receivable and overdue."""
    create_company(currency="EUR", config=session)
    create_chart(config=session)
    overdue_on = day - timedelta(days=OVERDUE_DAYS)
    year = create_fiscalyear(today=(overdue_on, day), config=session)
    year.click("create_period")
    procedure = Model.get("account.dunning.procedure")(name="Reminders")
    for number, days in enumerate(LEVELS):
        level = procedure.levels.new()
        level.sequence, level.overdue = number, timedelta(days=days)
    procedure.save()
    accounts = get_accounts(config=session)
    (journal,) = Model.get("account.journal").find([("code", "=", "REV")])
    period = next(one for one in year.periods if one.start_date <= overdue_on <= one.end_date)
    move = {"journal": journal.id, "period": period.id, "date": overdue_on}
    parties, moves = session.get_proxy("party.party"), session.get_proxy("account.move")
    for first in range(0, lines, BATCH):
        names = [{"name": f"Visser {number}"} for number in range(first, min(first + BATCH, lines))]
        named = [name | {"dunning_procedure": procedure.id} for name in names]
        ids = parties.create(named, session.context)
        moves.create([move | _lines(party, accounts, overdue_on) for party in ids], session.context)


def _lines(party: int, accounts: Any, overdue_on: date) -> dict[str, Any]:
    amount = Decimal(1000 + party * 37 % 250_000) / 100
    owed = {"account": accounts["receivable"].id, "debit": amount, "credit": Decimal(0)}
    earned = {"account": accounts["revenue"].id, "debit": Decimal(0), "credit": amount}
    owed |= {"party": party, "maturity_date": overdue_on}
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
    done = dunnings.search_count([("state", "=", "waiting")], 0, None, context)
    return {
        "lines": done,
        "creating": created - began,
        "processing": processed - created,
        "cpu": cpu,
        "megabytes": peak_megabytes(),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])

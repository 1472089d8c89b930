"""Files the story makes: contacts from customer numbers, and invoices when none are given."""

import csv
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

CUSTOMERS, INVOICES = 9, 60


def contacts_for(path: Path, customer_numbers: Iterable[str]) -> Path:
    """Write an e-mail address for two customers of three and a mobile number for the third."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(
            ["Customer number", "First name", "Last name", "E-mail", "Mobile", "Language", "Country"]
        )
        for index, number in enumerate(customer_numbers):
            by_mail = index % 3 != 2
            mail = f"c{number.lower()}@customer.example" if by_mail else ""
            mobile = "" if by_mail else f"06 {12000000 + index}"
            writer.writerow([number, "Robin", f"Person{index}", mail, mobile, "en", "NL"])
    return path


def own_invoices(path: Path) -> Path:
    """Write invoices of a few customers, all overdue, with month-first dates and leading zeros."""
    start = date(2025, 1, 20)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["customerID", "invoiceNumber", "InvoiceDate", "DueDate", "InvoiceAmount"])
        for index in range(INVOICES):
            invoiced, due = start + timedelta(days=index), start + timedelta(days=index + 30)
            amount = f"{25 + index * 3}.{index % 100:02d}"
            writer.writerow(
                [
                    f"C-{index % CUSTOMERS:03d}",
                    f"{4711 + index:010d}",
                    _month_first(invoiced),
                    _month_first(due),
                    amount,
                ]
            )
    return path


def _month_first(day: date) -> str:
    return f"{day.month}/{day.day}/{day.year}"

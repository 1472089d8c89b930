"""Files chosen at the desk in a test, and what became of them."""

from io import BytesIO

from flask import Flask
from sqlalchemy import func, select

from collections_portal.jobs import import_files
from core import tenancy
from core.database import OfOrganisation, db
from invoices.importing.models import ImportBatch
from tests.people import Person
from tests.visitor import Page

HEADER = "Klantnummer;Naam;E-mail;Factuurnummer;Factuurdatum;Vervaldatum;Bedrag"
VLIJT = "20418;De Vlijt;info@devlijt.example;2026/098;14-08-2026;13-09-2026;3.480,00"
BAKKER = "20419;Bakker Jan;jan@bakker.example;2026/099;15-08-2026;14-09-2026;212,40"


def lines(*rows: str, header: str = HEADER) -> str:
    """Return a file of these rows."""
    return "\n".join((header, *rows)) + "\n"


def choose(
    person: Person,
    content: str | bytes,
    kind: str = "invoices_with_debtors",
    *,
    name: str = "openstaand.csv",
    status: int = 200,
) -> Page:
    """Choose a file and send it; return the page with its columns, or with what is wrong."""
    data = content.encode() if isinstance(content, str) else content
    page = person.open("/desk/imports/new")
    return page.submit({"kind": kind, "file": (BytesIO(data), name)}, to="/new", status=status)


def choose_large(person: Person, size: int, *, at: str = "/desk/imports/new") -> Page:
    """Send a file of so many bytes, which is refused; the body is made here, for it is larger than usual."""
    page = person.open(at)
    parts = {name: values[0] for name, values in page.form(to="/new").values.items()}
    before = "".join(
        f'--bound\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in parts.items()
    )
    before += '--bound\r\nContent-Disposition: form-data; name="file"; filename="groot.csv"\r\n\r\n'
    body = before.encode() + b"x" * size + b"\r\n--bound--\r\n"
    kind = "multipart/form-data; boundary=bound"
    return person.ask(
        "POST", page.path, status=413, data=body, content_type=kind, headers={"Referer": page.url}
    )


def check(page: Page, values: dict[str, object] | None = None, *, status: int = 200) -> Page:
    """Press the button below the columns."""
    return page.submit(values or {}, button="Check rows", status=status)


def read_again(page: Page, values: dict[str, object], *, status: int = 200) -> Page:
    """Press the button that reads the file differently; it sends the same form somewhere else."""
    form = page.form("Read again")
    address = f"{form.action}/read"
    sent = form.filled_in(values, "Read again")
    return page.visitor.ask("POST", address, status=status, data=sent, headers={"Referer": page.url})


def work(app: Flask) -> None:
    """Let the worker do what waits."""
    with app.app_context():
        import_files(app)


def number_of(person: Person, table: type[OfOrganisation]) -> int:
    """Return how many rows the person's organisation has."""
    with person.client.application.app_context(), tenancy.scope(person.organisation.id):
        return db.session.scalar(select(func.count(table.id))) or 0


def batch_of(person: Person) -> ImportBatch:
    """Return the last import of the person's organisation."""
    with person.client.application.app_context(), tenancy.scope(person.organisation.id):
        return db.session.scalars(select(ImportBatch).order_by(ImportBatch.id.desc())).first()  # type: ignore[return-value]


def on_the_shelf(app: Flask) -> list[str]:
    """Return the names of the uploaded files that are kept."""
    return sorted(path.name for path in (app.config["PORTAL"].var_dir / "imports").glob("*.upload"))

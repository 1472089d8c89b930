"""Statement files that no bank writes: few bytes, and much work for whoever reads them without thought."""

from xml.sax.saxutils import quoteattr

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
AMOUNT = '<Amt Ccy="EUR">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
TOLD = "<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-17</Dt></BookgDt>"
BEFORE, AFTER = ":20:X\n:25:NL91ABNA0417164300\n:28C:1/1\n:60F:C261101EUR0,00\n", ":62F:C261101EUR0,00\n"
LINE = ":61:2611011101C1,00NTRFNONREF//X\n"


def coda_of(*moves: str, statements: int = 1) -> bytes:
    """Return CODA with these movements; its opening balance and the count of its records are right."""
    opening = f"12001{'BE68539007547034':34}EUR0{'0' * 15}171126"
    trailer = f"9{'':15}{len(moves) + 1:06}{'0' * 30}"
    header = f"{'0000 171126':127}2"
    return ("\n".join((header, opening, *moves, trailer)) + "\n").encode() * statements


def move(*, detail: int = 0, kind: str = "1", number: int = 1) -> str:
    """Return a movement of nothing: a total, or with a `detail` a part of it."""
    return f"21{number:04}{detail:04}{'':21}0{'0' * 15}171126{kind}"


def coda_repeating(times: int) -> bytes:
    """Return CODA with as many totals as parts, all of them under one number."""
    return coda_of(*[move() for _ in range(times)], *[move(detail=1, kind="5") for _ in range(times)])


def mt940_of(inside: str) -> bytes:
    """Return MT940 with this between its balances."""
    return f"{BEFORE}{inside}{AFTER}".encode()


def camt_around(inside: str) -> bytes:
    """Return CAMT with this inside its one statement."""
    statement = f"<BkToCstmrStmt><Stmt>{inside}</Stmt></BkToCstmrStmt>"
    return f'<Document xmlns="{NAMESPACE}">{statement}</Document>'.encode()


def camt_with(entry: str) -> bytes:
    """Return CAMT with one account, balances of nothing, and this."""
    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        '<Amt Ccy="EUR">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-17</Dt></Dt></Bal>'
        for code in ("OPBD", "CLBD")
    )
    account = "<Id>1</Id><Acct><Id><IBAN>NL91ABNA0417164300</IBAN></Id><Ccy>EUR</Ccy></Acct>"
    return camt_around(account + balances + entry)


def camt_entry_told_last(payments: int) -> bytes:
    """Return CAMT with an entry that says its own amount only behind all of its payments."""
    details = f"<NtryDtls><TxDtls>{AMOUNT}</TxDtls></NtryDtls>" * payments
    amount = f'<Amt Ccy="EUR">{payments}.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
    return camt_with(f"<Ntry>{details}{amount}{TOLD}</Ntry>")


def camt_entries(number: int) -> bytes:
    """Return CAMT with entries of nothing."""
    nothing = '<Amt Ccy="EUR">0</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>'
    return camt_with(f"<Ntry>{nothing}</Ntry>" * number)


def camt_with_attributes(number: int) -> bytes:
    """Return CAMT with an element of very many attributes."""
    return camt_with("<a " + " ".join(f"a{n}={quoteattr('')}" for n in range(number)) + "/>")

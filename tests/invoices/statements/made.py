"""Statement files made for tests, in each format; no bank and no person is real."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from xml.sax.saxutils import escape

ACCOUNT = "NL91ABNA0417164300"
PAYER = "NL53INGB0654422370"


@dataclass(frozen=True)
class Paid:
    """One amount in cents; a negative one went out. Of `batch` each is a payment of its own."""

    amount: int
    text: str = ""
    reference: str = ""
    name: str = "J van Dijk"
    iban: str = PAYER
    end_to_end_id: str = ""
    on: date = date(2026, 11, 17)
    currency: str = "EUR"
    bank_reference: str = ""
    reversal: bool = False
    status: str = "BOOK"
    batch: Sequence["Paid"] = field(default_factory=tuple)


def camt(
    *paid: Paid,
    version: str = "08",
    opening: int = 100_000,
    closing: int | None = None,
    currency: str = "EUR",
    number: str = "2026221",
    account: str = ACCOUNT,
) -> bytes:
    """Return a CAMT.053 file with one statement."""
    return camt_of(
        camt_statement(
            *paid, version=version, opening=opening, closing=closing, currency=currency, number=number,
            account=account,
        ),
        version=version,
    )  # fmt: skip


def camt_of(*statements: str, version: str = "08", message: str = "camt.053") -> bytes:
    """Return a file of these statements."""
    namespace = f"urn:iso:std:iso:20022:tech:xsd:{message}.001.{version}"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{namespace}"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>M1</MsgId></GrpHdr>{''.join(statements)}</BkToCstmrStmt></Document>"
    ).encode()


def camt_statement(
    *paid: Paid,
    version: str = "08",
    opening: int = 100_000,
    closing: int | None = None,
    currency: str = "EUR",
    number: str = "2026221",
    account: str = ACCOUNT,
) -> str:
    """Return one statement."""
    booked = sum(one.amount for one in paid if one.status == "BOOK")
    end = opening + booked if closing is None else closing
    entries = "".join(_entry(one, version) for one in paid)
    return (
        f"<Stmt><Id>{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb>"
        f"<Acct><Id><IBAN>{account}</IBAN></Id><Ccy>{currency}</Ccy></Acct>"
        f"{_balance('OPBD', opening, currency)}{_balance('CLBD', end, currency)}{entries}</Stmt>"
    )


def _balance(code: str, amount: int, currency: str) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(amount, currency)}"
        f"{_direction(amount)}<Dt><Dt>2026-11-17</Dt></Dt></Bal>"
    )


def _amount(amount: int, currency: str) -> str:
    return f'<Amt Ccy="{currency}">{abs(amount) / 100:.2f}</Amt>'


def _direction(amount: int) -> str:
    return f"<CdtDbtInd>{'DBIT' if amount < 0 else 'CRDT'}</CdtDbtInd>"


def _entry(one: Paid, version: str) -> str:
    status = one.status if version < "04" else f"<Cd>{one.status}</Cd>"
    reversal = "<RvslInd>true</RvslInd>" if one.reversal else ""
    parts = "".join(_detail(part, version, with_amount=True) for part in one.batch)
    own = f"<AcctSvcrRef>{one.bank_reference}</AcctSvcrRef>" if one.bank_reference else ""
    details = parts or _detail(one, version, with_amount=False)
    return (
        f"<Ntry>{_amount(one.amount, one.currency)}{_direction(one.amount)}{reversal}<Sts>{status}</Sts>"
        f"<BookgDt><Dt>{one.on}</Dt></BookgDt>{own}<NtryDtls>{details}</NtryDtls></Ntry>"
    )


def _detail(one: Paid, version: str, *, with_amount: bool) -> str:
    amount = ""
    if with_amount:
        amount = _amount(one.amount, one.currency) + _direction(one.amount)
        if version < "04":
            amount = f"<AmtDtls><TxAmt>{_amount(one.amount, one.currency)}</TxAmt></AmtDtls>"
    role = "Cdtr" if one.amount < 0 else "Dbtr"
    name = f"<Nm>{escape(one.name)}</Nm>"
    party = name if version < "08" else f"<Pty>{name}</Pty>"
    structured = f"<Strd><CdtrRefInf><Ref>{one.reference}</Ref></CdtrRefInf></Strd>" if one.reference else ""
    text = f"<Ustrd>{escape(one.text)}</Ustrd>" if one.text else ""
    return (
        f"<TxDtls><Refs><EndToEndId>{one.end_to_end_id or 'NOTPROVIDED'}</EndToEndId></Refs>{amount}"
        f"<RltdPties><{role}>{party}</{role}><{role}Acct><Id><IBAN>{one.iban}</IBAN></Id></{role}Acct>"
        f"</RltdPties><RmtInf>{text}{structured}</RmtInf></TxDtls>"
    )


def mt940(*paid: Paid, opening: int = 100_000, number: str = "221/1", account: str = ACCOUNT) -> bytes:
    """Return an MT940 file with one statement, as Dutch banks write it."""
    closing = opening + sum(one.amount for one in paid)
    lines = [":20:P1", f":25:{account}EUR", f":28C:{number}", f":60F:C261116EUR{_comma(opening)}"]
    for one in paid:
        mark = ("R" if one.reversal else "") + ("D" if (one.amount < 0) != one.reversal else "C")
        lines.append(
            f":61:{one.on:%y%m%d}{one.on:%m%d}{mark}{_comma(one.amount)}NTRFEREF//{one.bank_reference}"
        )
        told = f"STRD/CUR/{one.reference}" if one.reference else f"USTD//{one.text}"
        lines.append(f":86:/EREF/{one.end_to_end_id}//CNTP/{one.iban}/INGBNL2A/{one.name}///REMI/{told}/")
    return "\r\n".join((*lines, f":62F:C261117EUR{_comma(closing)}", "-", "")).encode()


def _comma(amount: int) -> str:
    return f"{abs(amount) / 100:.2f}".replace(".", ",")


def coda(*paid: Paid, opening: int = 100_000, number: str = "221", closing: int | None = None) -> bytes:
    """Return a CODA file with one statement of account BE71 0961 2345 6769."""
    end = opening + sum(one.amount for one in paid) if closing is None else closing
    account = f"{'BE71096123456769':34}EUR"
    records = [
        f"0000018112630005{'':8}{'221':10}{'VOLTWERK':26}{'KREDBEBB':11}{'00123456789':11} {'00000':44}2",
        f"12{number}{account}{_coda_amount(opening)}171126{'VOLTWERK':26}{'':35}{number}",
    ]
    for place, one in enumerate(paid, start=1):
        records += _coda_move(place, one)
    counted = sum(record[0] in "123" for record in records) + 1
    debit = -sum(one.amount for one in paid if one.amount < 0)
    credit = sum(one.amount for one in paid if one.amount > 0)
    records.append(f"8{number}{account}{_coda_amount(end)}171126{'':64}0")
    records.append(f"9{'':15}{counted:06}{debit:014}0{credit:014}0{'':75}2")
    return "".join(f"{record:128}\r\n" for record in records).encode("cp1252")


def _coda_amount(amount: int) -> str:
    return f"{'1' if amount < 0 else '0'}{abs(amount):014}0"


def _coda_move(place: int, one: Paid, *, detail: int = 0, kind: str = "0") -> list[str]:
    told = f"1101{one.reference:<12}" if one.reference else f"0{one.text}"
    first, rest = told[:54], told[54:107]
    day = f"{one.on:%d%m%y}"
    at = f"{place:04}{detail:04}"
    kind = "1" if one.batch else kind
    returned = "1MD06" if one.reversal else ""
    records = [
        f"21{at}{one.bank_reference:21}{_coda_amount(one.amount)}{day}{kind}0150000{first:54}{day}22101 0",
        f"22{at}{rest:53}{one.end_to_end_id:35}{'':11}{'':3}{returned:5}{'':4}{'':4}1 0",
        f"23{at}{one.iban:34}EUR{one.name:35}{'':43}0 0",
    ]
    for number, part in enumerate(one.batch, start=1):
        records += _coda_move(place, part, detail=number, kind="5")
    return records

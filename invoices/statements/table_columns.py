"""The columns of a table of payments, and what they are called in nl, fr, de, en and nb."""

from collections.abc import Mapping

from core.refusals import N_, Refusal
from invoices.importing.codes import currency_code
from invoices.importing.column_kinds import Column, amount, code, day, number, text
from invoices.importing.kinds import FileKind
from invoices.importing.spellings import plain

# The table is no import of invoices, so none of those kinds has these columns.
NO_IMPORT: frozenset[FileKind] = frozenset()
# No form asks for these columns: they are spoken of by the headings of the file.
NO_LABEL = ""
LONGEST_TEXT = 32_767
MOST_TEXTS = 6
CAME_IN, WENT_OUT = "in", "out"


class SideUnknown(Refusal):
    """The cell says neither that money came in nor that it went out."""

    sentence = N_("This says neither that money came in nor that it went out.")


# Compared without signs that are no letters, so the two that are nothing else stand apart.
_SIDES = {
    CAME_IN: """c cr crdt credit creditering krediet h haben bij in inn inkomend inkomende ontvangen
    ontvangst bijschrijving bijgeschreven eingang eingehend gutschrift zugang einnahme entrant entree
    encaissement recette incoming received deposit moneyin paidin kreditt innbetaling innkommende
    inngaende innskudd""".split(),
    WENT_OUT: """d dr dt dbit debit debet debitering s soll af uit out ut uitgaand uitgaande uitgave
    afschrijving afgeschreven ausgang ausgehend lastschrift belastung abgang ausgabe sortant sortie
    decaissement depense outgoing sent withdrawal moneyout paidout utbetaling utgaende uttak""".split(),
}
_SIGNS = {"+": CAME_IN, "-": WENT_OUT, "−": WENT_OUT}

# The words that English has too: a file with any other heading never writes the month first.
ENGLISH: Mapping[str, str] = {
    "booked_on": """date, booking date, booked on, transaction date, posting date, payment date, paid
    on, date paid, completed date, date completed, entry date""",
    "value_on": "value date, interest date",
    "amount": """amount, payment amount, transaction amount, amount paid, paid amount, amount received,
    payment, received""",
    "credit": "credit, credit amount, money in, paid in, in, deposit, deposits, incoming",
    "debit": "debit, debit amount, money out, paid out, out, withdrawal, withdrawals, outgoing",
    "side": "debit credit, credit debit, dc, cd, dr cr, cr dr, direction, sign, type, transaction type",
    "currency": "currency, currency code, account currency, payment currency",
    "any_name": "name, account name",
    "name": """counterparty, counterparty name, name of counterparty, payer, payer name, paid by,
    customer, customer name, debtor, debtor name, account holder, from""",
    "iban": """counterparty iban, counterparty account, counterparty account number, payer iban, payer
    account, from account, iban counterparty, contra account, debtor iban""",
    "account": "account, account number, own account, iban, account iban",
    "reference": """structured reference, structured communication, payment reference, creditor
    reference, rf reference, kid""",
    "text": """description, reference, communication, message, details, remittance, remittance
    information, memo, invoice, invoice number, invoice no, narrative, text, free text, note,
    particulars""",
    "end_to_end_id": "end to end id, end to end reference, endtoendid, payment id of the payer",
    "bank_reference": """transaction id, transaction number, bank reference, id, transaction reference,
    entry number""",
    "returned": "return reason, reason of return, returned",
}

_DAYS = (
    day(
        "booked_on",
        NO_LABEL,
        NO_IMPORT,
        f"""datum, boekdatum, boekingsdatum, uitvoeringsdatum, transactiedatum, datum verrichting,
        verrichtingsdatum, betaaldatum, betaald op, datum betaling, betalingsdatum, ontvangen op, date
        comptable, date de comptabilisation, date opération, date d'opération, date de l'opération, date
        d'exécution, date de paiement, date paiement, date du paiement, date de règlement, buchungstag,
        buchungsdatum, buchung, zahlungsdatum, zahlungseingang, bezahlt am, zahldatum, dato, bokføringsdato,
        bokført dato, bokført, betalingsdato, innbetalingsdato, betalt dato, {ENGLISH["booked_on"]}""",
    ),
    day(
        "value_on",
        NO_LABEL,
        NO_IMPORT,
        f"""valutadatum, rentedatum, valuta, date de valeur, date valeur, wertstellung, wert,
        wertstellungsdatum, rentedato, valuteringsdato, {ENGLISH["value_on"]}""",
    ),
)
_SUMS = (
    amount(
        "amount",
        NO_LABEL,
        NO_IMPORT,
        f"""bedrag, bedrag in eur, transactiebedrag, betaald bedrag, ontvangen bedrag, montant, montant
        payé, montant du paiement, montant reçu, montant de l'opération, betrag, umsatz, zahlbetrag,
        zahlungsbetrag, gezahlter betrag, beløp, betalt beløp, innbetalt beløp, innbetalt,
        {ENGLISH["amount"]}""",
    ),
    amount(
        "credit",
        NO_LABEL,
        NO_IMPORT,
        f"""bij, ontvangsten, ontvangen, crédit, crédit euros, montant crédit, recettes, haben, gutschrift,
        eingang, einnahmen, inn, inn på konto, kreditt, innskudd, {ENGLISH["credit"]}""",
    ),
    amount(
        "debit",
        NO_LABEL,
        NO_IMPORT,
        f"""af, uitgaven, debet, débit, débit euros, montant débit, dépenses, soll, belastung, ausgang,
        ausgaben, ut, ut fra konto, uttak, {ENGLISH["debit"]}""",
    ),
)


def side_of(text: str) -> str:
    """Return CAME_IN or WENT_OUT for what a bank writes beside an amount. Refuses `SideUnknown`."""
    if found := _SIGNS.get(text.strip()):
        return found
    for side, words in _SIDES.items():
        if plain(text) in words:
            return side
    raise SideUnknown


SIDE = code(
    "side",
    NO_LABEL,
    NO_IMPORT,
    f"""af bij, bij af, debet credit, credit debet, debet of credit, richting, teken, sens, débit
    crédit, crédit débit, signe, soll haben, haben soll, sollhabenkennzeichen, soll haben kennzeichen,
    vorzeichen, s h, retning, debet kredit, fortegn, {ENGLISH["side"]}""",
    side_of,
)
# What may say as well how somebody paid.
VAGUE_SIDES = frozenset({plain("type"), plain("transaction type")})
_CURRENCY = code(
    "currency",
    NO_LABEL,
    NO_IMPORT,
    f"""munt, muntsoort, valuta, valuta rekening, valutacode, devies, devise, devise du compte, monnaie,
    währung, waehrung, wkz, valutakode, {ENGLISH["currency"]}""",
    currency_code,
)
_WHO = (
    text(
        "name",
        NO_LABEL,
        NO_IMPORT,
        f"""naam tegenpartij, naam van de tegenpartij, tegenpartij naam, naam omschrijving, tegenpartij,
        naam tegenpartij bevat, naam tegenrekening, betaler, naam betaler, klant, klantnaam, debiteur,
        debiteurnaam, relatie, nom de la contrepartie, nom contrepartie, contrepartie, nom du donneur
        d'ordre, donneur d'ordre, payeur, nom du payeur, client, nom du client, débiteur, auftraggeber,
        auftraggeber empfänger, begünstigter zahlungspflichtiger, beguenstigter zahlungspflichtiger, name
        zahlungsbeteiligter, zahlungspflichtiger, zahlungspflichtige r, zahler, einzahler, kunde,
        kundenname, gegenpartei, avsender, motpart, navn på motpart, kundenavn, innbetaler,
        {ENGLISH["name"]}""",
        longest=LONGEST_TEXT,
    ),
    text(
        "any_name",
        NO_LABEL,
        NO_IMPORT,
        f"naam, nom, navn, {ENGLISH['any_name']}",
        longest=LONGEST_TEXT,
    ),
    number(
        "iban",
        NO_LABEL,
        NO_IMPORT,
        f"""tegenrekening, tegenrekening iban bban, tegenrekening iban, rekening tegenpartij, rekeningnummer
        tegenpartij, iban tegenpartij, iban tegenrekening, van rekening, iban betaler, compte contrepartie,
        compte de la contrepartie, numéro de compte contrepartie, iban contrepartie, compte du donneur
        d'ordre, iban payeur, kontonummer iban, iban zahlungsbeteiligter, iban auftraggeber, gegenkonto,
        konto des zahlers, fra konto, fra kontonummer, motkonto, avsenders konto, kontonummer motpart,
        {ENGLISH["iban"]}""",
        longest=LONGEST_TEXT,
    ),
    number(
        "account",
        NO_LABEL,
        NO_IMPORT,
        f"""rekening, rekeningnummer, eigen rekening, iban bban, compte, numéro de compte, n° de compte,
        auftragskonto, konto, kontonummer, bezeichnung auftragskonto, iban auftragskonto, til konto,
        {ENGLISH["account"]}""",
        longest=LONGEST_TEXT,
    ),
)
_REFERENCE = number(
    "reference",
    NO_LABEL,
    NO_IMPORT,
    f"""betalingskenmerk, betaalkenmerk, gestructureerde mededeling, gestructureerde referentie, ogm,
    ogm vcs, communication structurée, référence structurée, référence du créancier, strukturierte
    referenz, gläubigerreferenz, kid nummer, kidnummer, kid nr, betalingsreferanse,
    {ENGLISH["reference"]}""",
    longest=LONGEST_TEXT,
)
_TEXT = f"""omschrijving, omschrijving 1, omschrijving 2, omschrijving 3, mededeling, mededelingen,
vrije mededeling, mededeling 1, mededeling 2, kenmerk, referentie, betreft, factuur, factuurnummer,
factuurnr, communication libre, communications, libellé, libellé opération, libellé de l'opération,
libelle simplifie, informations complémentaires, référence, motif, objet, facture, numéro de
facture, n° facture, verwendungszweck, verwendung, zweck, referenz, rechnung, rechnungsnummer,
rechnungsnr, betreff, melding, tekst, beskrivelse, forklaring, referanse, faktura, fakturanummer,
fakturanr, tittel, {ENGLISH["text"]}"""
_TEXTS = tuple(
    text(f"text_{place}", NO_LABEL, NO_IMPORT, _TEXT, longest=LONGEST_TEXT) for place in range(MOST_TEXTS)
)
_IDS = (
    text(
        "end_to_end_id",
        NO_LABEL,
        NO_IMPORT,
        f"""end to end referentie, referentie opdrachtgever, référence de bout en bout, kundenreferenz end
        to end, kundenreferenz, ende zu ende referenz, {ENGLISH["end_to_end_id"]}""",
        longest=LONGEST_TEXT,
    ),
    text(
        "bank_reference",
        NO_LABEL,
        NO_IMPORT,
        f"""transactienummer, transactiereferentie, volgnummer, volgnr, bankreferentie, numéro de
        transaction, numéro de séquence, référence bancaire, transaktionsnummer, bankreferenz,
        arkivreferanse, arkivref, transaksjonsnummer, {ENGLISH["bank_reference"]}""",
        longest=LONGEST_TEXT,
    ),
    text(
        "returned",
        NO_LABEL,
        NO_IMPORT,
        f"""reden retour, retourreden, reden van weigering, motif de retour, motif de rejet, rückgabegrund,
        rückgabe, returårsak, {ENGLISH["returned"]}""",
        longest=LONGEST_TEXT,
    ),
)

COLUMNS: Mapping[str, Column] = {
    column.identifier: column
    for column in (*_DAYS, *_SUMS, SIDE, _CURRENCY, *_WHO, _REFERENCE, *_TEXTS, *_IDS)
}
TEXTS = tuple(column.identifier for column in _TEXTS)
# What stands in for a column that is not there: beside a booking date a value date says nothing new, and
# beside the name of the other party a mere "Name" is that of the account.
STAND_INS = {"value_on": "booked_on", "any_name": "name"}
ENGLISH_HEADERS = frozenset(plain(word) for words in ENGLISH.values() for word in words.split(","))

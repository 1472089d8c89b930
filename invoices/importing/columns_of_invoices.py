"""Columns that say what is owed. A new one is one entry here."""

from core.refusals import N_
from invoices.importing import codes
from invoices.importing.column_kinds import WITH_INVOICES, amount, code, day, number, text

WHAT_IS_OWED = (
    text(
        "creditor",
        N_("Creditor"),
        WITH_INVOICES,
        """crediteur, schuldeiser, administratie, opdrachtgever, créancier, gläubiger, mandant, creditor,
        creditor code, creditor name, seller, supplier, kreditor, fordringshaver, oppdragsgiver""",
        longest=120,
        repeats=True,
    ),
    code(
        "document",
        N_("Invoice or credit note"),
        WITH_INVOICES,
        """documenttype, type document, soort document, boekingstype, factuurtype, soort factuur, type de
        document, type de facture, type de pièce, belegart, dokumentart, dokumenttyp, rechnungsart,
        document type, invoice type, type, doc type, dokumenttype, bilagstype, fakturatype""",
        codes.document_kind,
    ),
    number(
        "invoice_number",
        N_("Invoice number"),
        WITH_INVOICES,
        """factuurnummer, factuurnr, factuur nr, factuur, fact nr, factnr, nummer factuur, documentnummer,
        stuknummer, numéro de facture, n° facture, no facture, num facture, numéro facture, facture,
        facture n°, rechnungsnummer, rechnungsnr, rechnung nr, rechnung, rg nr, belegnummer, belegnr,
        invoice number, invoice no, invoice nr, invoice id, invoice, invoice reference, document number,
        fakturanummer, fakturanr, faktura nr, faktura, bilagsnummer""",
        longest=60,
    ),
    number(
        "credited_number",
        N_("Invoice that is credited"),
        WITH_INVOICES,
        """gecrediteerde factuur, oorspronkelijke factuur, oorspronkelijk factuurnummer, credit op factuur,
        facture d'origine, facture créditée, facture liée, ursprüngliche rechnung, originalrechnung,
        bezugsrechnung, credited invoice, original invoice, original invoice number, applies to invoice,
        kreditert faktura, opprinnelig faktura""",
        longest=60,
    ),
    day(
        "invoiced_on",
        N_("Invoice date"),
        WITH_INVOICES,
        """factuurdatum, fact datum, factdatum, datum factuur, documentdatum, datum, date de facture, date
        facture, date de la facture, date de facturation, date du document, rechnungsdatum, re datum,
        belegdatum, invoice date, date of invoice, invoiced on, issue date, date issued, document date,
        date, fakturadato, faktura dato, dato""",
    ),
    day(
        "due_on",
        N_("Due date"),
        WITH_INVOICES,
        """vervaldatum, verv datum, vervaldag, betaaldatum uiterlijk, uiterste betaaldatum, te betalen
        voor, date d'échéance, date échéance, échéance, à payer avant le, fälligkeitsdatum, fälligkeit,
        fällig am, zahlbar bis, due date, due on, due, payable by, payment due, forfallsdato, forfall,
        betalingsfrist""",
    ),
    amount(
        "amount",
        N_("Amount"),
        WITH_INVOICES,
        """bedrag, factuurbedrag, totaal, totaalbedrag, bedrag incl, bedrag incl btw, totaal incl btw,
        bedrag inclusief btw, montant, montant ttc, montant total, montant de la facture, montant
        facture, total ttc, betrag, rechnungsbetrag, bruttobetrag, gesamtbetrag, brutto, amount, invoice
        amount, total, total amount, gross amount, beløp, fakturabeløp, totalbeløp, sum""",
    ),
    amount(
        "amount_open",
        N_("Open amount"),
        WITH_INVOICES,
        """openstaand, openst, openstaand bedrag, open bedrag, saldo, nog te betalen, restbedrag, montant
        ouvert, montant dû, solde, solde dû, reste à payer, montant restant, offener betrag, offen,
        offener posten, restbetrag, open amount, amount open, outstanding, outstanding amount, amount
        due, balance, balance due, remaining, utestående, utestående beløp, restbeløp, rest, saldo rest""",
    ),
    amount(
        "amount_paid",
        N_("Paid amount"),
        WITH_INVOICES,
        """betaald, betaald bedrag, reeds betaald, ontvangen, payé, montant payé, déjà payé, réglé,
        bezahlt, bezahlter betrag, gezahlt, paid, amount paid, paid amount, received, betalt, innbetalt,
        betalt beløp""",
    ),
    code(
        "currency",
        N_("Currency"),
        WITH_INVOICES,
        """valuta, munt, valutacode, devise, monnaie, währung, wkz, currency, currency code, valutakode""",
        codes.currency_code,
    ),
    text(
        "description",
        N_("Description"),
        WITH_INVOICES,
        """omschrijving, beschrijving, betreft, onderwerp, description, libellé, objet, beschreibung,
        bezeichnung, betreff, subject, details, beskrivelse, tekst""",
        longest=240,
    ),
    number(
        "payment_reference",
        N_("Payment reference"),
        WITH_INVOICES,
        """betalingskenmerk, betaalkenmerk, kenmerk, betalingsreferentie, gestructureerde mededeling,
        mededeling, ogm, ogm vcs, référence de paiement, référence, communication, communication
        structurée, verwendungszweck, zahlungsreferenz, referenz, payment reference, reference,
        remittance, structured communication, kid, kid nummer, kidnummer, betalingsreferanse""",
        longest=60,
    ),
)

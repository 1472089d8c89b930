"""Columns that say who owes and how to reach them. A new one is one entry here.

Where headers match several columns the values decide, then the order: a column "Bedrijf" that says yes and no
tells who is a company, one that does not holds its name.
"""

from core.refusals import N_
from invoices.importing import codes, texts
from invoices.importing.column_kinds import (
    EVERY_KIND,
    WITH_DEBTORS,
    code,
    email,
    number,
    phone,
    registration,
    text,
)

WHO_OWES = (
    number(
        "customer_number",
        N_("Customer number"),
        EVERY_KIND,
        """klantnummer, klantnr, klant, debiteur, client, kunde, klantcode, klantid, debiteurnummer,
        debiteurnr, debiteurennummer, debiteur nr, debiteurcode, deb nr, relatienummer, relatienr,
        lidnummer, numéro client, n° client, no client, num client, code client, référence client, id
        client, numéro débiteur, compte client, kundennummer, kundennr, kunden nr, kunde nr, kundencode,
        kunden id, debitor, debitorennummer, debitornummer, debitoren nr, debitor nr, customer number,
        customer no, customer nr, customer id, customer code, customer, client number, client id,
        account number, account no, debtor number, debtor no, debtor id, debtor code, kundenummer,
        kundenr, kunde id, skyldnernummer""",
        longest=40,
        repeats=True,
    ),
    code(
        "kind",
        N_("Person or company"),
        WITH_DEBTORS,
        """segment, klanttype, type klant, klantsoort, soort klant, debiteurtype, soort debiteur, bedrijf,
        is bedrijf, zakelijk, b2b, type client, type de client, société, entreprise, professionnel,
        kundentyp, kundenart, firma, gewerblich, customer type, client type, debtor type, company, is
        company, business, kundetype, bedrift, er bedrift, næring""",
        codes.debtor_kind,
    ),
    text(
        "company_name",
        N_("Company name"),
        WITH_DEBTORS,
        """bedrijfsnaam, bedrijf, naam bedrijf, firmanaam, handelsnaam, organisatie, nom de la société, nom
        société, raison sociale, société, entreprise, firma, firmenname, unternehmen, company name,
        company, business name, organisation, organization, firmanavn, bedriftsnavn, bedrift,
        foretaksnavn, organisasjonsnavn""",
        longest=160,
    ),
    text(
        "name",
        N_("Debtor name"),
        WITH_DEBTORS,
        """naam, klant, debiteur, client, customer, debitor, kunde, klantnaam, naam klant, debiteurnaam,
        naam debiteur, debiteur naam, volledige naam, relatienaam, nom complet, nom du client, nom
        client, nom débiteur, nom du débiteur, name, kundenname, name des kunden, debitorname,
        vollständiger name, full name, customer name, client name, debtor name, debtor, navn, kundenavn,
        kundens navn, debitors navn, debitor navn, skyldner, skyldners navn, fullt navn""",
        longest=160,
    ),
    text(
        "first_name",
        N_("First name"),
        WITH_DEBTORS,
        """voornaam, roepnaam, prénom, vorname, first name, firstname, given name, fornavn""",
        longest=80,
    ),
    text(
        "last_name",
        N_("Last name"),
        WITH_DEBTORS,
        """achternaam, familienaam, nom, nom de famille, nachname, familienname, last name, lastname,
        surname, family name, etternavn""",
        longest=80,
    ),
    text(
        "initials",
        N_("Initials"),
        WITH_DEBTORS,
        """initialen, voorletters, initiales, initials, initialer""",
        longest=20,
    ),
    text(
        "middle_names",
        N_("Middle names"),
        WITH_DEBTORS,
        """tussenvoegsel, tussenvoegsels, tussennamen, tussennaam, deuxième prénom, autres prénoms, zweiter
        vorname, namenszusatz, middle name, middle names, mellomnavn""",
        longest=80,
    ),
    text(
        "salutation",
        N_("Salutation"),
        WITH_DEBTORS,
        """aanspreektitel, aanhef, titel, civilité, titre, anrede, salutation, title, tiltale, tittel""",
        longest=40,
        repeats=True,
    ),
    text(
        "attention_of",
        N_("For the attention of"),
        WITH_DEBTORS,
        """tav, ter attentie van, contactpersoon, zaakvoerder, à l'attention de, personne de contact,
        contact, zu händen, z hd, ansprechpartner, attention of, for the attention of, attn, fao,
        contact person, contact name, att, kontaktperson""",
        longest=120,
    ),
    text(
        "legal_form",
        N_("Legal form"),
        WITH_DEBTORS,
        """rechtsvorm, legale vorm, juridische vorm, forme juridique, rechtsform, legal form, selskapsform,
        organisasjonsform""",
        longest=40,
        repeats=True,
    ),
    registration(
        "register_number",
        N_("Company register number"),
        WITH_DEBTORS,
        """kvk, kvk nummer, kvknr, kbo, kbo nummer, kbonr, ondernemingsnummer, ond nr, numéro d'entreprise,
        n° entreprise, numéro bce, bce, siren, siret, handelsregisternummer, handelsregister, hrb,
        company number, company no, registration number, register number, company registration number,
        organisation number, organization number, organisasjonsnummer, orgnr, org nr, organisasjonsnr,
        foretaksnummer""",
        texts.register_number,
    ),
    registration(
        "vat_number",
        N_("VAT number"),
        WITH_DEBTORS,
        """btw, btw nummer, btwnr, btw nr, numéro de tva, numéro tva, n° tva, no tva, tva, ust id, ust
        idnr, ustid, ust id nr, umsatzsteuer id, mwst nummer, vat, vat number, vat no, vat id, mva
        nummer, mvanr, mva nr""",
        texts.vat_number,
    ),
)

HOW_REACHED = (
    text(
        "street",
        N_("Street"),
        WITH_DEBTORS,
        """straat, straatnaam, adres, rue, adresse, voie, straße, strasse, street, street name, address,
        address line 1, address 1, gate, gateadresse, gatenavn, postadresse""",
        longest=120,
    ),
    number(
        "house_number",
        N_("House number"),
        WITH_DEBTORS,
        """huisnummer, huisnr, nummer, numéro, numéro de rue, numéro de maison, hausnummer, hausnr, haus
        nr, house number, house no, building number, husnummer, husnr""",
        longest=20,
        repeats=True,
    ),
    number(
        "postcode",
        N_("Postcode"),
        WITH_DEBTORS,
        """postcode, pc, code postal, cp, postleitzahl, plz, postal code, zip, zip code, zipcode,
        postnummer, postnr""",
        longest=16,
        repeats=True,
    ),
    text(
        "city",
        N_("Town"),
        WITH_DEBTORS,
        """plaats, woonplaats, stad, gemeente, plaatsnaam, ville, localité, commune, ort, stadt, wohnort,
        city, town, place, sted, by, poststed""",
        longest=80,
        repeats=True,
    ),
    code(
        "country",
        N_("Country"),
        WITH_DEBTORS,
        """land, landcode, land code, pays, code pays, länderkürzel, ländercode, country, country code,
        landkode""",
        codes.country_code,
    ),
    code(
        "language",
        N_("Language"),
        WITH_DEBTORS,
        """taal, taalcode, langue, code langue, sprache, sprachcode, language, language code, locale,
        språk, språkkode, målform""",
        codes.language_code,
    ),
    email(
        "email",
        N_("E-mail address"),
        WITH_DEBTORS,
        """e-mail, email, e-mailadres, mail, mailadres, email adres, adresse e-mail, adresse mail,
        courriel, adresse électronique, e-mail-adresse, mail adresse, email address, e-post, epost,
        epostadresse, e-postadresse""",
    ),
    phone(
        "mobile",
        N_("Mobile number"),
        WITH_DEBTORS,
        """gsm, gsm nummer, mobiel, mobiele nummer, mobiel nummer, mobiele telefoon, mobielnr, portable,
        mobile, numéro de portable, numéro de gsm, téléphone portable, handy, handynummer, mobil,
        mobilnummer, mobiltelefon, mobile number, mobile phone, cell, cell phone, sms, mobilnr""",
        mobile=True,
    ),
    phone(
        "phone",
        N_("Phone number"),
        WITH_DEBTORS,
        """telefoon, telefoonnummer, tel, tel nr, telnr, vaste lijn, téléphone, numéro de téléphone,
        telefon, telefonnummer, telefonnr, festnetz, phone, phone number, telephone, telephone number,
        landline, tlf, tlfnr, telefon nr""",
        mobile=False,
    ),
)

"""Who plays in the demo: made-up people, businesses and invoices, dated from the day it starts."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice: days since it was due (negative: still to come), amount in cents, what happened to it."""

    number: str
    overdue: int
    amount: int
    description: str
    paid: int = 0
    credited: int = 0
    settled: bool = False
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A reaction: days ago, its type, the invoices by number, what was typed, what an agent did with it."""

    days_ago: int
    type_key: str
    numbers: tuple[str, ...]
    answers: dict[str, str]
    closed: str = ""


@dataclass(frozen=True, slots=True)
class Player:
    """A debtor with contacts, invoices and answers."""

    customer_number: str
    language: str
    email: str = ""
    mobile: str = ""
    salutation: str = ""
    first_name: str = ""
    middle_names: str = ""
    last_name: str = ""
    company_name: str = ""
    attention_of: str = ""
    place: tuple[str, str, str, str, str] = ("", "", "", "", "NL")
    creditor: str = "VW"
    prefers_sms: bool = False
    bills: tuple[Bill, ...] = ()
    answers: tuple[Answer, ...] = field(default=())


PLAYERS = (
    Player(
        "20418",
        "nl",
        email="sanne.dewit@post.example",
        mobile="+31612345678",
        salutation="mevrouw",
        first_name="Sanne",
        middle_names="de",
        last_name="Wit",
        place=("Kastanjelaan", "14", "1214 LJ", "Hilversum", "NL"),
        bills=(
            Bill("2026/186", 27, 125000, "Groepenkast vervangen"),
            Bill("2026/201", 10, 150000, "Laadpaal met plaatsing", paid=50000),
            Bill("2026/174", 44, 48620, "Storing verhelpen"),
            Bill("2026/214", -15, 8990, "Onderhoud"),
            Bill("2026/131", 75, 21500, "Rookmelders", settled=True),
        ),
        answers=(
            Answer(
                3,
                "complaint",
                ("2026/174",),
                {
                    "reason": "agreed_otherwise",
                    "explanation": "De storing kwam door jullie eigen werk van vorige maand.",
                },
            ),
        ),
    ),
    Player(
        "20419",
        "nl",
        email="administratie@devlijt.example",
        company_name="Bakkerij De Vlijt B.V.",
        attention_of="J. de Boer",
        place=("Havenstraat", "2", "1271 AD", "Huizen", "NL"),
        bills=(
            Bill("2026/098", 96, 348000, "Krachtstroom bakkerij"),
            Bill("2026/177", 21, 406250, "Oven aansluiten"),
        ),
        answers=(
            Answer(
                9,
                "complaint",
                ("2026/098",),
                {"reason": "defective", "explanation": "De nieuwe groep valt elke ochtend uit."},
            ),
            Answer(
                1,
                "not_approved",
                ("2026/177",),
                {"approver": "Mevrouw De Boer, directie", "expected_on": "+9", "order_number": "PO-7741"},
            ),
        ),
    ),
    Player(
        "20433",
        "nl",
        mobile="+31687654321",
        prefers_sms=True,
        first_name="Joris",
        last_name="Verhoeven",
        place=("Eikenlaan", "101", "3708 AB", "Zeist", "NL"),
        bills=(Bill("2026/143", 52, 21240, "Spoedbezoek"),),
        answers=(
            Answer(
                6,
                "unknown",
                ("2026/143",),
                {"what": "not_ordered", "explanation": "Ik heb nooit een monteur gebeld."},
            ),
        ),
    ),
    Player(
        "20440",
        "nl",
        email="y.elamrani@post.example",
        first_name="Yasmina",
        last_name="El Amrani",
        place=("Lindelaan", "7", "1315 XR", "Almere", "NL"),
        bills=(Bill("2026/162", 38, 64000, "Zonnepanelen nakijken"), Bill("2026/210", 4, 9900, "Inspectie")),
        answers=(Answer(5, "paid", ("2026/162",), {"paid_on": "-7", "account": "4300"}),),
    ),
    Player(
        "20451",
        "nl",
        email="hallo@kapsalonnova.example",
        company_name="Kapsalon Nova",
        place=("Marktplein", "33", "7311 LV", "Apeldoorn", "NL"),
        bills=(Bill("2026/190", 16, 38900, "Verlichting"),),
        answers=(Answer(0, "will_pay", ("2026/190",), {"pay_on": "+7"}),),
    ),
    Player(
        "20460",
        "nl",
        email="crediteuren@almere-oost.example",
        company_name="Stichting Buurtwerk Oost",
        place=("Wijkplein", "1", "1324 ZZ", "Almere", "NL"),
        bills=(
            Bill("2026/195", 18, 111800, "Noodverlichting"),
            Bill("2026/119", 82, 275000, "Keuring", settled=True),
        ),
        answers=(
            Answer(
                12,
                "complaint",
                ("2026/195",),
                {"reason": "amount", "explanation": "Er staan 3 armaturen te veel op."},
                closed="U heeft gelijk. U krijgt een creditfactuur voor de 3 armaturen.",
            ),
        ),
    ),
    Player(
        "30112",
        "fr",
        email="camille.lambert@courriel.example",
        mobile="+32470123456",
        first_name="Camille",
        last_name="Lambert",
        place=("Rue des Tanneurs", "58", "1000", "Bruxelles", "BE"),
        creditor="VWB",
        bills=(
            Bill("B-2026-0311", 33, 73450, "Borne de recharge"),
            Bill("B-2026-0340", 9, 12900, "Entretien annuel"),
            Bill("B-2026-0362", -20, 26000, "Tableau électrique"),
        ),
        answers=(Answer(2, "will_pay", ("B-2026-0340",), {"pay_on": "+10"}),),
    ),
    Player(
        "30127",
        "fr",
        email="compta@garage-delvaux.example",
        company_name="Garage Delvaux SRL",
        place=("Chaussée de Wavre", "410", "1040", "Etterbeek", "BE"),
        creditor="VWB",
        bills=(Bill("B-2026-0298", 58, 190525, "Éclairage d'atelier", credited=35000),),
    ),
    Player(
        "30208",
        "nl",
        email="info@vandongen.example",
        mobile="+32475001122",
        company_name="Van Dongen Installatie BV",
        place=("Turnhoutsebaan", "12", "2110", "Wijnegem", "BE"),
        creditor="VWB",
        bills=(Bill("B-2026-0305", 41, 54800, "Materiaal"), Bill("B-2026-0333", 13, 131000, "Werfkast")),
    ),
    Player(
        "40015",
        "de",
        email="lena.vogel@mail.example",
        mobile="+4915112345678",
        first_name="Lena",
        last_name="Vogel",
        place=("Gartenstraße", "9", "48149", "Münster", "DE"),
        bills=(Bill("D-26-0042", 24, 41850, "Wallbox"), Bill("D-26-0055", -3, 11900, "Prüfung")),
    ),
    Player(
        "40021",
        "de",
        email="buchhaltung@tischlerei-brandt.example",
        company_name="Tischlerei Brandt GmbH",
        place=("Industrieweg", "20", "48155", "Münster", "DE"),
        bills=(Bill("D-26-0037", 47, 267300, "Starkstrom Werkstatt", paid=100000),),
    ),
    Player(
        "50003",
        "en",
        email="oliver.hughes@mail.example",
        mobile="+447700900123",
        first_name="Oliver",
        last_name="Hughes",
        place=("Church Road", "22", "BN3 2FL", "Hove", "GB"),
        bills=(Bill("E-2026-17", 30, 38900, "Charge point"),),
    ),
    Player(
        "60001",
        "nb",
        mobile="+4741234567",
        prefers_sms=True,
        first_name="Ingrid",
        last_name="Solberg",
        place=("Storgata", "5", "0155", "Oslo", "NO"),
        bills=(Bill("N-1009", 19, 249000, "Elbillader"), Bill("N-1013", 2, 39900, "Service")),
    ),
    Player(
        "60007",
        "nb",
        email="regnskap@fjellkafeen.example",
        company_name="Fjellkaféen AS",
        place=("Torggata", "11", "2000", "Lillestrøm", "NO"),
        bills=(Bill("N-0994", 63, 870000, "Strømskap"), Bill("N-1001", 35, 120000, "Lamper", withdrawn=True)),
    ),
    Player(
        "20477",
        "nl",
        first_name="Gerrit",
        last_name="Hoekstra",
        place=("Dorpsstraat", "3", "8501 AA", "Joure", "NL"),
        bills=(Bill("2026/158", 42, 5490, "Voorrijkosten"),),
    ),
)

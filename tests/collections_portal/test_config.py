"""The configuration: read from the environment, whole or refused with every problem at once."""

from dataclasses import replace
from pathlib import Path

import pytest

from collections_portal.config import Config, ConfigurationIncomplete

KEY, OTHER = "q7Rk2mXv9Lw4Tz8Np3Bs6Hd1Fg5Jc0Ye", "Zb4Vn8Mq1Kx6Pw3Rt9Ls2Dh7Gf5Cj0Ua"
GOOD = {
    "PORTAL_URL": "https://pay.voltwerk.nl",
    "PORTAL_SECRET_KEYS": KEY,
    "PORTAL_LINK_KEYS": OTHER,
    "SMTP_HOST": "mail.voltwerk.nl",
    "MAIL_FROM": "facturen@voltwerk.nl",
}


def read(**changes: str) -> Config:
    return Config.from_environment({name: text for name, text in (GOOD | changes).items() if text})


def problems_of(**changes: str) -> list[str]:
    with pytest.raises(ConfigurationIncomplete) as refused:
        read(**changes)
    return [line.removeprefix("- ") for line in str(refused.value).splitlines()[1:]]


def test_five_variables_are_enough() -> None:
    config = read()
    assert (config.public_url, config.hosts, config.is_https) == (
        "https://pay.voltwerk.nl", ("pay.voltwerk.nl",), True,
    )  # fmt: skip
    assert (config.mail.host, config.mail.port, config.mail.encryption) == (
        "mail.voltwerk.nl",
        587,
        "starttls",
    )
    assert config.database_url.startswith("sqlite:////")
    assert config.database_url.endswith("/var/portal.sqlite")
    assert not config.demo
    assert not config.testing
    assert config.mailbox_dir is None


def test_an_empty_environment_is_refused_with_everything_it_lacks_at_once() -> None:
    with pytest.raises(ConfigurationIncomplete) as refused:
        Config.from_environment({})
    said = str(refused.value)
    for name in ("PORTAL_URL", "PORTAL_SECRET_KEYS", "PORTAL_LINK_KEYS", "SMTP_HOST", "MAIL_FROM"):
        assert name in said


@pytest.mark.parametrize("name", GOOD)
def test_each_of_the_five_is_needed(name: str) -> None:
    (problem,) = problems_of(**{name: ""})
    assert problem.startswith(name)


@pytest.mark.parametrize(
    "url",
    [
        "http://pay.voltwerk.nl",
        "pay.voltwerk.nl",
        "ftp://pay.voltwerk.nl",
        "https://",
        "https://[pay",
        "HTTPS",
        "https://pay.voltwerk.nl/app",
    ],
)
def test_visitors_come_over_tls_or_not_at_all(url: str) -> None:
    (problem,) = problems_of(PORTAL_URL=url)
    assert problem.startswith("PORTAL_URL")


def test_the_desks_address_is_held_to_the_same() -> None:
    (problem,) = problems_of(PORTAL_DESK_URL="http://desk.voltwerk.nl")
    assert problem.startswith("PORTAL_DESK_URL")
    config = read(PORTAL_DESK_URL="https://desk.voltwerk.nl/")
    assert config.desk_url == "https://desk.voltwerk.nl"
    assert set(config.hosts) == {"pay.voltwerk.nl", "desk.voltwerk.nl"}


@pytest.mark.parametrize(
    ("named", "doors"), [("debtor", ("debtor",)), (" desk ", ("desk",)), ("debtor,desk", ("debtor", "desk"))]
)
def test_a_process_may_serve_one_door_only(named: str, doors: tuple[str, ...]) -> None:
    assert read(PORTAL_DOORS=named).doors == doors
    assert read().doors == ("debtor", "desk")


@pytest.mark.parametrize("named", [" , ", "settings", "debtor,dsek"])
def test_doors_that_are_not_there_are_refused(named: str) -> None:
    (problem,) = problems_of(PORTAL_DOORS=named)
    assert problem.startswith("PORTAL_DOORS")


@pytest.mark.parametrize("url", ["https://Pay.Voltwerk.nl", "HTTPS://pay.voltwerk.nl:443/"])
def test_the_address_is_spelled_as_browsers_do(url: str) -> None:
    assert read(PORTAL_URL=url).public_url == "https://pay.voltwerk.nl"


def test_a_last_slash_does_not_double() -> None:
    assert read(PORTAL_URL="https://pay.voltwerk.nl/").public_url == "https://pay.voltwerk.nl"


@pytest.mark.parametrize("name", ["PORTAL_SECRET_KEYS", "PORTAL_LINK_KEYS"])
@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("short", "5 characters"),
        (KEY[:31], "31 characters"),
        ("a" * 40, "default"),
        ("abcabcabc" * 5, "default"),
        ("changeme-changeme-changeme-1234567", "default"),
        ("my-development-key-0123456789-xyzw", "default"),
        (f"{KEY[::-1]},short", "5 characters"),
        (" , ,", "missing"),
    ],
)
def test_short_and_default_keys_are_refused(name: str, key: str, words: str) -> None:
    (problem,) = problems_of(**{name: key})
    assert problem.startswith(name)
    assert words in problem


def test_a_key_is_not_repeated_in_the_complaint() -> None:
    said = " ".join(problems_of(PORTAL_SECRET_KEYS="hunter2-is-my-key"))
    assert "hunter2" not in said


def test_the_two_kinds_of_keys_are_not_the_same() -> None:
    (problem,) = problems_of(PORTAL_LINK_KEYS=f"{OTHER},{KEY}")
    assert "must not share" in problem


def test_several_keys_stay_in_their_order_the_newest_last() -> None:
    assert read(PORTAL_LINK_KEYS=f" {OTHER} , {OTHER[::-1]} ").link_keys == (OTHER, OTHER[::-1])


def test_no_secret_shows_when_the_configuration_is_printed() -> None:
    shown = repr(
        read(
            SMTP_PASSWORD="mail password",
            TWILIO_ACCOUNT_SID="AC1",
            TWILIO_AUTH_TOKEN="twilio token",
            TWILIO_FROM="Voltwerk",
            DATABASE_URL="postgresql://portal:database-password@db/portal",
            REDIS_URL="redis://:redis-password@cache/0",
        )
    )
    for secret in (KEY, OTHER, "mail password", "twilio token", "database-password", "redis-password"):
        assert secret not in shown


@pytest.mark.parametrize("name", ["SMTP_PORT", "PORTAL_PROXIES"])
@pytest.mark.parametrize("number", ["many", "-1", "1.5", "٣"])
def test_a_number_is_a_whole_number(name: str, number: str) -> None:
    (problem,) = problems_of(**{name: number})
    assert problem.startswith(name)


@pytest.mark.parametrize("lacking", ["TWILIO_AUTH_TOKEN", "TWILIO_FROM"])
def test_half_of_twilio_is_refused(lacking: str) -> None:
    twilio = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "token", "TWILIO_FROM": "Voltwerk"}
    assert read(**twilio).sms.from_number == "Voltwerk"
    (problem,) = problems_of(**twilio | {lacking: ""})
    assert lacking in problem


def test_a_sender_and_a_messaging_service_exclude_each_other() -> None:
    (problem,) = problems_of(
        TWILIO_ACCOUNT_SID="AC1",
        TWILIO_AUTH_TOKEN="token",
        TWILIO_FROM="Voltwerk",
        TWILIO_MESSAGING_SERVICE_SID="MG1",
    )
    assert "TWILIO_MESSAGING_SERVICE_SID" in problem


@pytest.mark.parametrize("url", ["postgres://a:b@db/portal", "postgresql://a:b@db/portal"])
def test_postgresql_is_reached_by_its_third_driver_whatever_it_is_called(url: str) -> None:
    assert read(DATABASE_URL=url).database_url == "postgresql+psycopg://a:b@db/portal"


def test_a_file_of_sqlite_is_found_from_wherever_the_program_starts() -> None:
    assert (
        read(DATABASE_URL="sqlite:///var/x.sqlite").database_url
        == f"sqlite:///{Path('var/x.sqlite').absolute()}"
    )
    assert read(DATABASE_URL="sqlite:////srv/x.sqlite").database_url == "sqlite:////srv/x.sqlite"


def test_mail_leaves_encrypted_unless_it_is_said_in_so_many_words() -> None:
    assert read().mail.encryption == "starttls"
    assert read(SMTP_ENCRYPTION="none").mail.encryption == "none"
    for word in ("off", "no", "TLS", "ssl"):
        (problem,) = problems_of(SMTP_ENCRYPTION=word)
        assert problem == f"SMTP_ENCRYPTION must be starttls, tls or none, not {word!r}."


def test_tls_from_the_first_byte_has_a_port_of_its_own() -> None:
    mail = read(SMTP_ENCRYPTION="tls").mail
    assert (mail.encryption, mail.port) == ("tls", 465)
    assert read(SMTP_ENCRYPTION="tls", SMTP_PORT="2465").mail.port == 2465


def demo(url: str) -> Config:
    """Return a demo's configuration."""
    return replace(read(), public_url=url, demo=True)


def test_a_demo_answers_to_each_name_this_machine_has_for_itself() -> None:
    config = demo("http://127.0.0.1:8000")
    assert set(config.hosts) == {"localhost", "127.0.0.1"}
    assert "http://localhost:8000" in config.origins


def test_a_demo_on_another_machine_answers_to_its_name_alone() -> None:
    config = demo("http://demo.example:8000")
    assert config.hosts == ("demo.example",)
    assert config.origins == {"http://demo.example:8000"}
    assert demo("http://mylocalhost:8000").hosts == ("mylocalhost",)


def test_what_is_no_demo_answers_to_its_own_names_alone() -> None:
    config = read(PORTAL_DESK_URL="https://desk.voltwerk.nl:8443")
    assert set(config.hosts) == {"pay.voltwerk.nl", "desk.voltwerk.nl"}
    assert config.origins == {"https://pay.voltwerk.nl", "https://desk.voltwerk.nl:8443"}
    assert replace(read(), public_url="http://localhost").hosts == ("localhost",)

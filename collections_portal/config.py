"""How the installation is deployed: read from the environment, loud when incomplete."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from core.law import shelf
from core.law.rows import LawMisread
from messaging.headers import is_host
from messaging.providers.smtp import Encryption

SHORTEST_KEY = 32
LOOPBACK = ("localhost", "127.0.0.1")
# Whose pages there are: the debtors', and the members' (with the settings).
DEBTOR, DESK = DOORS = ("debtor", "desk")
# Where a mail server takes messages, as RFC 6409 and RFC 8314 have it; without encryption as the former.
SMTP_PORTS = {Encryption.STARTTLS: 587, Encryption.TLS: 465, Encryption.NONE: 587}
KNOWN_KEYS = ("changeme", "secret", "development", "insecure", "example")


class ConfigurationIncomplete(RuntimeError):
    """The environment lacks something, or holds something unsafe; the text says what, for the operator."""


@dataclass(frozen=True, slots=True)
class Mail:
    """Where e-mail goes: an SMTP server, or files in the demo.

    At most so many messages a minute leave for one organisation and to one domain; 0 is no limit. Bounces
    come back to addresses at `bounce_domain`; without one they go to `sender`.
    """

    host: str = ""
    port: int = 587
    user: str = ""
    password: str = ""
    encryption: Encryption = Encryption.STARTTLS
    sender: str = ""
    ca_file: str = ""
    per_minute_organisation: int = 6_000
    per_minute_domain: int = 1_200
    bounce_domain: str = ""


@dataclass(frozen=True, slots=True)
class Sms:
    """Where SMS go: Twilio, or files in the demo. `per_second` is how many messages the sender takes.

    Of the tokens the newest, the last, opens Twilio; all of them may have signed what Twilio tells us.
    """

    account_sid: str = ""
    auth_tokens: tuple[str, ...] = ()
    per_second: int = 10
    from_number: str = ""
    messaging_service_sid: str = ""
    api_url: str = "https://api.twilio.com"


@dataclass(frozen=True, slots=True)
class Config:
    """Everything an installation decides. Keys are lists, the newest last: it signs, all of them verify."""

    public_url: str
    secret_keys: tuple[str, ...] = field(repr=False)
    link_keys: tuple[str, ...] = field(repr=False)
    database_url: str = field(repr=False)
    var_dir: Path
    desk_url: str = ""
    doors: tuple[str, ...] = DOORS
    mail: Mail = field(default_factory=Mail, repr=False)
    sms: Sms = field(default_factory=Sms, repr=False)
    redis_url: str = field(default="", repr=False)
    proxies: int = 0
    demo: bool = False
    testing: bool = False
    mailbox_dir: Path | None = None
    law_dir: Path | None = None

    @property
    def is_https(self) -> bool:
        """Whether visitors come over TLS; cookies are then `__Host-` and Secure."""
        return self.public_url.startswith("https://")

    @property
    def hosts(self) -> tuple[str, ...]:
        """The host names visitors may ask for."""
        return tuple({urlsplit(origin).hostname or "" for origin in self.origins})

    @property
    def origins(self) -> frozenset[str]:
        """The origins our own pages have; of a demo with each name that this machine has for itself."""
        urls = {url for url in (self.public_url, self.desk_url) if url}
        if self.demo:
            urls = {other for url in urls for other in _by_each_name(url)}
        return frozenset(urls)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Config":
        """Read `PORTAL_*`, `DATABASE_URL`, `SMTP_*`, `TWILIO_*` and `REDIS_URL`.

        Raises ConfigurationIncomplete with every problem in one text.
        """
        env = os.environ if environment is None else environment
        problems: list[str] = []
        config = cls(
            public_url=_origin(env.get("PORTAL_URL", "")),
            desk_url=_origin(env.get("PORTAL_DESK_URL", "")),
            doors=_doors(env, problems),
            secret_keys=_keys(env, "PORTAL_SECRET_KEYS", problems),
            link_keys=_keys(env, "PORTAL_LINK_KEYS", problems),
            database_url=_database(env.get("DATABASE_URL", "sqlite:///var/portal.sqlite")),
            var_dir=Path(env.get("PORTAL_VAR", "var")).absolute(),
            mail=_mail(env, problems),
            sms=_sms(env, problems),
            redis_url=env.get("REDIS_URL", ""),
            proxies=_number(env, "PORTAL_PROXIES", 0, problems),
            law_dir=_law(env, problems),
        )
        if not _is_origin(config.public_url):
            problems.append(
                "PORTAL_URL must be the https:// address debtors open, without a path: https://pay.example.org."
            )
        if config.desk_url and not _is_origin(config.desk_url):
            problems.append("PORTAL_DESK_URL must be such an https:// address too, or be left out.")
        if set(config.secret_keys) & set(config.link_keys):
            problems.append("PORTAL_SECRET_KEYS and PORTAL_LINK_KEYS must not share a key.")
        if problems:
            raise ConfigurationIncomplete("The configuration is not complete:\n- " + "\n- ".join(problems))
        return config

    @classmethod
    def for_tests(cls, *, database_url: str, var_dir: Path, **changes: object) -> "Config":
        """Return a complete configuration for a test: http on localhost, keys that are no secret."""
        values: dict[str, object] = {
            "public_url": "http://localhost",
            "secret_keys": ("test-secret-" + "s" * 32,),
            "link_keys": ("test-link-" + "l" * 32,),
            "database_url": _database(database_url),
            "var_dir": var_dir,
            "mailbox_dir": var_dir / "mailbox",
            "testing": True,
        }
        return cls(**(values | changes))  # type: ignore[arg-type]  # the fields are checked by the dataclass


def _by_each_name(origin: str) -> set[str]:
    """Return an origin of this machine with each of its names for itself; another one as it is."""
    parts = urlsplit(origin)
    if parts.hostname not in LOOPBACK:
        return {origin}
    return {origin.replace(parts.hostname, name, 1) for name in LOOPBACK}


def _origin(url: str) -> str:
    """Return the address as browsers say it when they name the sender of a form; empty when it is none."""
    try:
        parts = urlsplit(url.strip().rstrip("/"))
    except ValueError:
        return ""
    return urlunsplit(
        parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower().removesuffix(":443"))
    )


def _is_origin(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" and bool(parts.hostname) and url == f"https://{parts.netloc}"


def _keys(env: Mapping[str, str], name: str, problems: list[str]) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in env.get(name, "").split(",") if key.strip())
    if not keys:
        problems.append(f"{name} is missing: one or more random keys, newest last, separated by commas.")
    for key in keys:
        if len(key) < SHORTEST_KEY:
            problems.append(f"{name} holds a key of {len(key)} characters; {SHORTEST_KEY} is the least.")
        elif len(set(key)) < 8 or any(known in key.lower() for known in KNOWN_KEYS):
            problems.append(f"{name} holds a key that looks like a default; make a random one.")
    return keys


def _database(url: str) -> str:
    for old in ("postgres://", "postgresql://"):
        if url.startswith(old):
            return "postgresql+psycopg://" + url.removeprefix(old)
    if url.startswith("sqlite:///") and not url.startswith("sqlite:////"):
        return "sqlite:///" + str(Path(url.removeprefix("sqlite:///")).absolute())
    return url


def _number(env: Mapping[str, str], name: str, default: int, problems: list[str]) -> int:
    value = env.get(name, str(default))
    if not (value.isascii() and value.isdecimal()):
        problems.append(f"{name} must be a whole number, not {value!r}.")
        return default
    return int(value)


def _doors(env: Mapping[str, str], problems: list[str]) -> tuple[str, ...]:
    doors = tuple(filter(None, map(str.strip, env.get("PORTAL_DOORS", ",".join(DOORS)).split(","))))
    if not doors or not set(doors) <= set(DOORS):
        problems.append("PORTAL_DOORS must be debtor, desk or debtor,desk; left out it is both.")
        return DOORS
    return doors


def _law(env: Mapping[str, str], problems: list[str]) -> Path | None:
    folder = Path(env["PORTAL_LAW_DIR"]).absolute() if env.get("PORTAL_LAW_DIR") else None
    try:
        shelf.book(folder)
    except (LawMisread, OSError) as error:
        problems.append(f"PORTAL_LAW_DIR cannot be used: {error}")
    return folder


def _mail(env: Mapping[str, str], problems: list[str]) -> Mail:
    encryption = _encryption(env, problems)
    mail = Mail(
        host=env.get("SMTP_HOST", ""),
        port=_number(env, "SMTP_PORT", SMTP_PORTS[encryption], problems),
        user=env.get("SMTP_USER", ""),
        password=env.get("SMTP_PASSWORD", ""),
        encryption=encryption,
        sender=env.get("MAIL_FROM", ""),
        ca_file=env.get("SMTP_CA_FILE", ""),
        per_minute_organisation=_number(env, "MAIL_PER_MINUTE_ORGANISATION", 6_000, problems),
        per_minute_domain=_number(env, "MAIL_PER_MINUTE_DOMAIN", 1_200, problems),
        bounce_domain=env.get("MAIL_BOUNCE_DOMAIN", "").lower(),
    )
    if not mail.host:
        problems.append("SMTP_HOST is missing: the mail server that sends the links.")
    if "@" not in mail.sender:
        problems.append("MAIL_FROM is missing: the address messages are sent from.")
    if mail.bounce_domain and not is_host(mail.bounce_domain):
        problems.append("MAIL_BOUNCE_DOMAIN must be a domain of its own, such as bounces.example.org.")
    return mail


def _encryption(env: Mapping[str, str], problems: list[str]) -> Encryption:
    word = env.get("SMTP_ENCRYPTION", Encryption.STARTTLS)
    if word not in list(Encryption):
        problems.append(f"SMTP_ENCRYPTION must be starttls, tls or none, not {word!r}.")
        return Encryption.STARTTLS
    return Encryption(word)


def _sms(env: Mapping[str, str], problems: list[str]) -> Sms:
    sms = Sms(
        account_sid=env.get("TWILIO_ACCOUNT_SID", ""),
        auth_tokens=tuple(filter(None, map(str.strip, env.get("TWILIO_AUTH_TOKEN", "").split(",")))),
        per_second=_number(env, "TWILIO_PER_SECOND", 10, problems),
        from_number=env.get("TWILIO_FROM", ""),
        messaging_service_sid=env.get("TWILIO_MESSAGING_SERVICE_SID", ""),
        api_url=env.get("TWILIO_API_URL", "https://api.twilio.com"),
    )
    if sms.per_second == 0:
        problems.append("TWILIO_PER_SECOND must be 1 or more; it says how many SMS leave in a second.")
    if sms.account_sid and not (sms.auth_tokens and (sms.from_number or sms.messaging_service_sid)):
        problems.append(
            "TWILIO_ACCOUNT_SID is set: TWILIO_AUTH_TOKEN is needed too, "
            "and TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID."
        )
    if sms.from_number and sms.messaging_service_sid:
        problems.append("Set TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID, one of the two.")
    return sms

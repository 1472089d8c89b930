"""The peer: the same page as Django and django-sesame make it, with Django's usual middleware.

A visitor is a row of Django's user model; django-sesame's token in the address is checked for every
request, as its documentation shows. The invoices are read with the same conditions; the frame of the page is
ready text.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from sqlalchemy import make_url

FOLDER = Path(__file__).parent
MIDDLEWARE = (
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
)


def set_up(*, owner_url: str, frame: tuple[str, str]) -> Callable[..., Iterable[bytes]]:
    """Return the WSGI application on this database; once in a process."""
    settings.configure(
        SECRET_KEY="bench" * 10,
        ALLOWED_HOSTS=["*"],
        DATABASES={"default": _database(owner_url)},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "bench.peers.django_app",
        ],
        AUTH_USER_MODEL="django_app.Visitor",
        AUTHENTICATION_BACKENDS=["sesame.backends.ModelBackend"],
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        MIDDLEWARE=list(MIDDLEWARE),
        ROOT_URLCONF="bench.peers.django_app.urls",
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [FOLDER]}],
        LANGUAGE_CODE="nl",
        USE_TZ=True,
        USE_THOUSAND_SEPARATOR=True,
        SESAME_MAX_AGE=14 * 24 * 3600,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        LOGGING_CONFIG=None,
        FRAME=frame,
    )
    django.setup()
    application: Callable[..., Iterable[bytes]] = get_wsgi_application()
    return application


def tokens_of(debtor_ids: Sequence[int]) -> list[str]:
    """Make the table of visitors and store one for each debtor; return their tokens. After `set_up`."""
    # Neither can be imported before Django knows its settings.
    from sesame.utils import get_token  # noqa: PLC0415

    from bench.peers.django_app.models import Visitor, make_table  # noqa: PLC0415

    make_table()
    names = [(f"v{debtor_id}", debtor_id) for debtor_id in debtor_ids]
    visitors = [Visitor.objects.create(username=name, debtor_id=debtor_id) for name, debtor_id in names]
    return [get_token(visitor) for visitor in visitors]


def _database(owner_url: str) -> dict[str, Any]:
    url = make_url(owner_url)
    if url.drivername == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": url.database, "CONN_MAX_AGE": None}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": url.database,
        "USER": url.username,
        "PASSWORD": url.password,
        "HOST": url.host,
        "PORT": url.port,
        "CONN_MAX_AGE": None,
        "OPTIONS": {"options": "-c app.organisation=everywhere"},
    }

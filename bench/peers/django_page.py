"""The peer: the same page as Django and django-sesame make it, with Django's usual middleware.

A visitor is a row of Django's user model who entered through django-sesame's own view; from then on Django's
session in the database says who it is, as the visit does with us. The invoices are read with the same
conditions. The frame of the page is ours, with every text of it looked up in Django's translations.
"""

import re
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
        LOGIN_REDIRECT_URL="/invoices",
        MIDDLEWARE=list(MIDDLEWARE),
        ROOT_URLCONF="bench.peers.django_app.urls",
        TEMPLATES=[_templates(frame)],
        LANGUAGE_CODE="nl",
        USE_TZ=True,
        USE_THOUSAND_SEPARATOR=True,
        SESAME_MAX_AGE=14 * 24 * 3600,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        LOGGING_CONFIG=None,
    )
    django.setup()
    application: Callable[..., Iterable[bytes]] = get_wsgi_application()
    return application


def tokens_of(debtor_ids: Sequence[int]) -> list[str]:
    """Make the tables and store a visitor for each debtor; return their tokens. After `set_up`."""
    # Neither can be imported before Django knows its settings.
    from sesame.utils import get_token  # noqa: PLC0415

    from bench.peers.django_app.models import Visitor, make_tables  # noqa: PLC0415

    make_tables()
    names = [(f"v{debtor_id}", debtor_id) for debtor_id in debtor_ids]
    visitors = [Visitor.objects.create(username=name, debtor_id=debtor_id) for name, debtor_id in names]
    return [get_token(visitor) for visitor in visitors]


def _templates(frame: tuple[str, str]) -> dict[str, Any]:
    ours = dict(zip(("before.html", "after.html"), map(_translated, frame), strict=True))
    loaders = ["django.template.loaders.filesystem.Loader", ("django.template.loaders.locmem.Loader", ours)]
    return {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [FOLDER],
        "OPTIONS": {
            "loaders": [("django.template.loaders.cached.Loader", loaders)],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
            ],
        },
    }


def _translated(html: str) -> str:
    """Return the part of a page with each of its texts as a tag that translates it."""
    texts = re.compile(r">([^<>]*\w[^<>]*)<")
    tag = '>{{% translate "{}" %}}<'
    return "{% load i18n %}" + texts.sub(lambda found: tag.format(found[1].strip().replace('"', "'")), html)


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

"""What templates write is escaped."""

import pytest
from flask import Flask
from jinja2 import DictLoader

from core.web.application import LASTING


@pytest.mark.parametrize(
    "template",
    [
        "{{ name }}",
        "{% macro say(words) %}{{ words }}{% endmacro %}{{ say(name) }}",
        "{% set kept %}{{ name }}{% endset %}{{ kept }}",
        "{% for letter in [name] %}{{ letter }}{% endfor %}",
        "{% filter trim %}{{ name }}{% endfilter %}",
        "{{ 'a' ~ name }}",
        "{% macro wrap() %}{{ caller(name) }}{% endmacro %}{% call(words) wrap() %}{{ words }}{% endcall %}",
        "{{ _('Invoice %(number)s', number=name) }}",
        "{{ name|upper|lower }}",
        "{{ [name]|join(', ') }}",
    ],
)
def test_no_template_lets_a_name_write_markup(app: Flask, template: str) -> None:
    with app.test_request_context("/"):
        page = app.jinja_env.from_string(template).render(name="<img src=x>&\"'")
    assert "<img" not in page
    assert "&lt;img src=x&gt;&amp;&#34;&#39;" in page


def test_what_is_written_once_is_not_escaped_twice(app: Flask) -> None:
    template = "{% macro say(words) %}<p>{{ words }}</p>{% endmacro %}{{ say(say('Ben & Co')) }}"
    with app.test_request_context("/"):
        page = app.jinja_env.from_string(template).render()
    assert page == "<p><p>Ben &amp; Co</p></p>"


def test_templates_that_are_no_pages_are_not_escaped(app: Flask) -> None:
    template = "{% autoescape false %}{{ name }}{% endautoescape %}"
    with app.test_request_context("/"):
        assert app.jinja_env.from_string(template).render(name="Ben & Co") == "Ben & Co"


SAYING = {
    "page": (
        "{% from 'part' import greet %}{{ _('Log out') }}, {{ greet('x') }}, {{ _(sentence) }},"
        "{{ _('Invoice %(number)s', number='<1>') }}"
    ),
    "part": "{% macro greet(name) %}{{ ('a' ~ _('Search')) if name else _('Save') }}{% endmacro %}",
}


@pytest.mark.parametrize(
    ("spoken", "page"),
    [
        ("nl", "Uitloggen, aZoeken, Opslaan,Factuur &lt;1&gt;"),
        ("de", "Abmelden, aSuchen, Speichern,Rechnung &lt;1&gt;"),
        ("en", "Log out, aSearch, Save,Invoice &lt;1&gt;"),
    ],
)
def test_sentences_stand_in_a_template_as_the_visitor_speaks(app: Flask, spoken: str, page: str) -> None:
    app.jinja_env.loader = DictLoader(SAYING)
    said = []
    for language in ("fr", spoken, "nb", spoken):
        with app.test_request_context("/", headers={"Accept-Language": language}):
            said.append(app.jinja_env.get_template("page").render(sentence="Save"))
    assert said[1::2] == [page, page]


def test_a_sentence_is_looked_up_when_its_template_is_compiled(app: Flask) -> None:
    app.jinja_env.loader = DictLoader({"page": "{{ _('Log out') }} {{ asset('debtor.css') }}"})
    with app.test_request_context("/", headers={"Accept-Language": "nl"}):
        first = app.jinja_env.get_template("page").render()
        for name in LASTING:
            del app.jinja_env.globals[name]
        assert app.jinja_env.get_template("page").render() == first

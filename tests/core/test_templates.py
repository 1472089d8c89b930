"""What templates write is escaped."""

import pytest
from flask import Flask


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

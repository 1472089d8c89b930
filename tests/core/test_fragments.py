"""Rows of a long list, written by a macro that runs once for each sort of row."""

from dataclasses import dataclass

import pytest
from flask import Flask, render_template_string

LIST = """
{%- macro line(row, is_late, sort) -%}
  <li>100 % {{ row.name }}: {{ _("Invoice %(number)s", number=row.number) }}{% if is_late %}!{% endif %}</li>
{%- endmacro -%}
{{- filled(line, rows, ("late", "sort")) -}}
"""


@dataclass
class Line:
    """A row: two texts, and the sort it is of."""

    name: str
    number: str
    late: bool = False
    sort: str = "any"


def written(app: Flask, *rows: Line) -> str:
    """Return the list."""
    with app.test_request_context(headers={"Accept-Language": "nl"}):
        return render_template_string(LIST, rows=rows)


def test_each_row_has_its_own_values_and_what_belongs_to_its_sort(app: Flask) -> None:
    assert written(app, Line("Ada", "1"), Line("Bo", "2", late=True), Line("Cas", "3")) == (
        "<li>100 % Ada: Factuur 1</li><li>100 % Bo: Factuur 2!</li><li>100 % Cas: Factuur 3</li>"
    )


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("<b>%(number)s</b> & {{ 7 * 7 }}", "&lt;b&gt;%(number)s&lt;/b&gt; &amp; {{ 7 * 7 }}"),
        ("\ue000number\ue001", "\ue000number\ue001"),
        ("a\x00b", "a\x00b"),
        ("", ""),
    ],
)
def test_a_value_is_shown_as_it_is(app: Flask, name: str, shown: str) -> None:
    assert written(app, Line("x", "1"), Line(name, "<2>")) == (
        f"<li>100 % x: Factuur 1</li><li>100 % {shown}: Factuur &lt;2&gt;</li>"
    )

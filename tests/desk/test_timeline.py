"""Timelines: a sentence for every kind of line that is about a debtor or their letters."""

import ast
import re

from desk.timeline import SENTENCES
from tests.desk.conftest import Office
from tests.house.code import modules, name_of, tree_of
from tests.manners import words_of
from tests.people import Person

ROOMS = ("dunning/", "invoices/", "links/", "messaging/", "reactions/")
KIND = re.compile(
    r"(action|charge|contact|credit_note|debtor|invoice|letters|link|message|payment|reaction)\.[a-z_]+"
)


def recorded() -> set[str]:
    """Return the names of lines that rooms record about debtors and what is theirs."""
    texts = {
        node.value
        for path in modules()
        if name_of(path).startswith(ROOMS)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {text for text in texts if KIND.fullmatch(text)}


def test_every_line_of_the_trail_has_its_sentence() -> None:
    assert recorded() == set(SENTENCES)


def test_the_newest_stands_on_top_and_the_debtors_own_lines_are_hollow(agent: Person, office: Office) -> None:
    office.react("complaint")
    page = agent.open(f"/desk/debtors/{office.debtor.public_id}").follow("Add contact")
    page = page.submit({"channel": "email", "value": "b@mail.example"}, button="Add contact")
    lines = next(element for element in page.root.iter("ol") if element.get("class") == "timeline")
    ours = {words_of(line): line.get("class") == "ours" for line in lines}
    first = next(iter(ours))
    assert "added E-mail b…@mail.example" in first
    assert ours[first]
    assert [is_ours for words, is_ours in ours.items() if "The debtor reacted" in words] == [False]

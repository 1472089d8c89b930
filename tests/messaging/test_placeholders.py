"""Placeholders: what is found, what is refused, what is filled in, and that no text can run anything."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.events import EVENTS, PLACEHOLDERS, Part
from messaging.placeholders import (
    MAX_LIST,
    MAX_TEXT,
    MAX_VALUE,
    MissingPlaceholder,
    MisspelledPlaceholder,
    PlaceholderNotAllowedHere,
    Template,
    TemplateTooLong,
    UnknownPlaceholder,
    ValueMissing,
    ValueTooLong,
    fill,
    fill_html,
    parse,
)

NAMES = frozenset({"link", "first_name", "link_valid_until"})

NOT_A_LANGUAGE = [
    "{{ 7*7 }}",
    "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
    "{{ ('a'*10**9)|length }}",
    "{{ ''.__class__.__mro__ }}",
    "{% include '/etc/passwd' %}",
    "{% raw %}((link{% endraw %}",
    "%(link)s %s %n %",
    "{link} {0.__class__} {link!r:>999999999}",
    "${link} $link #{link} <%= link %> <?php echo 1 ?>",
    "`id` $(id) | id",
    "((" * 9_000,
    "(" * 19_000,
    ")" * 19_000,
    "((" + "a" * 19_000,
    "((a" * 6_000,
    "(( " * 6_000,
    "\\1 \\g<0> \\x00",
    "((__class__" * 1_000,
    "<script>alert(1)</script>",
    "\n" * 19_000,
    "- " * 9_000,
    "# " * 9_000,
    " \n" * 9_000,
    "a:\n" * 6_000,
    "((link)" * 2_000,
    "(link))" * 2_000,
    "{" * 10_000 + "}" * 9_000,
    "{{{{{{" * 3_000,
    "&" * 19_000,
    "é" * 19_000,
]


def test_values_are_filled_in_where_their_names_stand() -> None:
    template = parse("Dear ((first_name)): ((link)), ((link))", allowed=NAMES)
    assert fill(template, {"first_name": "Zoë", "link": "L"}) == "Dear Zoë: L, L"


@pytest.mark.parametrize(
    "written", ["((Link valid until))", "(( link-valid-until ))", "((LINK_VALID_UNTIL))"]
)
def test_capitals_blanks_and_hyphens_in_a_name_do_not_matter(written: str) -> None:
    assert parse(written, allowed=NAMES).text == "((link_valid_until))"


def test_an_unknown_placeholder_is_refused_by_name_with_what_there_is() -> None:
    with pytest.raises(UnknownPlaceholder) as refused:
        parse("((balance))", allowed=NAMES)
    assert "((balance))" in str(refused.value)
    assert "((link))" in str(refused.value)


def test_a_misspelled_placeholder_gets_a_suggestion() -> None:
    with pytest.raises(MisspelledPlaceholder, match=r"Did you mean \(\(link_valid_until\)\)"):
        parse("((link_valid_untill))", allowed=NAMES)


def test_a_placeholder_of_another_text_is_refused_as_such() -> None:
    with pytest.raises(PlaceholderNotAllowedHere, match=r"\(\(answer_text\)\) cannot be used"):
        parse("((answer text))", allowed=NAMES, known=frozenset(PLACEHOLDERS))


def test_a_line_with_what_the_message_is_sent_for_always_stays() -> None:
    text = "((first_name)): ((link))\nFor ((first_name))\nBye"
    template = parse(text, allowed=NAMES, required=["link"])
    assert fill(template, {"first_name": "", "link": "https://l"}) == ": https://l\nBye"


def test_a_text_without_its_required_placeholder_is_refused() -> None:
    with pytest.raises(MissingPlaceholder, match=r"needs \(\(link\)\)"):
        parse("Click here.", allowed=NAMES, required={"link"})


@pytest.mark.parametrize("event", ["invoice_link", "reminder_1", "reminder_2", "reminder_3"])
@pytest.mark.parametrize("part", [Part.BODY, Part.SMS])
def test_a_link_template_without_the_link_cannot_be_saved(event: str, part: Part) -> None:
    with pytest.raises(MissingPlaceholder):
        EVENTS[event].parse(part, "((salutation)), the link works until ((link_valid_until)).")
    saved = EVENTS[event].parse(part, "((link)) works until ((link_valid_until)), ((link valid for))")
    assert saved.names == {"link", "link_valid_until", "link_valid_for"}


@pytest.mark.parametrize("event", list(EVENTS))
def test_no_subject_can_carry_a_link_or_a_name(event: str) -> None:
    for name in ("link", "first_name", "salutation"):
        with pytest.raises(PlaceholderNotAllowedHere):
            EVENTS[event].parse(Part.SUBJECT, f"Your invoices (({name}))")


def test_every_allowed_placeholder_says_what_it_is() -> None:
    for event in EVENTS.values():
        for names in event.allowed.values():
            assert names <= set(PLACEHOLDERS)


def test_a_line_whose_placeholder_has_nothing_to_say_is_left_out() -> None:
    template = parse("One.\nFrom ((first_name)).\nThree.", allowed=NAMES)
    assert fill(template, {"first_name": " "}) == "One.\nThree."
    assert fill(template, {"first_name": "Zoë"}) == "One.\nFrom Zoë.\nThree."


def test_html_values_are_escaped_and_keep_their_lines() -> None:
    pieces = parse("<b>((first_name))</b>", allowed=NAMES).pieces
    assert fill_html(pieces, {"first_name": "<i>&\"'\r\n2"}) == "<b>&lt;i&gt;&amp;&quot;&#x27;<br>\n2</b>"


def test_a_value_is_never_read_for_placeholders() -> None:
    template = parse("((first_name)) ((link))", allowed=NAMES)
    assert fill(template, {"first_name": "((link))", "link": "secret"}) == "((link)) secret"


def test_a_missing_or_oversized_value_is_refused() -> None:
    template = parse("((link))", allowed=NAMES)
    with pytest.raises(ValueMissing):
        fill(template, {})
    with pytest.raises(ValueTooLong):
        fill(template, {"link": "x" * 10_001})


def test_too_long_texts_and_too_many_placeholders_are_refused() -> None:
    with pytest.raises(TemplateTooLong):
        parse("x" * (MAX_TEXT + 1), allowed=NAMES)
    with pytest.raises(TemplateTooLong):
        parse("((link))" * 61, allowed=NAMES)


@pytest.mark.parametrize("text", NOT_A_LANGUAGE, ids=range(len(NOT_A_LANGUAGE)))
def test_injections_and_loops_stay_words_and_cost_nothing(text: str) -> None:
    started = time.process_time()
    try:
        filled = fill(parse(text, allowed=NAMES), {"link": "L", "first_name": "F", "link_valid_until": "U"})
    except (UnknownPlaceholder, TemplateTooLong):
        filled = None
    assert time.process_time() - started < 0.05
    assert filled is None or filled == text.replace("\x00", "").replace("((link))", "L")


@given(st.text(max_size=300), st.text(max_size=50))
def test_any_text_and_any_value_is_filled_or_refused_by_name(text: str, value: str) -> None:
    try:
        template = parse(text + "((first_name))", allowed=NAMES)
    except UnknownPlaceholder:
        return
    filled = fill(template, {"first_name": value, "link": value, "link_valid_until": value})
    assert not set(filled) & {"\r", "\x00", "\u202e", "\ud800"}
    filled.encode("utf-8")


def test_a_list_of_ours_may_be_longer_than_what_people_wrote() -> None:
    list_of = Template("((invoice_list))")
    assert len(fill(list_of, {"invoice_list": "x" * MAX_LIST})) == MAX_LIST
    for name, length in (("invoice_list", MAX_LIST + 1), ("answer_text", MAX_VALUE + 1)):
        with pytest.raises(ValueTooLong):
            fill(Template(f"(({name}))"), {name: "x" * length})

"""Translations: whole, certain, and with the same values to fill in, in every language."""

import re

import pytest

from tests.catalogues import LANGUAGES, Sentence, catalogue_files, key_of, read, sentences
from tests.house.code import name_of

VALUES = re.compile(r"%\((\w+)\)[sd]|\(\((\w+)\)\)")


def values_in(text: str) -> set[str]:
    """Return the names of the values a sentence leaves room for."""
    return {first or second for first, second in VALUES.findall(text)}


def translations(language: str) -> dict[Sentence, tuple[str, ...]]:
    """Return every finished translation of a language, of all packages together."""
    found: dict[Sentence, tuple[str, ...]] = {}
    for path in catalogue_files(language):
        for message in read(path):
            texts = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
            if message.id and not message.fuzzy and all(texts):
                found[key_of(message.id)] = texts
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language: str) -> None:
    done = translations(language)
    missing = [
        f"{name_of(places[0][0])}:{places[0][1]}: {sentence}"
        for sentence, places in sentences().items()
        if sentence not in done
    ]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_translated_that_nobody_says(language: str) -> None:
    assert set(translations(language)) - set(sentences()) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_a_guess_or_left_over(language: str) -> None:
    for path in catalogue_files(language):
        book = read(path)
        assert [message.id for message in book if message.fuzzy and message.id] == [], name_of(path)
        assert list(book.obsolete) == [], name_of(path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_room_for_the_same_values(language: str) -> None:
    wrong = []
    for sentence, texts in translations(language).items():
        forms = (sentence,) if isinstance(sentence, str) else sentence
        allowed = set().union(*map(values_in, forms))
        needed = values_in(forms[0]).intersection(*map(values_in, forms))
        wrong += [text for text in texts if not needed <= values_in(text) <= allowed]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_begins_and_ends_as_its_sentence_does(language: str) -> None:
    for sentence, texts in translations(language).items():
        if isinstance(sentence, str):
            assert sentence[:1].isspace() == texts[0][:1].isspace(), sentence
            assert sentence[-1:] in ".?!:" or texts[0][-1:] not in ".?!", sentence


def test_no_french_line_begins_with_a_mark() -> None:
    """French sets a space before these marks, at which no line may break."""
    texts = [text for found in translations("fr").values() for text in found]
    assert [text for text in texts if re.search(r" [:;!?»](?!\w)|« ", text)] == []

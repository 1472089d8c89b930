"""CSV files, as programs and people write them."""

import codecs
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from core.refusals import Refusal
from invoices.importing.files import open_table
from invoices.importing.refusals import (
    CellTooLong,
    EncodingWrong,
    FileIsEmpty,
    FileTooLarge,
    FileUnreadable,
    QuotesDoNotMatch,
    TooManyColumns,
    TooManyRows,
    WrongKindOfFile,
)
from invoices.importing.tables import DESK_LIMITS
from tests.invoices.importing.made_files import HEADER, LINE, cells_of, opened, written

FRENCH = "Nom;Montant\nFrançois Lefèvre;1 234,50\n"


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
        ("latin-1", "cp1252"),
    ],
)
def test_letters_with_accents_survive_each_encoding_that_can_be_told(
    tmp_path: Path, encoding: str, found: str
) -> None:
    table = opened(tmp_path, FRENCH, encoding=encoding)
    assert cells_of(table) == [["François Lefèvre", "1 234,50"]]
    assert (table.header, table.layout.encoding) == (("Nom", "Montant"), found)


@pytest.mark.parametrize(
    ("mark", "encoding"), [(codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF16_LE, "utf-16-le")]
)
def test_both_directions_of_utf16_are_told_by_their_mark(tmp_path: Path, mark: bytes, encoding: str) -> None:
    table = opened(tmp_path, mark + FRENCH.encode(encoding))
    assert cells_of(table) == [["François Lefèvre", "1 234,50"]]


@pytest.mark.parametrize("encoding", ["cp850", "mac_roman", "iso8859-15"])
def test_an_encoding_that_cannot_be_told_is_read_when_it_is_chosen(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, FRENCH, encoding=encoding)
    table = open_table(path=path, limits=DESK_LIMITS, encoding=encoding)
    assert cells_of(table) == [["François Lefèvre", "1 234,50"]]


def test_a_file_that_is_utf8_but_for_one_letter_near_its_end_is_windows_1252(tmp_path: Path) -> None:
    content = FRENCH.encode() + b"x;1\n" * 90_000 + "Café;2\n".encode("cp1252")
    table = opened(tmp_path, content)
    assert table.layout.encoding == "cp1252"
    assert cells_of(table)[-1] == ["Café", "2"]


def test_a_chosen_encoding_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, FRENCH, encoding="cp1252")
    with pytest.raises(EncodingWrong):
        open_table(path=path, limits=DESK_LIMITS, encoding="utf-8")


def test_a_letter_cut_in_half_at_the_end_is_not_utf8(tmp_path: Path) -> None:
    assert opened(tmp_path, "a;b\n1;é".encode()[:-1]).layout.encoding == "cp1252"


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_each_delimiter_is_told_even_beside_the_others(tmp_path: Path, delimiter: str) -> None:
    others = "".join(sign for sign in ";,|" if sign != delimiter)
    lines = [["a", "b", "c"], ["1", f'"x{others}y{delimiter}z"', "2"], ["3", "4", "5"]]
    table = opened(tmp_path, "\n".join(delimiter.join(line) for line in lines))
    assert table.layout.delimiter == delimiter
    assert cells_of(table)[0] == ["1", f"x{others}y{delimiter}z", "2"]


def test_decimal_commas_do_not_make_a_file_comma_separated(tmp_path: Path) -> None:
    table = opened(tmp_path, f"{HEADER}\n{LINE}\n" * 1)
    assert table.layout.delimiter == ";"
    assert cells_of(table)[0][-1] == "3.480,00"


def test_the_delimiter_named_in_the_first_line_counts_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    table = opened(tmp_path, "sep=|\na,a|b,b\n1,1|2,2\n")
    assert (table.header, list(table.rows())) == (("a,a", "b,b"), [(2, ["1,1", "2,2"])])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_each_line_end_is_read(tmp_path: Path, end: str) -> None:
    assert cells_of(opened(tmp_path, end.join(["a;b", "1;2", "3;4"]))) == [["1", "2"], ["3", "4"]]


def test_quoted_cells_hold_delimiters_quotes_and_line_breaks(tmp_path: Path) -> None:
    table = opened(tmp_path, 'a;b\n"x;y";"he said ""no""\nand left"\n3;4\n')
    assert list(table.rows()) == [(2, ["x;y", 'he said "no"\nand left']), (3, ["3", "4"])]


def test_blank_rows_are_left_out_and_counted(tmp_path: Path) -> None:
    assert list(opened(tmp_path, "\na;b\n\n1;2\n ; \n;;\n3;4\n").rows()) == [(4, ["1", "2"]), (7, ["3", "4"])]


def test_short_rows_are_filled_up_and_long_rows_keep_what_they_say(tmp_path: Path) -> None:
    table = opened(tmp_path, "a;b;c\n1\n1;2;3;;\n1;2;3;4\n")
    assert cells_of(table) == [["1", "", ""], ["1", "2", "3"], ["1", "2", "3", "4"]]


def test_headers_get_a_name_each(tmp_path: Path) -> None:
    assert opened(tmp_path, "Datum;;Datum; Datum ;;\n1;2;3;4\n").header == (
        "Datum",
        "B",
        "Datum (2)",
        "Datum (3)",
    )


@pytest.mark.parametrize("content", [b"", b"\n\n", b" ; \n;\n", b"a;b\n", b"a;b\n\n;\n", codecs.BOM_UTF8])
def test_a_file_without_rows_is_empty(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FileIsEmpty):
        opened(tmp_path, content)


@pytest.mark.parametrize(
    "content",
    [b"a;b\n1;\x002\n", "a;b\n1;2\n".encode("utf-16-le"), b"a;b\n1;\x81\x8d\n", b"\x00\x00\x00\x00\x01"],
)
def test_what_is_no_text_is_unreadable(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FileUnreadable):
        opened(tmp_path, content)


@pytest.mark.parametrize(
    "start",
    [
        b"%PDF-1.7\n",
        b"\xd0\xcf\x11\xe0\xa1\xb1",
        b"\x1f\x8b\x08",
        b"\x89PNG\r\n",
        b"<?xml version='1.0'?>",
        b"GIF89a",
    ],
)
def test_other_kinds_of_file_are_named_as_such_whatever_they_are_called(tmp_path: Path, start: bytes) -> None:
    with pytest.raises(WrongKindOfFile):
        opened(tmp_path, start + b"a;b\n1;2\n")


@pytest.mark.parametrize("content", ['a;b\n1;"2\n3;4\n', 'a;b\n1;"2"x\n3;4\n'])
def test_quotes_that_do_not_match_are_refused_with_their_row(tmp_path: Path, content: str) -> None:
    with pytest.raises(QuotesDoNotMatch) as refused:
        opened(tmp_path, content)
    assert refused.value.values["row"] == 2


def test_a_quote_that_swallows_a_large_file_is_refused_with_its_row(tmp_path: Path) -> None:
    with pytest.raises(CellTooLong) as refused:
        opened(tmp_path, "a;b\n1;2\n" + '3;"4\n' + "5;6\n" * 100_000)
    assert refused.value.values["row"] == 3


def test_limits_are_refused_one_beyond_and_not_at_them(tmp_path: Path) -> None:
    assert len(cells_of(opened(tmp_path, "a;b\n" + "1;2\n" * 5, rows=5))) == 5
    with pytest.raises(TooManyRows):
        cells_of(opened(tmp_path, "a;b\n" + "1;2\n" * 6, rows=5))
    assert len(opened(tmp_path, ";".join("abc") + "\n1;2;3\n", columns=3).header) == 3
    with pytest.raises(TooManyColumns):
        opened(tmp_path, ";".join("abcd") + "\n1\n", columns=3)
    assert cells_of(opened(tmp_path, f"a;b\n1;{'x' * 32_767}\n"))
    with pytest.raises(CellTooLong):
        opened(tmp_path, f"a;b\n1;{'x' * 32_768}\n")


def test_a_file_of_more_bytes_than_allowed_is_refused_unread(tmp_path: Path) -> None:
    path = written(tmp_path, "a;b\n1;2\n")
    assert open_table(path=path, limits=replace(DESK_LIMITS, bytes=8)).header == ("a", "b")
    with pytest.raises(FileTooLarge):
        open_table(path=path, limits=replace(DESK_LIMITS, bytes=7))


def test_one_line_of_fifty_megabytes_is_refused_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "line.csv"
    with path.open("wb") as file:
        for _ in range(50):
            file.write(b"x" * 1024 * 1024)
    tracemalloc.start()
    try:
        with pytest.raises(Refusal):
            open_table(path=path, limits=replace(DESK_LIMITS, bytes=100 * 1024 * 1024))
        assert tracemalloc.get_traced_memory()[1] < 8 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_a_long_file_is_read_in_little_memory(tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEADER}\n" + f"{LINE}\n" * 100_000)
    tracemalloc.start()
    try:
        table = open_table(path=path, limits=DESK_LIMITS)
        assert sum(1 for _ in table.rows()) == 100_000
        assert tracemalloc.get_traced_memory()[1] < 6 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_rows_can_be_read_more_than_once(tmp_path: Path) -> None:
    table = opened(tmp_path, "a;b\n1;2\n")
    assert list(table.rows()) == list(table.rows()) == list(table.sample)

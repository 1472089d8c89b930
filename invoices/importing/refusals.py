"""Why a whole file is not read. What is wrong with one row is said by the module that reads the value."""

from core.refusals import N_, Refusal


class FileUnreadable(Refusal):
    """The file holds something no table holds, or is damaged."""

    sentence = N_("This file cannot be read. Is it damaged? Save it again as CSV or .xlsx.")


class FileIsEmpty(Refusal):
    """There is no row at all, or no row below the `header`."""

    sentence = N_("There are no rows in this file.")

    def __init__(self, *, header: tuple[str, ...] = ()) -> None:
        self.header = header
        super().__init__()


class WrongKindOfFile(Refusal):
    """The first bytes are those of another kind of file."""

    sentence = N_("This is not a table we can read. Use a CSV file or an Excel workbook (.xlsx).")


class FileProtected(Refusal):
    """The workbook has a password."""

    sentence = N_("This file has a password. Save it without one and try again.")


class FileTooLarge(Refusal):
    """More bytes than allowed, packed or unpacked."""

    sentence = N_("This file is too large. It may have %(most)s MB.")


class FileSuspect(Refusal):
    """The packed file claims or holds what no spreadsheet program writes."""

    sentence = N_(
        "This workbook is built in an unusual way, so we do not open it. Save it again as .xlsx or CSV."
    )


class TooManyRows(Refusal):
    """More rows than allowed."""

    sentence = N_("This file has more than %(most)s rows. Split it into smaller files.")


class TooManyColumns(Refusal):
    """More columns than allowed."""

    sentence = N_("This file has more than %(most)s columns. Remove those you do not need.")


class TooManyCells(Refusal):
    """A workbook's used area is larger than what fits in memory."""

    sentence = N_("This workbook has too many cells. Remove columns you do not need, or save it as CSV.")


class CellTooLong(Refusal):
    """A cell or a line is longer than any spreadsheet program allows."""

    sentence = N_("Row %(row)s has a cell with more than %(most)s characters.")


class SomeCellTooLong(CellTooLong):
    """The same, where the row is not known yet."""

    sentence = N_("There is a cell with more than %(most)s characters.")


class QuotesDoNotMatch(Refusal):
    """A quote is opened and never closed, or stands in the middle of a quoted cell."""

    sentence = N_("The quotation marks in row %(row)s do not match.")


class EncodingWrong(Refusal):
    """The chosen encoding does not fit the bytes."""

    sentence = N_("The letters of this file cannot be read as %(encoding)s. Save it as UTF-8 and try again.")

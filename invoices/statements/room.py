"""How much one file of statements may bring: counted while it is read, so that nothing is read in vain."""

from dataclasses import dataclass

from invoices.statements.refusals import TooManyLines, TooManyStatements

# All of a file is booked in one transaction, and SQLite has one writer.
MOST_LINES, MOST_STATEMENTS = 5_000, 1_000


@dataclass
class Room:
    """What may still come of one file."""

    lines: int = MOST_LINES
    statements: int = MOST_STATEMENTS

    def for_lines(self, number: int = 1) -> None:
        """Take the room for so many lines. Raises TooManyLines."""
        self.lines -= number
        if self.lines < 0:
            raise TooManyLines(most=MOST_LINES)

    def for_statement(self) -> None:
        """Take the room for one statement. Raises TooManyStatements."""
        self.statements -= 1
        if self.statements < 0:
            raise TooManyStatements(most=MOST_STATEMENTS)

"""What holds now, and until when: a line of the list at the side of a page."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notice:
    """A fact with a mark (`icon`) and what follows from it; with `href` the fact leads there."""

    icon: str
    fact: str
    note: str = ""
    href: str = ""

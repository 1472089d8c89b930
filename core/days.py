"""Days counted on and back from a day, without an end of the calendar to fall off."""

from datetime import date

# So far from both ends of the calendar that midnight of each day is a moment in every time zone.
FIRST, LAST = date(1, 1, 3), date(9999, 12, 29)
_FIRST, _LAST = FIRST.toordinal(), LAST.toordinal()


def days_after(day: date, number: int) -> date:
    """Return the day so many days after another (before it, below nothing), within `FIRST` and `LAST`."""
    ordinal = day.toordinal() + number
    if _FIRST <= ordinal <= _LAST:
        return date.fromordinal(ordinal)
    return FIRST if ordinal < _FIRST else LAST

"""Rows of law that tests count by."""

from pathlib import Path

# A year of interest in each country, at the rate of the ledger of law.md B8; nobody knows that of 2027 yet.
RATES = "".join(
    f"""
[[rows]]
id = "{{country}}.test.{year}.{segment}"
rule = "interest"
segments = ["{segment}"]
valid_from = {first}
valid_to = {last}
status = "sure"
source = "A test"
seen = "a test"
percent = 10.5
"""
    for year, first, last in (("old", "2022-01-01", "2023-06-30"), ("new", "2026-07-01", "2027-12-31"))
    for segment in ("B2C", "B2B")
)
# The inkassosats of the year after, as if somebody had looked it up.
UNIT = """
[[rows]]
id = "no.test.unit"
rule = "fee_unit"
segments = ["B2C", "B2B"]
valid_from = 2027-01-01
status = "sure"
source = "A test"
seen = "a test"
currency = "NOK"
amount = 750
"""


def write_rates(folder: Path) -> None:
    """Write the rows into the operator's folder."""
    for country in ("nl", "be", "no"):
        more = UNIT if country == "no" else ""
        (folder / f"{country}.toml").write_text(RATES.replace("{country}", country) + more, "utf-8")

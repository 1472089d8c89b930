"""Compile a matching of columns and the file's formats into a conversion of its rows."""

from collections.abc import Mapping, Sequence

from core.refusals import N_, Refusal
from invoices.importing.column_kinds import Column, Formats, Value
from invoices.importing.columns import COLUMNS
from invoices.importing.converting import Conversion, ConvertersByContext, converter
from invoices.importing.kinds import NEEDED, FileKind
from invoices.importing.matching import Matching
from invoices.importing.row_rules import DERIVED, InvoiceSettled, RowRule, SomebodyNamed


class FixedValueRefused(Refusal):
    """What was typed as the value for all rows is not such a value."""

    sentence = N_("%(value)s cannot be used for %(column)s.")


def compile_conversion(*, matching: Matching, formats: Formats, width: int) -> Conversion:
    """Return the conversion of a file's rows; `width` is the number of its columns.

    A converted row holds the values of the file's columns, the fixed ones, and for invoices those of
    `row_rules.DERIVED` that are not among them. Refuses what `Matching.check` does, and `FixedValueRefused`.
    """
    matching.check(width=width)
    fixed = _fixed_values(matching.fixed, formats)
    otherwise = {"currency": formats.currency, "country": formats.country} | fixed
    position_of = {identifier: position for position, identifier in matching.columns.items()}
    columns = [column for column in COLUMNS.values() if column.identifier in position_of]
    independent = [column for column in columns if column.depends_on not in position_of]
    dependent = [column for column in columns if column.depends_on in position_of]
    names = [column.identifier for column in (*independent, *dependent)]
    derived = _derived(matching.kind, (*names, *fixed))
    identifiers = (*names, *fixed, *derived)
    needed = _needed(matching, fixed)
    return Conversion(
        identifiers=identifiers,
        width=width,
        independent=tuple(
            (
                position_of[column.identifier],
                converter(
                    column,
                    formats,
                    context=str(otherwise.get(column.depends_on or "", "")),
                    needed=column.identifier in needed,
                ),
            )
            for column in independent
        ),
        dependent=tuple(
            _dependent(column, position_of, names, formats, otherwise, needed) for column in dependent
        ),
        constants=(*fixed.values(), *(None for _ in derived)),
        rules=_rules(matching.kind, identifiers),
    )


def _dependent(
    column: Column,
    position_of: Mapping[str, int],
    names: Sequence[str],
    formats: Formats,
    otherwise: Mapping[str, Value],
    needed: frozenset[str],
) -> tuple[int, int, ConvertersByContext]:
    context = str(column.depends_on)
    converters = ConvertersByContext(
        column, formats, needed=column.identifier in needed, otherwise=str(otherwise[context])
    )
    return position_of[column.identifier], names.index(context), converters


def _fixed_values(fixed: Mapping[str, str], formats: Formats) -> dict[str, Value]:
    """Return identifier -> value. Currency and country come first, for others depend on them."""
    values: dict[str, Value] = {}
    context = {"currency": formats.currency, "country": formats.country}
    for identifier in sorted(fixed, key=lambda identifier: identifier not in context):
        text, column = fixed[identifier].strip(), COLUMNS[identifier]
        if not text:
            continue
        try:
            values[identifier] = column.prepare(formats, context.get(column.depends_on or "", ""))(text)
        except Refusal as refusal:
            raise FixedValueRefused(value=text, column=column.label) from refusal
        if identifier in context:
            context[identifier] = str(values[identifier])
    return values


def _needed(matching: Matching, fixed: Mapping[str, Value]) -> frozenset[str]:
    """Return the columns no row may leave blank: those that alone can give what every row must have."""
    here = {*matching.columns.values(), *fixed}
    alone = [here.intersection(group) for group in NEEDED[matching.kind]]
    return frozenset(name for names in alone if len(names) == 1 for name in names)


def _derived(kind: FileKind, names: Sequence[str]) -> tuple[str, ...]:
    if kind == FileKind.DEBTORS:
        return ()
    return tuple(name for name in DERIVED if name not in names)


def _rules(kind: FileKind, identifiers: Sequence[str]) -> tuple[RowRule, ...]:
    if kind == FileKind.DEBTORS:
        return ()
    who = [identifiers.index(name) for name in NEEDED[kind][0] if name in identifiers]
    return (SomebodyNamed(who), InvoiceSettled(identifiers))

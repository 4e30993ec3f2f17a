"""Tables as files for a spreadsheet program, in which nothing that a stranger typed is a formula.

XLSX keeps text and formulas apart: text is written as text. CSV does not, so that a program takes "=…" for a formula;
what begins like one gets an apostrophe in front. Our own numbers are numbers in both, also when they are negative.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter

from flexclinic.lib.tables import Column, Kind, Table, Value

#: Nothing is guessed from what a text looks like.
_WORKBOOK = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
#: What a spreadsheet program may take for a formula at the start of a cell, in plain and in full width.
_FORMULA_STARTS = tuple("=+-@\t\r\n|＝＋－＠")
_WIDEST, _NARROWEST = 60, 12
_SHEET_NAME = 31  # letters that a sheet's name may have

_FORMATS = {
    Kind.SHARE: "0.0%",
    Kind.HOURS: "#,##0.0",
    Kind.DAYS: "#,##0.0",
    Kind.MINUTES: "#,##0.0",
    Kind.COUNT: "#,##0",
    Kind.MONEY: "#,##0.00",
    Kind.DATE: "yyyy-mm-dd",
}


def as_csv(table: Table) -> bytes:
    """One table, in UTF-8 with the mark by which spreadsheet programs know it. Shares are in percent, dates in ISO."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow([_harmless(column.with_unit) for column in table.columns])
    for number, row in enumerate(table.rows):
        writer.writerow([_plain(value, kind) for value, kind in zip(row, table.kinds(number), strict=True)])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(*, about: Sequence[tuple[str, str]], tables: Iterable[Table]) -> bytes:
    """A workbook: a sheet "About" of pairs (what, words), then a sheet for each table."""
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, _WORKBOOK)
    head = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
    formats = {kind: workbook.add_format({"num_format": form}) for kind, form in _FORMATS.items()}
    sheet = workbook.add_worksheet("About")
    sheet.set_column(0, 0, 32, wrapped)
    sheet.set_column(1, 1, 100, wrapped)
    for number, (what, words) in enumerate([("What", "Words"), *about]):
        for column, cell in enumerate((what, words)):
            _write_text(sheet, number, column, cell, wrapped if number else head)
    sheet.freeze_panes(1, 0)
    for table in tables:
        _add_sheet(workbook, table, head, formats)
    workbook.close()
    return file.getvalue()


def _add_sheet(workbook: Any, table: Table, head: Any, formats: dict[Kind, Any]) -> None:
    sheet = workbook.add_worksheet(table.title[:_SHEET_NAME])
    for place, column in enumerate(table.columns):
        _write_text(sheet, 0, place, column.title, head)
        sheet.set_column(place, place, _width(column, [row[place] for row in table.rows]))
    for number, row in enumerate(table.rows):
        for place, (value, kind) in enumerate(zip(row, table.kinds(number), strict=True)):
            match value:
                case None:
                    pass
                case str():
                    _write_text(sheet, number + 1, place, value, None)
                case date():
                    sheet.write_datetime(number + 1, place, value, formats.get(kind))
                case _:
                    sheet.write_number(number + 1, place, value, formats.get(kind))
    sheet.freeze_panes(1, 1)


def _write_text(sheet: Any, row: int, column: int, text: str, form: Any) -> None:
    """Text as text, whatever it looks like."""
    sheet.write_string(row, column, text, form)


def _width(column: Column, values: Iterable[Value]) -> int:
    longest = max((len(value) for value in values if isinstance(value, str)), default=0)
    return min(_WIDEST, max(_NARROWEST, longest + 2, min(len(column.title), 24) + 2))


def _plain(value: Value, kind: Kind) -> str | int | float:
    match value:
        case None:
            return ""
        case str():
            return _harmless(value)
        case date():
            return value.isoformat()
        case Decimal() if value == value.to_integral_value():
            return int(value)
        case int():
            return value
    return round(float(value) * 100, 1) if kind == Kind.SHARE else round(float(value), 2)


def _harmless(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet program could take it for a formula."""
    starts = text.startswith(_FORMULA_STARTS) or text.lstrip().startswith(_FORMULA_STARTS)
    return f"'{text}" if starts else text

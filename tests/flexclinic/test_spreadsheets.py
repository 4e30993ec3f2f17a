"""Files for spreadsheet programs: numbers are numbers, dates are dates, and nothing that was typed is a formula."""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from flexclinic.lib import spreadsheets
from flexclinic.lib.tables import Column, Kind, Table, Value

HOSTILE = [
    '=HYPERLINK("http://evil.example","Click")',
    "=1+1",
    "+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "-2+3",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "＝1+1",
    "{=SUM(A1:A2)}",
    "http://evil.example/",
    "1234",
    '";=1+1',
    "<b>bold</b>",
]


def table_of(rows: Sequence[Sequence[Value]]) -> Table:
    """A table with a column of each kind."""
    return Table(
        key="key",
        title="Title",
        means="Meaning.",
        columns=[
            Column("Name", Kind.TEXT),
            Column("Count", Kind.COUNT),
            Column("Share", Kind.SHARE),
            Column("Value", Kind.MONEY),
            Column("Day", Kind.DATE),
        ],
        rows=rows,
    )


NAMES = table_of([[name, -3, 0.625, Decimal("-12.50"), date(2026, 11, 24)] for name in HOSTILE])


def sheet_of(content: bytes, name: str = "Title") -> Worksheet:
    """A sheet of a workbook, read back."""
    sheet = openpyxl.load_workbook(io.BytesIO(content))[name]
    assert isinstance(sheet, Worksheet)
    return sheet


def csv_rows(content: bytes) -> list[list[str]]:
    """The rows of a CSV file, read back."""
    return [*csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))]


def is_formula(text: str) -> bool:
    """Whether a spreadsheet program may take a cell of a CSV file for a formula; a plain number is none."""
    try:
        float(text)
    except ValueError:
        return text.strip()[:1] in "=+-@＝＋－＠" and bool(text.strip())
    return False


def formulas_in(content: bytes) -> list[str]:
    """The cells of a workbook that are formulas or links."""
    return [
        f"{cell.value}"
        for sheet in openpyxl.load_workbook(io.BytesIO(content)).worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f" or cell.hyperlink
    ]


def test_xlsx_holds_text_as_text() -> None:
    content = spreadsheets.as_xlsx(about=[("=1+1", "@SUM(1)")], tables=[NAMES])
    assert formulas_in(content) == []
    sheet = sheet_of(content)
    read = [row[0].value for row in sheet.iter_rows(min_row=2)]
    assert [str(name).replace("_x000D_", "\r") for name in read] == HOSTILE
    assert {row[0].data_type for row in sheet.iter_rows(min_row=2)} == {"s"}
    assert sheet_of(content, "About")["A2"].value == "=1+1"


def test_control_a_writer_that_guesses_makes_formulas(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the protection off the same names are formulas and links: the test above can see them."""
    monkeypatch.setattr(spreadsheets, "_WORKBOOK", {"in_memory": True})
    monkeypatch.setattr(
        spreadsheets,
        "_write_text",
        lambda sheet, row, column, text, form: sheet.write(row, column, text, form),
    )
    found = formulas_in(spreadsheets.as_xlsx(about=[], tables=[NAMES]))
    assert HOSTILE[0] in found
    assert len(found) >= 3


def test_xlsx_numbers_are_numbers_and_dates_are_dates() -> None:
    sheet = sheet_of(spreadsheets.as_xlsx(about=[], tables=[NAMES]))
    assert [cell.value for cell in sheet[1]] == ["Name", "Count", "Share", "Value", "Day"]
    cells: Any = sheet[2]
    _, count, share, value, day = cells
    assert [(cell.value, cell.data_type) for cell in (count, share, value)] == [
        (-3, "n"),
        (0.625, "n"),
        (-12.5, "n"),
    ]
    assert (day.value, day.is_date) == (datetime(2026, 11, 24), True)  # noqa: DTZ001 - a date of the wall, as stored
    assert share.number_format == "0.0%"
    assert sheet.freeze_panes == "B2"
    assert sheet.column_dimensions["A"].width > sheet.column_dimensions["B"].width >= 10


def test_csv_escapes_what_looks_like_a_formula() -> None:
    content = spreadsheets.as_csv(NAMES)
    assert content.startswith(b"\xef\xbb\xbf")
    head, *rows = csv_rows(content)
    assert head == ["Name", "Count", "Share (%)", "Value (USD)", "Day"]
    assert [cell for row in rows for cell in row if is_formula(cell)] == []
    for row, name in zip(rows, HOSTILE, strict=True):
        assert row[0].removeprefix("'") == name
        # Ours, though it begins with a minus: still a number.
        assert row[1:] == ["-3", "62.5", "-12.5", "2026-11-24"]
    assert rows[HOSTILE.index("1234")][0] == "1234"


def test_control_without_the_apostrophe_there_are_formulas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets, "_harmless", lambda text: text)
    cells = [cell for row in csv_rows(spreadsheets.as_csv(NAMES)) for cell in row]
    assert len([cell for cell in cells if is_formula(cell)]) >= 8


def test_what_cannot_be_said_is_empty() -> None:
    table = table_of([["Nobody", 0, None, Decimal(0), None]])
    assert csv_rows(spreadsheets.as_csv(table))[1] == ["Nobody", "0", "", "0", ""]
    sheet = sheet_of(spreadsheets.as_xlsx(about=[], tables=[table]))
    assert [cell.value for cell in sheet[2]] == ["Nobody", 0, None, 0, None]


def test_a_row_may_say_by_itself_what_it_counts() -> None:
    table = Table(
        key="summary",
        title="Summary",
        means="",
        columns=[Column("Number", Kind.TEXT), Column("Now", Kind.AS_ROW)],
        rows=[["Utilization", 0.5], ["Visits", 3]],
        row_kinds=[Kind.SHARE, Kind.COUNT],
    )
    assert csv_rows(spreadsheets.as_csv(table))[1:] == [["Utilization", "50.0"], ["Visits", "3"]]
    sheet: Any = sheet_of(spreadsheets.as_xlsx(about=[], tables=[table]), "Summary")
    assert [(sheet[f"B{row}"].value, sheet[f"B{row}"].number_format) for row in (2, 3)] == [
        (0.5, "0.0%"),
        (3, "#,##0"),
    ]

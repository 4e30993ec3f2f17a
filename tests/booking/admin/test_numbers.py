"""/admin/numbers/: who may see it, which period, the files, and how many queries it takes."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.models import Appointment, AppointmentEvent
from flexclinic.lib import clock as clinic_clock
from services.models import ServiceOption, Therapist
from tests.booking.admin.pages import errors_of, text_of
from tests.factories.booking import make_appointment, make_weekly_hours
from tests.factories.services import make_option, make_room, make_therapist

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

NUMBERS = "/admin/numbers/"
ADDRESSES = [NUMBERS, f"{NUMBERS}all.xlsx", f"{NUMBERS}by-room.csv"]
At = Callable[..., datetime]


@pytest.fixture
def manager(db: None) -> Client:
    """Somebody of the staff who may see the numbers, and the diary."""
    user = User.objects.create_user("manager", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_numbers", "view_appointment"]))
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("address", ADDRESSES)
def test_only_who_may_see_them(
    desk: Client, manager: Client, outsider: Client, patient: Client, address: str
) -> None:
    assert desk.get(address).status_code == 403
    assert outsider.get(address).status_code in {302, 403}
    assert patient.get(address).status_code == 302
    assert manager.get(address).status_code == 200
    boss = Client()
    boss.force_login(User.objects.create_superuser("boss"))
    assert boss.get(address).status_code == 200


@pytest.mark.parametrize("address", ADDRESSES)
def test_they_are_only_read(manager: Client, address: str) -> None:
    assert manager.post(address).status_code == 405


def test_the_first_page_has_the_link_for_who_may_see_them(desk: Client, manager: Client) -> None:
    link = f'href="{NUMBERS}"'
    assert link in manager.get("/admin/").content.decode()
    assert link not in desk.get("/admin/").content.decode()
    only = User.objects.create_user("only", is_staff=True)
    only.user_permissions.set(Permission.objects.filter(codename="view_numbers"))
    client = Client()
    client.force_login(only)
    assert link in client.get("/admin/").content.decode()


@pytest.mark.parametrize(
    "preset", ["", "this-week", "last-week", "this-month", "last-30-days", "last-month", "quarter", "year"]
)
def test_every_preset_is_shown(manager: Client, therapist: Therapist, preset: str) -> None:
    response = manager.get(NUMBERS, {"period": preset} if preset else {})
    assert response.status_code == 200
    assert response.context["form"].chosen == (preset or "last-30-days")
    assert "Hours worked are the weekly hours" in text_of(response)


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ({"from": "2026-11-10", "to": "2026-11-09"}, {"end": ["Enter a date that is not before From."]}),
        ({"from": "2024-11-01", "to": "2026-11-02"}, {"end": ["Enter at most two years."]}),
        ({"from": "2026-11-10"}, {"end": ["Enter both dates."]}),
        ({"to": "2026-11-10"}, {"start": ["Enter both dates."]}),
        ({"from": "soon", "to": "11/10/2026"}, {"start": ["Enter a date such as 11/24/2026."]}),
        ({"from": "0001-01-01", "to": "0001-01-02"}, {"start": ["Enter a date within 10 years of today."],
                                                     "end": ["Enter a date within 10 years of today."]}),
        ({"from": "9999-12-30", "to": "9999-12-31"}, {"start": ["Enter a date within 10 years of today."],
                                                     "end": ["Enter a date within 10 years of today."]}),
        ({"period": "forever"}, {"period": ["Choose one of the periods, or enter two dates."]}),
        ({"from": "2026-11-01\x00", "to": "2026-11-02"}, {"start": ["Enter a date such as 11/24/2026."]}),
    ],
)  # fmt: skip
def test_a_wrong_period_is_told_and_kept(
    manager: Client, query: dict[str, str], errors: dict[str, list[str]]
) -> None:
    response = manager.get(NUMBERS, query)
    assert response.status_code == 200
    assert errors_of(response) == errors
    page = response.content.decode()
    assert "report" not in response.context or not response.context["report"]
    for value in query.values():
        if "period" not in query and "\x00" not in value:
            assert f'value="{value}"' in page
    for file in ADDRESSES[1:]:
        assert manager.get(file, query).status_code == 302


def test_two_dates_go_before_a_preset(manager: Client) -> None:
    response = manager.get(NUMBERS, {"period": "year", "from": "2026-11-02", "to": "2026-11-03"})
    assert response.context["now"].days == 2
    assert response.context["form"].chosen == ""


def test_an_empty_clinic_is_told_in_words(manager: Client) -> None:
    words = text_of(manager.get(NUMBERS))
    assert "There is nothing to count in this period" in words
    assert "%" not in words.split("Numbers", 1)[1]
    assert manager.get(f"{NUMBERS}all.xlsx").status_code == 200
    assert manager.get(f"{NUMBERS}by-hour.csv").status_code == 200


def test_a_table_that_does_not_exist(manager: Client) -> None:
    assert manager.get(f"{NUMBERS}nothing.csv").status_code == 404


def test_files_have_the_page_s_period_and_dates_in_their_names(
    manager: Client, therapist: Therapist, option: ServiceOption, at: At
) -> None:
    make_appointment(option=option, therapist=therapist, start=at(3, 10), status="completed")
    page = manager.get(NUMBERS, {"period": "this-month"})
    assert "?period=this-month" in page.context["xlsx"]
    book = manager.get(page.context["xlsx"])
    assert book["Content-Disposition"] == 'attachment; filename="numbers-2026-11-01-to-2026-11-30.xlsx"'
    workbook = openpyxl.load_workbook(io.BytesIO(book.content))
    told = {row[0].value: row[1].value for row in workbook["About"].iter_rows()}
    assert told["Period"] == "Sunday 1 November 2026 to Monday 30 November 2026"
    # October is a day longer than November: a month is compared with a month.
    assert told["Period before"] == "Thursday 1 October 2026 to Saturday 31 October 2026"
    assert told["Time zone"] == "America/New_York"
    assert told["Made"] == "Monday 23 November 2026 at 9am"
    assert str(told["Utilization by therapist"]).startswith("Utilization is the time of visits divided")
    assert workbook.sheetnames[:3] == ["About", "Summary", "Utilization by therapist"]
    days = workbook["Utilization by day"]
    assert days["A2"].is_date
    assert {sheet.freeze_panes for sheet in workbook.worksheets[1:]} == {"B2"}
    found = manager.get(NUMBERS + "by-therapist.csv", {"from": "2026-11-02", "to": "2026-11-03"})
    assert found["Content-Disposition"] == (
        'attachment; filename="numbers-by-therapist-2026-11-02-to-2026-11-03.csv"'
    )
    [head, row] = csv.reader(io.StringIO(found.content.decode("utf-8-sig")))
    assert head == [
        "Therapist",
        "Hours worked",
        "Hours of visits",
        "Utilization (%)",
        "Period before (%)",
    ]
    assert row == [therapist.name, "14.0", "1.0", "7.1", ""]  # a weekend before


def test_names_that_somebody_typed_are_no_formulas(manager: Client, at: At) -> None:
    hostile = [
        '=HYPERLINK("http://evil.example","Click")',
        "+cmd|' /C calc'!A0",
        "@SUM(A1)",
        "-2+3",
        "\t=1+1",
    ]
    for number, name in enumerate(hostile):
        option = make_option(name=name)
        therapist = make_therapist(name=name, options=[option])
        make_appointment(
            option=option,
            therapist=therapist,
            room=make_room(name=name),
            start=at(20, 8 + number),
            status="no_show" if number % 2 else "completed",
            name=name,
            note=name,
        )
    page = manager.get(NUMBERS)
    assert "=HYPERLINK(&quot;http" in page.content.decode()
    workbook = openpyxl.load_workbook(io.BytesIO(manager.get(f"{NUMBERS}all.xlsx").content))
    cells = [cell for sheet in workbook.worksheets for row in sheet.iter_rows() for cell in row]
    assert [cell.value for cell in cells if cell.data_type == "f" or cell.hyperlink] == []
    assert set(hostile) <= {cell.value for cell in cells}
    keys = [table.key for table in page.context["report"].tables()]
    for key in keys:
        text = manager.get(f"{NUMBERS}{key}.csv").content.decode("utf-8-sig")
        for row in csv.reader(io.StringIO(text, newline="")):
            assert not [cell for cell in row if cell.strip()[:1] in set("=+-@")], (key, row)
    by_therapist = manager.get(f"{NUMBERS}by-therapist.csv").content.decode("utf-8-sig")
    assert '"\'=HYPERLINK(""http://evil.example"",""Click"")"' in by_therapist


def fill(option: ServiceOption, therapist: Therapist, count: int, first: datetime) -> None:
    """So many completed visits back to back, each fifth canceled, with their history; quarter hours."""
    minute = timedelta(minutes=15)
    made = Appointment.objects.bulk_create(
        Appointment(
            option=option,
            therapist=therapist,
            status="completed" if number % 5 else "cancelled",
            visit=DateTimeTZRange(first + number * minute, first + (number + 1) * minute, "[)"),
            occupied=DateTimeTZRange(first + number * minute, first + (number + 1) * minute, "[)"),
            price=Decimal(10),
            name="Pat",
            created_at=first - number * minute,
        )
        for number in range(count)
    )
    AppointmentEvent.objects.bulk_create(
        AppointmentEvent(
            appointment=each, action="cancel", to_status="cancelled", version=2, at=first, actor="desk",
            visit=each.visit, therapist=therapist,
        )
        for each in made
        if each.status == "cancelled"
    )  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_queries_do_not_grow_with_what_is_booked(
    manager: Client, option: ServiceOption, therapist: Therapist, at: At, address: str
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert manager.get(address, {"period": "this-month"}).status_code == 200
        return len(caught)

    make_weekly_hours(therapist=make_therapist(options=[option]))
    fill(option, therapist, 10, at(2, 9))
    few = queries()
    other = make_therapist(options=[option])
    fill(option, other, 1000, at(3, 9))
    for _ in range(5):
        make_weekly_hours(therapist=make_therapist(options=[make_option()]))
    assert queries() == few
    assert few <= 30
    assert manager.get(NUMBERS, {"period": "this-month"}).context["cards"][1].now == "808"


def test_figures_stand_behind_every_picture(
    manager: Client, option: ServiceOption, therapist: Therapist
) -> None:
    make_appointment(
        option=option, therapist=therapist, start=clinic_clock.now() - timedelta(days=3), status="completed"
    )
    response = manager.get(NUMBERS)
    page = response.content.decode()
    shown: list[Any] = [each for _, tables in response.context["sections"] for each in tables]
    pictures = [each for each in shown if each.table.picture]
    assert len(pictures) >= 8
    assert page.count('role="img"') == len(pictures)
    assert page.count("<table") == len([each for each in shown if each.rows])
    assert 'style="' not in page
    for each in shown:
        assert each.table.means in response.content.decode().replace("&#x27;", "'")

"""The reference clinic in django-appointment: runs in that package's own environment, and imports nothing of ours.

The first line of JSON that it reads holds the database and what is in the clinic; it fills the database and answers
with "ready". Each further line holds dates, and it answers with the seconds that it took to ask for all free times on
them, and how many it was given: one call of the view behind `available_slots/` for each therapist and date, as the
package's page makes them when its visitor clicks through a calendar. Neither HTTP nor a middleware is counted.
"""

import json
import logging
import sys
import time
from datetime import date as Date  # noqa: N812
from datetime import time as Time  # noqa: N812
from datetime import timedelta
from decimal import Decimal
from typing import Any


def main() -> None:
    """Fill the clinic, then answer line after line until there are no more."""
    answers, sys.stdout = sys.stdout, sys.stderr  # the package prints what it logs
    clinic = json.loads(sys.stdin.readline())
    _set_up(clinic)
    staff, service = _fill(clinic)
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        dates = json.loads(line)
        begun = time.perf_counter()
        found = sum(_ask(date, member, service) for member in staff for date in dates)
        print(json.dumps([time.perf_counter() - begun, found]), file=answers, flush=True)


def _set_up(clinic: dict[str, Any]) -> None:
    """Settings as a server in production has them; what the package logs of each call is left out."""
    import django
    from django.conf import settings
    from django.core.management import call_command

    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", **clinic["database"]}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "appointment",
        ],
        LANGUAGE_CODE="en-us",
        LOGGING_CONFIG=None,
        SECRET_KEY="for a benchmark",
        TIME_ZONE=clinic["zone"],
        USE_TZ=True,
    )
    logging.disable(logging.INFO)
    django.setup()
    call_command("migrate", verbosity=0)
    call_command(
        "migrate", run_syncdb=True, verbosity=0
    )  # the package comes without migrations, and needs users first


def _fill(clinic: dict[str, Any]) -> tuple[list[int], int]:
    """The same hours, option and appointments, the lunch as an unavailability a day. Gives staff and service."""
    from appointment import models
    from django.contrib.auth import get_user_model

    models.Config.objects.create(
        slot_duration=clinic["step"],
        slot_gap_time=clinic["buffer_after"],
        appointment_buffer_time=clinic["lead_minutes"],
        lead_time=Time.fromisoformat(clinic["opens"]),
        finish_time=Time.fromisoformat(clinic["closes"]),
    )
    service = models.Service.objects.create(
        name="60 minutes", duration=timedelta(minutes=clinic["minutes"]), price=Decimal(95)
    )
    staff = {}
    for name in clinic["therapists"]:
        member = models.StaffMember.objects.create(user=get_user_model().objects.create(username=name))
        member.services_offered.add(service)
        models.WorkingHours.objects.bulk_create(
            models.WorkingHours(
                staff_member=member,
                day_of_week=weekday,
                start_time=Time.fromisoformat(clinic["opens"]),
                end_time=Time.fromisoformat(clinic["closes"]),
            )
            for weekday in range(1, 6)  # Sunday is 0
        )
        models.Unavailability.objects.bulk_create(
            models.Unavailability(
                staff_member=member,
                date=Date.fromisoformat(date),
                start_time=Time.fromisoformat(clinic["lunch"][0]),
                end_time=Time.fromisoformat(clinic["lunch"][1]),
            )
            for date in clinic["dates"]
        )
        staff[name] = member
    asked = [
        models.AppointmentRequest(
            date=Date.fromisoformat(date),
            start_time=Time.fromisoformat(start),
            end_time=Time.fromisoformat(end),
            service=service,
            staff_member=staff[name],
        )
        for name, date, start, end in clinic["appointments"]
    ]
    models.AppointmentRequest.objects.bulk_create(asked)
    models.Appointment.objects.bulk_create(
        models.Appointment(appointment_request=request) for request in asked
    )
    return [member.pk for member in staff.values()], service.pk


def _ask(date: str, staff_member: int, service: int) -> int:
    """One call of the view; how many times it gives."""
    from appointment.views import get_available_slots_ajax
    from django.test import RequestFactory

    request = RequestFactory().get(
        "/available_slots/",
        {"selected_date": date, "staff_member": str(staff_member), "service_id": str(service)},
        headers={"x-requested-with": "XMLHttpRequest"},
    )
    return len(json.loads(get_available_slots_ajax(request).content)["available_slots"])


if __name__ == "__main__":
    main()

"""/book/<option>/times-that-suit/: from "Tuesdays after 4, or Thursday morning" to the first free times that fit."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from booking import availability, suiting
from booking.addresses import ANYONE
from booking.forms import WishesForm
from booking.views.options import no_such_option
from booking.views.shown import shown_times
from booking.views.visit import FIRST, is_for, query, visit_of
from flexclinic.lib import clock, when
from services.models import ServiceOption, Therapist


def find_times(request: HttpRequest, option: str) -> HttpResponse:
    """POST reads the words and leads to the address that has them; GET with wishes lists the times that fit.

    Only weekdays, dates and hours come into an address, never what was typed.
    """
    chosen = ServiceOption.objects.bookable().select_related("service").filter(slug=option).first()
    if chosen is None:
        return no_such_option(request)
    visit = visit_of(request)
    if not is_for(chosen, visit):
        return render(request, "booking/not_for_you.html", {"option": chosen, "visit": visit})
    asked = request.POST if request.method == "POST" else request.GET
    therapists = list(chosen.therapists.filter(bookable=True))
    therapist = next((one for one in therapists if one.slug == asked.get("therapist")), None)
    page = {"option": chosen, "therapists": therapists, "therapist": therapist}
    if request.method == "POST":
        form = WishesForm(request.POST)
        if not form.is_valid():
            understood = _address(chosen, form.wishes, therapist, visit) if form.wishes else ""
            words = [suiting.in_words(wish) for wish in form.wishes]
            page |= {"form": form, "understood": words, "understood_url": understood}
            return render(request, "booking/suiting.html", page, status=422)
        return redirect(_address(chosen, form.wishes, therapist, visit))
    wished = [wish for text in request.GET.getlist("wish") if (wish := suiting.read_written(text))]
    if not wished:
        return render(request, "booking/suiting.html", {**page, "form": WishesForm()})
    found = availability.free_times(
        option=chosen,
        therapist=therapist,
        first_date=suiting.first_date(wished, today=clock.today()),
        days=availability.LONGEST_WINDOW,
    )
    starts = [when.in_clinic_zone(datetime.fromtimestamp(start, UTC)) for start, _ in found.starts]
    fitting, near = suiting.find(starts, wished[: suiting.MOST_WISHES])
    who = therapist.slug if therapist else ANYONE
    passed_on = query(FIRST if chosen.clientele == chosen.Clientele.NEW else visit)
    page |= {
        "wishes": [suiting.in_words(wish) for wish in wished[: suiting.MOST_WISHES]],
        "fitting": shown_times(_instants(fitting), option=chosen, who=who, query=passed_on),
        "near": shown_times(_instants(near), option=chosen, who=who, query=passed_on)
        if len(fitting) < _ENOUGH
        else [],
        "change_url": reverse("booking:suiting", args=[chosen.slug]),
    }
    return render(request, "booking/suiting_found.html", page)


#: With fewer times than these, those that come close are shown, too.
_ENOUGH = 4


def _instants(moments: list[datetime]) -> list[int]:
    return [int(moment.timestamp()) for moment in moments]


def _address(
    option: ServiceOption, wished: list[suiting.Wish], therapist: Therapist | None, visit: str
) -> str:
    asked = QueryDict(mutable=True)
    asked.setlist("wish", [suiting.write(wish) for wish in wished[: suiting.MOST_WISHES]])
    if therapist:
        asked["therapist"] = therapist.slug
    if visit:
        asked["visit"] = visit
    return f"{reverse('booking:suiting', args=[option.slug])}?{asked.urlencode()}"

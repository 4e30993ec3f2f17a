"""/book/<option>/<who>/<start>/before/: the safety check before a first visit. No answer is kept."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from booking import safety
from booking.forms import SafetyForm
from booking.views.options import no_such_option
from booking.views.visit import FIRST, query
from services.models import ServiceOption


@never_cache
@sensitive_post_parameters()
def before_first_visit(request: HttpRequest, option: str, who: str, start: str) -> HttpResponse:
    """GET shows the lists. POST answers with "stop", with "call us", or leads on to the details."""
    chosen = ServiceOption.objects.bookable().select_related("service").filter(slug=option).first()
    if chosen is None:
        return no_such_option(request)
    details = reverse("booking:details", args=[option, who, start])
    page = {
        "option": chosen,
        "lists": safety,
        "times_url": reverse("booking:times", args=[option]) + query(FIRST),
        "details_url": details,
    }
    if request.method != "POST":
        return render(request, "booking/before.html", {**page, "form": SafetyForm()})
    form = SafetyForm(request.POST)
    if not form.is_valid():
        return render(request, "booking/before.html", {**page, "form": form}, status=422)
    match form.cleaned_data["answer"]:
        case SafetyForm.EMERGENCY:
            return render(request, "booking/stop.html", page)
        case SafetyForm.CALL:
            return render(request, "booking/call_us.html", page)
    return redirect(details + query(FIRST, check=safety.make_pass()))

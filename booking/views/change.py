"""/change-my-booking/: a fresh link for who has lost theirs. The answer is the same whether we know them or not."""

import math
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from booking import fresh_link
from booking.forms import LostLinkForm
from flexclinic.lib import clock, when
from flexclinic.lib.limits import Limit, client_network, count_try

#: Guessing references takes billions of tries; a family or a clinic's own network needs a few.
PER_NETWORK = Limit("change my booking", 20, timedelta(minutes=15))


@never_cache
def change(request: HttpRequest) -> HttpResponse:
    """GET asks for the reference and how we know the patient; POST has a link sent, if they match a booking."""
    form = LostLinkForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return render(request, "booking/change.html", {"form": form})
    if not form.is_valid():
        return render(request, "booking/change.html", {"form": form}, status=422)
    if again := count_try(PER_NETWORK, who=client_network(request)):
        form.add_error(
            None, f"There were many tries from here. Try again at {when.format_time(again)}, or call us."
        )
        response = render(request, "booking/change.html", {"form": form}, status=429)
        response["Retry-After"] = str(max(1, math.ceil((again - clock.now()).total_seconds())))
        return response
    fresh_link.ask(reference=form.cleaned_data["reference"], contact=form.cleaned_data["contact"])
    return render(request, "booking/link_asked.html")

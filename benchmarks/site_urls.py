"""The project's addresses, and four views beside them for benchmarks only."""

import os
import uuid
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from booking import availability
from booking.views import api
from flexclinic import urls
from flexclinic.lib import clock
from flexclinic.urls import handler403, handler429, handler500  # noqa: F401 - Django looks for them here


def empty(request: HttpRequest) -> HttpResponse:
    """As little as a view can do. Every middleware stands around it, as around all others."""
    return HttpResponse()


def memory(request: HttpRequest) -> HttpResponse:
    """The bytes of memory that this process holds; nothing where the system does not tell."""
    statm = Path("/proc/self/statm")
    resident = int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if statm.exists() else ""
    return HttpResponse(str(resident))


def unremembered(request: HttpRequest) -> HttpResponse:
    """`/api/times/` to a question that was never asked before."""
    availability._remembered.cache_clear()
    return api.times(request)


@csrf_exempt
@login_not_required
def insert(request: HttpRequest) -> HttpResponse:
    """As little as a view can do that inserts a row, into a table with a key, two columns and an index."""
    Session.objects.create(session_key=uuid.uuid4().hex, session_data="", expire_date=clock.now())
    return HttpResponse()


urlpatterns = [
    *urls.urlpatterns,
    path("benchmark/empty/", empty),
    path("benchmark/insert/", insert),
    path("benchmark/memory/", memory),
    path("benchmark/times/", unremembered),
]

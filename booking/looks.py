"""Who of the staff looked at whom, when, on which page: one short statement a page. See docs/decisions/0031-audit.md.

The same page with the same people, opened again by the same person within five minutes, is not written twice.
"""

from collections.abc import Iterable

from django.db import connection
from django.http import HttpRequest

_LOOKED = "SELECT looked_at(%s, %s, %s, %s, %s, %s)"


def record(
    request: HttpRequest,
    *,
    appointments: Iterable[int] = (),
    patients: Iterable[int] = (),
    places: Iterable[int] = (),
    export: bool = False,
) -> None:
    """Write down that whoever sent the request was shown these people (ids), on this page or as an export.

    The page is its address without what was searched for. Nobody shown: nothing written.
    """
    shown = [sorted(set(ids)) for ids in (appointments, patients, places)]
    if not any(shown) or request.user.pk is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(_LOOKED, [request.path_info, request.user.pk, *shown, export])

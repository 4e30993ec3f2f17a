"""Whose rows somebody of the staff sees: everybody's, or only their own.

The front desk and the manager may `see_every_appointment`. Everybody else sees the diary of the therapist who they are
(`Therapist.user`), and the patients who have an appointment there; who is no therapist sees nobody. What is not seen
is answered as what does not exist.
"""

from typing import TypeVar

from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from booking.models import Appointment, Patient, PatientNote
from booking.transitions import Action
from services.models import Therapist

Staff = AbstractUser | AnonymousUser
M = TypeVar("M", bound=Model)

#: What therapists may say of their own visits, by the name of the action. An action that is not here is the desk's.
MARKS = frozenset({Action.ARRIVE.value, Action.IN_ROOM.value, Action.COMPLETE.value, Action.NO_SHOW.value})

#: The way from a row to the therapist whose it is, by the model.
_THERAPIST: dict[str, str] = {
    "appointment": "therapist",
    "appointmentevent": "appointment__therapist",
    "notification": "appointment__therapist",
    "comfortpreferences": "appointment__therapist",
    "offer": "appointment__therapist",
    "proposal": "appointment__therapist",
    "waitingplace": "appointment__therapist",
    "weeklyhours": "therapist",
    "overridehours": "therapist",
    "timeoff": "therapist",
    "hold": "therapist",
    "workingday": "therapist",
    "therapistcalendar": "therapist",
}


def sees_everybody(user: Staff) -> bool:
    """Whether every therapist's diary is open to this user."""
    return bool(user.has_perm("booking.see_every_appointment"))


def only_therapist(user: Staff) -> Therapist | None:
    """The therapist who this user is. Ask `sees_everybody` first: None is somebody who sees nobody."""
    return Therapist.objects.filter(user_id=user.pk).first() if user.pk else None


def seen(user: Staff, rows: QuerySet[M]) -> QuerySet[M]:
    """Those of the rows that this user may see: appointments, patients, messages, hours and the like.

    A model that belongs to nobody, such as a closure, is left as it is.
    """
    if sees_everybody(user):
        return rows
    name = rows.model._meta.model_name or ""
    if name == "therapist":
        return rows.filter(user_id=user.pk or 0)
    if rows.model is Patient:
        own = Appointment.objects.filter(patient=OuterRef("pk"), therapist__user_id=user.pk or 0)
        return rows.filter(Exists(own))
    if rows.model is PatientNote:
        own = Appointment.objects.filter(patient=OuterRef("patient"), therapist__user_id=user.pk or 0)
        return rows.filter(Exists(own), audience=PatientNote.Audience.TEAM)
    if way := _THERAPIST.get(name):
        return rows.filter(Q(**{f"{way}__user_id": user.pk or 0}))
    return rows


def may_do(user: Staff, action: str, appointment: Appointment | None = None) -> bool:
    """Whether this user may do that with an appointment (None: with one that they see).

    The desk may do everything; a therapist marks what became of their own visits, and moves or cancels none.
    """
    if user.has_perm("booking.change_appointment"):
        return appointment is None or seen(user, Appointment.objects.filter(pk=appointment.pk)).exists()
    if action not in MARKS or not user.has_perm("booking.mark_appointment"):
        return False
    if appointment is None:
        return True
    return Therapist.objects.filter(pk=appointment.therapist_id, user_id=user.pk or 0).exists()

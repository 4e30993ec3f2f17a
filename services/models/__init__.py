"""What the clinic offers and treats, who gives it and where."""

from services.models.condition import CONDITION_BLOCKS, Condition
from services.models.evidence import Certainty, Sourced
from services.models.muscle import BodyRegion, Muscle
from services.models.page import PROSE, Pictured
from services.models.room import Room
from services.models.service import Service, ServiceOption, ServiceOptionQuerySet
from services.models.therapist import Therapist

__all__ = [
    "CONDITION_BLOCKS",
    "PROSE",
    "BodyRegion",
    "Certainty",
    "Condition",
    "Muscle",
    "Pictured",
    "Room",
    "Service",
    "ServiceOption",
    "ServiceOptionQuerySet",
    "Sourced",
    "Therapist",
]

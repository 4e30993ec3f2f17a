"""What the clinic offers and treats, who gives it and where."""

from services.models.condition import CONDITION_BLOCKS, Condition, ConditionSource
from services.models.evidence import Certainty, Source
from services.models.muscle import BodyRegion, Muscle, MuscleSource
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
    "ConditionSource",
    "Muscle",
    "MuscleSource",
    "Pictured",
    "Room",
    "Service",
    "ServiceOption",
    "ServiceOptionQuerySet",
    "Source",
    "Therapist",
]

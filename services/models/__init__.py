"""What the clinic offers and treats, who gives it and where."""

from services.models.condition import CONDITION_BLOCKS, Condition
from services.models.evidence import Rated
from services.models.explainer import EXPLAINER_BLOCKS, Explainer, ExplainerRichText
from services.models.muscle import BodyRegion, Muscle
from services.models.page import Pictured, clean_prose
from services.models.room import Room
from services.models.service import Service, ServiceOption, ServiceOptionQuerySet
from services.models.therapist import Therapist
from services.models.zone import Likelihood, Zone, ZoneMuscle, ZoneRegion

__all__ = [
    "CONDITION_BLOCKS",
    "EXPLAINER_BLOCKS",
    "BodyRegion",
    "Condition",
    "Explainer",
    "ExplainerRichText",
    "Likelihood",
    "Muscle",
    "Pictured",
    "Rated",
    "Room",
    "Service",
    "ServiceOption",
    "ServiceOptionQuerySet",
    "Therapist",
    "Zone",
    "ZoneMuscle",
    "ZoneRegion",
    "clean_prose",
]

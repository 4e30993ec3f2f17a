"""What the pages of services say to machines, in the words of schema.org (JSON-LD)."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse

from blog.structured_data import absolute, clinic_id
from blog.structured_data import breadcrumbs as breadcrumbs
from blog.structured_data import graph as graph
from services.models import Service, ServiceOption, Therapist

_Thing = dict[str, Any]


def clinic() -> _Thing:
    """The clinic itself, to which the other pages refer."""
    facts = settings.CLINIC
    return {
        "@type": "MedicalClinic",
        "@id": clinic_id(),
        "name": facts["name"],
        "url": absolute("/"),
        "telephone": facts["phone"],
        "email": facts["email"],
        "currenciesAccepted": settings.CURRENCY,
        "address": {
            "@type": "PostalAddress",
            "streetAddress": facts["street"],
            "addressLocality": facts["city"],
            "addressRegion": facts["region"],
            "postalCode": facts["postal_code"],
            "addressCountry": facts["country"],
        },
    }


def _offer(option: ServiceOption) -> _Thing:
    return {
        "@type": "Offer",
        "name": f"{option.name}, {option.minutes} minutes",
        "price": f"{option.price:.2f}",
        "priceCurrency": settings.CURRENCY,
        "url": absolute(reverse("booking:times", args=[option.slug])),
    }


def service(found: Service, options: Sequence[ServiceOption]) -> _Thing:
    """A service with an offer for each of its options."""
    address = absolute(found.get_absolute_url())
    data: _Thing = {
        "@type": "Service",
        "@id": f"{address}#service",
        "url": address,
        "name": found.title,
        "description": found.description,
        "serviceType": "Neuromuscular massage therapy",
        "provider": {"@type": "MedicalClinic", "@id": clinic_id(), "name": settings.CLINIC["name"]},
    }
    if options:
        data["offers"] = [_offer(option) for option in options]
    return data


def services(found: Iterable[Service]) -> _Thing:
    """The list of services."""
    return {
        "@type": "ItemList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": place,
                "name": item.title,
                "url": absolute(item.get_absolute_url()),
            }
            for place, item in enumerate(found, start=1)
        ],
    }


def therapist(found: Therapist) -> _Thing:
    """A therapist: name, role and place of work. No credentials: the site knows none."""
    address = absolute(found.get_absolute_url())
    data: _Thing = {
        "@type": "Person",
        "@id": f"{address}#person",
        "url": address,
        "name": found.name,
        "description": found.description,
        "worksFor": {"@type": "MedicalClinic", "@id": clinic_id(), "name": settings.CLINIC["name"]},
    }
    if found.role:
        data["jobTitle"] = found.role
    return data

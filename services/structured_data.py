"""What the pages of services say to machines, in the words of schema.org (JSON-LD)."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse

from blog.publishing import PublishedPage
from blog.structured_data import absolute, clinic_id
from services.models import Condition, Muscle, Service, ServiceOption, Therapist

_Thing = dict[str, Any]


def graph(*things: _Thing) -> _Thing:
    """Several descriptions of one page as one document."""
    return {"@context": "https://schema.org", "@graph": list(things)}


def breadcrumbs(*steps: tuple[str, str]) -> _Thing:
    """The way from the home page, as (name, path) pairs; the last one is the page itself."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": absolute(path)}
            for place, (name, path) in enumerate([("Home", "/"), *steps], start=1)
        ],
    }


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


def page_list(found: Iterable[PublishedPage]) -> _Thing:
    """A list of pages, such as the services."""
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


def _medical_page(found: PublishedPage, about: _Thing) -> _Thing:
    """A page for patients about something medical, with its review once there was one."""
    address = absolute(found.get_absolute_url())
    data: _Thing = {
        "@type": "MedicalWebPage",
        "@id": f"{address}#page",
        "url": address,
        "name": found.heading_for_search,
        "description": found.description,
        "inLanguage": settings.LANGUAGE_CODE,
        "dateModified": found.last_changed.isoformat(),
        "audience": {"@type": "Patient"},
        "about": about,
        "publisher": {"@type": "MedicalClinic", "@id": clinic_id(), "name": settings.CLINIC["name"]},
    }
    if found.reviewer is not None and found.reviewed_on is not None:
        data["reviewedBy"] = {"@type": "Person", "name": found.reviewer.name}
        data["lastReviewed"] = found.reviewed_on.isoformat()
    return data


def condition(found: Condition) -> _Thing:
    """The page of a condition. It names no treatment: the evidence is on the page, in words."""
    about: _Thing = {"@type": "MedicalCondition", "name": found.title}
    if names := [name for name in (found.medical_term, *found.names) if name]:
        about["alternateName"] = names
    return _medical_page(found, about)


def muscle(found: Muscle) -> _Thing:
    """The page of a muscle."""
    about = {"@type": "Muscle", "name": found.title, "alternateName": found.anatomical_name}
    return _medical_page(found, about)

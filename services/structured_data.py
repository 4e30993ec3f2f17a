"""What the pages of services say to machines, in the words of schema.org (JSON-LD)."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse

from blog.publishing import PublishedPage
from blog.structured_data import absolute, clinic_id, clinic_named
from blog.structured_data import breadcrumbs as breadcrumbs
from blog.structured_data import graph as graph
from services.models import Condition, Muscle, Service, ServiceOption, Therapist

_Thing = dict[str, Any]


def _reserve(path: str, name: str) -> _Thing:
    """That a visit can be booked at a path."""
    return {
        "@type": "ReserveAction",
        "name": name,
        "target": {
            "@type": "EntryPoint",
            "urlTemplate": absolute(path),
            "actionPlatform": [
                "https://schema.org/DesktopWebPlatform",
                "https://schema.org/MobileWebPlatform",
            ],
        },
        "result": {"@type": "Reservation", "name": "A visit"},
    }


def website() -> _Thing:
    """The website, and how it is searched."""
    return {
        "@type": "WebSite",
        "@id": absolute("/#website"),
        "url": absolute("/"),
        "name": settings.CLINIC["name"],
        "inLanguage": settings.LANGUAGE_CODE,
        "publisher": {"@id": clinic_id()},
        "potentialAction": {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": f"{absolute(reverse('search'))}?q={{search_term_string}}",
            },
            "query-input": "required name=search_term_string",
        },
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
        "image": absolute(static("img/og.png")),
        "potentialAction": _reserve(reverse("booking:book"), "Book a visit"),
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
        "provider": clinic_named(),
    }
    if options:
        data["offers"] = [_offer(option) for option in options]
        data["potentialAction"] = [
            _reserve(reverse("booking:times", args=[option.slug]), f"Book: {option.name}")
            for option in options
        ]
    return data


def therapy_page(found: Service) -> tuple[_Thing, _Thing]:
    """The treatment that a service's page is about, and the page with its review, once there was one."""
    address = absolute(found.get_absolute_url())
    therapy: _Thing = {
        "@type": "MedicalTherapy",
        "@id": f"{address}#therapy",
        "name": found.title,
        "description": found.description,
        "url": address,
    }
    page: _Thing = {
        "@type": "MedicalWebPage",
        "@id": f"{address}#page",
        "url": address,
        "name": found.heading_for_search,
        "inLanguage": settings.LANGUAGE_CODE,
        "about": {"@id": f"{address}#therapy"},
        "mainEntity": {"@id": f"{address}#service"},
        "publisher": clinic_named(),
        "dateModified": found.last_changed.isoformat(),
    }
    if found.reviewer is not None and found.reviewed_on is not None:
        page["reviewedBy"] = {"@type": "Person", "name": found.reviewer.name}
        page["lastReviewed"] = found.reviewed_on.isoformat()
    return therapy, page


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
        "worksFor": clinic_named(),
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
        "about": about,
        "publisher": {"@type": "MedicalClinic", "@id": clinic_id(), "name": settings.CLINIC["name"]},
    }
    if found.reviewer is not None and found.reviewed_on is not None:
        data["reviewedBy"] = {"@type": "Person", "name": found.reviewer.name}
        data["lastReviewed"] = found.reviewed_on.isoformat()
    return data


def condition(found: Condition) -> _Thing:
    """The page of a condition. It names no treatment: the evidence is on the page, in words."""
    about: _Thing = {
        "@type": "MedicalCondition",
        "name": found.title,
        "url": absolute(found.get_absolute_url()),
    }
    if names := [name for name in (found.medical_term, *found.names) if name]:
        about["alternateName"] = names
    return _medical_page(found, about)


def muscle(found: Muscle) -> _Thing:
    """The page of a muscle."""
    about = {"@type": "Muscle", "name": found.title, "alternateName": found.anatomical_name}
    return _medical_page(found, about)

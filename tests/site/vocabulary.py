"""The part of schema.org's vocabulary that the site speaks, as data, and what a page's JSON-LD has to keep to.

A type says which properties it may have and of what kind, and which ones it must have where it is described (a node
that only refers to another by `@id` needs nothing else). A kind in capitals is a type; others are in `_VALUES`.
"""

import datetime
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

THING = {
    "name": "text",
    "description": "text",
    "url": "url",
    "image": "url ImageObject",
    "sameAs": "url",
    "mainEntityOfPage": "url WebPage",
    "potentialAction": "ReserveAction SearchAction",
    "alternateName": "text",
}
WORK = {
    **THING,
    "headline": "text",
    "inLanguage": "text",
    "author": "Person Organization",
    "publisher": "Organization MedicalClinic",
    "datePublished": "moment",
    "dateModified": "moment",
    "articleSection": "text",
    "keywords": "text",
    "about": "Thing",
    "mainEntity": "Thing",
    "isPartOf": "CreativeWork",
    "hasPart": "CreativeWork",
    "citation": "text",
    "reviewedBy": "Person",
    "lastReviewed": "date",
    "breadcrumb": "BreadcrumbList",
    "license": "url",
}
MEDICAL = {
    **THING,
    "code": "MedicalCode",
    "guideline": "MedicalGuideline",
    "relevantSpecialty": "text",
    "study": "MedicalStudy",
}
CLINIC = {
    **THING,
    "telephone": "text",
    "email": "text",
    "address": "PostalAddress",
    "openingHoursSpecification": "OpeningHoursSpecification",
    "currenciesAccepted": "currency",
    "priceRange": "text",
    "medicalSpecialty": "text",
    "employee": "Person",
    "availableService": "MedicalTherapy",
    "hasMap": "url",
    "logo": "url ImageObject",
}
CONDITION = {
    **MEDICAL,
    "associatedAnatomy": "AnatomicalStructure Muscle",
    "possibleTreatment": "MedicalTherapy",
    "signOrSymptom": "MedicalSignOrSymptom",
    "riskFactor": "MedicalRiskFactor",
    "differentialDiagnosis": "DDxElement",
    "cause": "MedicalCause",
    "typicalTest": "text",
    "primaryPrevention": "MedicalTherapy",
}

#: The properties that each type may have.
TYPES: dict[str, dict[str, str]] = {
    "WebSite": WORK,
    "WebPage": WORK,
    "MedicalWebPage": {**WORK, "aspect": "text", "audience": "text"},
    "CollectionPage": WORK,
    "ProfilePage": WORK,
    "Blog": {**WORK, "blogPost": "BlogPosting"},
    "BlogPosting": {**WORK, "articleBody": "text", "wordCount": "number"},
    "ImageObject": {**WORK, "contentUrl": "url", "width": "number", "height": "number", "caption": "text"},
    "VideoObject": {
        **WORK,
        "contentUrl": "url",
        "uploadDate": "moment",
        "thumbnailUrl": "url",
        "duration": "text",
    },
    "Organization": CLINIC,
    "MedicalClinic": CLINIC,
    "PostalAddress": {
        **THING,
        "streetAddress": "text",
        "addressLocality": "text",
        "addressRegion": "text",
        "postalCode": "text",
        "addressCountry": "country",
    },
    "Person": {
        **THING,
        "jobTitle": "text",
        "worksFor": "Organization MedicalClinic",
        "knowsAbout": "text",
        "email": "text",
    },
    "Service": {
        **THING,
        "serviceType": "text",
        "provider": "MedicalClinic Person",
        "offers": "Offer",
        "areaServed": "text",
    },
    "Offer": {
        **THING,
        "price": "price",
        "priceCurrency": "currency",
        "availability": "url",
        "itemOffered": "Service",
        "eligibleDuration": "text",
    },
    "BreadcrumbList": {**THING, "itemListElement": "ListItem", "numberOfItems": "number"},
    "ItemList": {**THING, "itemListElement": "ListItem", "numberOfItems": "number"},
    "ListItem": {**THING, "position": "number", "item": "url Thing"},
    "ReserveAction": {**THING, "target": "EntryPoint", "result": "Reservation", "object": "Thing"},
    "SearchAction": {**THING, "target": "EntryPoint", "query-input": "text"},
    "EntryPoint": {**THING, "urlTemplate": "template", "actionPlatform": "url"},
    "Reservation": THING,
    "DefinedTermSet": {**WORK, "hasDefinedTerm": "DefinedTerm"},
    "DefinedTerm": {**THING, "inDefinedTermSet": "DefinedTermSet", "termCode": "text"},
    "MedicalTherapy": {**MEDICAL, "contraindication": "text", "seriousAdverseOutcome": "text"},
    "MedicalCondition": CONDITION,
    "MedicalSignOrSymptom": {**CONDITION},
    "MedicalRiskFactor": MEDICAL,
    "MedicalCause": {**MEDICAL, "causeOf": "MedicalCondition"},
    "MedicalCode": {**MEDICAL, "codeValue": "text", "codingSystem": "text"},
    "AnatomicalStructure": {**MEDICAL, "bodyLocation": "text", "partOfSystem": "text"},
    "Muscle": {**MEDICAL, "bodyLocation": "text", "muscleAction": "text", "nerve": "text"},
}

#: What has to be there where a thing is described.
REQUIRED: dict[str, set[str]] = {
    "WebSite": {"name", "url", "potentialAction"},
    "MedicalWebPage": {"name", "url", "about"},
    "Blog": {"name", "url"},
    "MedicalClinic": {"name", "url", "telephone", "address"},
    "PostalAddress": {"streetAddress", "addressLocality", "addressCountry"},
    "Person": {"name"},
    "Service": {"name", "provider"},
    "Offer": {"price", "priceCurrency", "url"},
    "BreadcrumbList": {"itemListElement"},
    "ItemList": {"itemListElement"},
    "ListItem": {"position"},
    "ReserveAction": {"target"},
    "SearchAction": {"target", "query-input"},
    "EntryPoint": {"urlTemplate"},
    "DefinedTermSet": {"name", "hasDefinedTerm"},
    "DefinedTerm": {"name", "description"},
    "MedicalTherapy": {"name", "url"},
    "MedicalCondition": {"name", "url"},
    "ImageObject": {"contentUrl"},
}
#: Addresses that can only be ours.
_OURS = {"url", "item", "mainEntityOfPage", "urlTemplate", "image", "contentUrl"}
#: A post is described in full on its own page, where `datePublished` is given; lists only name it.
_IN_FULL = {"BlogPosting": ("mainEntityOfPage", {"headline", "url", "author", "publisher", "datePublished"})}

#: What a type also is, as far as the properties above ask for it.
_ALSO = {
    "MedicalClinic": {"Organization"},
    **{name: {"CreativeWork"} for name, of in TYPES.items() if "datePublished" in of},
    "MedicalWebPage": {"CreativeWork", "WebPage"},
}


def _is_date(value: Any) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value))


def _is_moment(value: Any) -> bool:
    try:
        return _is_date(value) or datetime.datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False


_VALUES: dict[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str) and bool(value.strip()),
    "url": lambda value: isinstance(value, str) and bool(re.match(r"https?://[^/\s]+/", value)),
    "template": lambda value: isinstance(value, str) and bool(re.match(r"https?://[^/\s]+/", value)),
    "date": _is_date,
    "moment": _is_moment,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "price": lambda value: isinstance(value, str) and bool(re.fullmatch(r"\d+\.\d\d", value)),
    "currency": lambda value: isinstance(value, str) and bool(re.fullmatch(r"[A-Z]{3}", value)),
    "country": lambda value: isinstance(value, str) and bool(re.fullmatch(r"[A-Z]{2}", value)),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """What is wrong with a page's data, which ids it describes, and to which it refers."""

    complaints: list[str]
    described: set[str]
    referred: set[str]
    types: set[str]


def check(text: str, *, site: str) -> Checked:
    """Check one script's text, on the site at that address."""
    if "<" in text or ">" in text or "&" in text:
        return Checked(["an unescaped <, > or & could end the script"], set(), set(), set())
    data = json.loads(text)
    found: list[str] = []
    if data.get("@context") != "https://schema.org":
        found.append("the context is not https://schema.org")
    described, referred, types = set[str](), set[str](), set[str]()
    for node in _nodes(data):
        name = node.get("@type", "")
        if "@id" in node:
            (described if set(node) - {"@id", "@type", "name"} else referred).add(node["@id"])
            if not str(node["@id"]).startswith(f"{site}/"):
                found.append(f"{node['@id']} is no name of ours")
        if name:
            types.add(name)
            found += _node(node, name, site=site)
        elif set(node) - {"@id", "@context", "@graph"}:
            found.append(f"a thing of no type: {sorted(node)}")
    return Checked(found, described, referred, types)


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _nodes(inner)


def _node(node: dict[str, Any], name: str, *, site: str) -> list[str]:
    if name not in TYPES:
        return [f"no type {name} is known here"]
    given = {key: value for key, value in node.items() if not key.startswith("@")}
    found = [f"{name} has no property {key}" for key in given if key not in TYPES[name]]
    refers = "@id" in node and set(given) <= {"name"}
    missing = set() if refers else REQUIRED.get(name, set()) - set(given)
    if name in _IN_FULL and _IN_FULL[name][0] in given:
        missing |= _IN_FULL[name][1] - set(given)
    found += [f"{name} lacks {key}" for key in sorted(missing)]
    for key, value in given.items():
        for one in value if isinstance(value, list) else [value]:
            if key in TYPES[name] and not _fits(one, TYPES[name][key].split()):
                found.append(f"{name}.{key} cannot be {json.dumps(one)[:80]}")
            if isinstance(one, str) and one.startswith(("/", "#")):
                found.append(f"{name}.{key} is no full address: {one}")
            if key in _OURS and isinstance(one, str) and not one.startswith(f"{site}/"):
                found.append(f"{name}.{key} is not on our address: {one}")
    return found


def _fits(value: Any, kinds: list[str]) -> bool:
    if isinstance(value, dict):
        name = value.get("@type")
        return name is None or "Thing" in kinds or bool(({name} | _ALSO.get(name, set())) & set(kinds))
    return any(kind in _VALUES and _VALUES[kind](value) for kind in kinds)

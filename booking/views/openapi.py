"""The description of /api/times/ as OpenAPI 3.1."""

from typing import Any


def _parameter(name: str, description: str, *, required: bool = False, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": required, "description": description, "schema": schema}


def description(*, site_url: str) -> dict[str, Any]:
    """The whole document, with the site's address as its server."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Free times",
            "version": "1",
            "description": "Which starts can be booked. Read only; a booking is made on the website.",
        },
        "servers": [{"url": site_url}],
        "paths": {
            "/api/times/": {
                "get": {
                    "operationId": "listTimes",
                    "summary": "The free starts of an option",
                    "parameters": [
                        _parameter("option", "The option's slug.", required=True, type="string"),
                        _parameter("therapist", "A therapist's slug; left out: anyone.", type="string"),
                        _parameter(
                            "from", "The first local date; left out: today.", type="string", format="date"
                        ),
                        _parameter(
                            "days",
                            "How many local dates.",
                            type="integer",
                            minimum=1,
                            maximum=62,
                            default=14,
                        ),
                    ],
                    "responses": {
                        "200": {
                            "description": "The free starts, ascending.",
                            "content": {
                                "application/json": {"schema": {"$ref": "#/components/schemas/Times"}}
                            },
                        },
                        "400": {
                            "description": "A parameter is wrong; the answer names it.",
                            "content": {
                                "application/problem+json": {
                                    "schema": {"$ref": "#/components/schemas/Problem"}
                                }
                            },
                        },
                    },
                }
            }
        },
        "components": {
            "schemas": {
                "Times": {
                    "type": "object",
                    "required": ["option", "time_zone", "times"],
                    "properties": {
                        "option": {"type": "string"},
                        "time_zone": {"type": "string", "description": "The clinic's IANA zone."},
                        "times": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "required": ["start", "therapists"],
                                "properties": {
                                    "start": {
                                        "type": "string",
                                        "format": "date-time",
                                        "description": "ISO 8601 with the UTC offset.",
                                    },
                                    "therapists": {"type": "array", "items": {"type": "string"}},
                                },
                            },
                        },
                    },
                },
                "Problem": {
                    "type": "object",
                    "required": ["title", "status", "detail", "invalid_params"],
                    "properties": {
                        "type": {"type": "string"},
                        "title": {"type": "string"},
                        "status": {"type": "integer"},
                        "detail": {"type": "string"},
                        "invalid_params": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "properties": {"name": {"type": "string"}, "reason": {"type": "string"}},
                            },
                        },
                    },
                },
            }
        },
    }

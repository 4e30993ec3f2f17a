"""Keep patients' links and what was searched for out of the logs."""

import logging
import re

HIDDEN = "…"
_TOKEN = re.compile(r"(/appointment/+)[^/\s?\"']+", re.IGNORECASE)
_QUERY = re.compile(r"(/[^\s?\"']*)\?[^\s\"']+")


def redact(text: str) -> str:
    """The text without the token of a patient's link, and without any address's query."""
    return _QUERY.sub(rf"\1?{HIDDEN}", _TOKEN.sub(rf"\1{HIDDEN}", text))


class RedactingFilter(logging.Filter):
    """Redacts every message on its way to a log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record through, redacted."""
        record.msg = redact(record.getMessage())
        record.args = ()
        if record.exc_info and not record.exc_text:
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info))
        return True

"""Keep patients' links and what was searched for out of the logs."""

import logging
import re

HIDDEN = "…"
_TOKEN = re.compile(r"(/(?:appointment|waiting|offer|preview)/+)[^/\s?\"']+", re.IGNORECASE)
# Wherever else one stands: after a space or a quotation mark that a mail program put into the link, for one.
_BARE_TOKEN = re.compile(r"(?<![\w-])[\w-]{43}(?![\w-])", re.ASCII)
_QUERY = re.compile(r"(/[^\s?\"']*)\?[^\s\"']+")
# The row that PostgreSQL shows with an error: it holds what a patient typed.
_ROW = re.compile(r"DETAIL:.*?(?=\n\n(?:The above|During handling)|\Z)", re.DOTALL)
# In an address they would write lines of their own into the log, or move the cursor of who reads it.
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


def redact(text: str) -> str:
    """The text without the token of a patient's link, and without any address's query."""
    return _BARE_TOKEN.sub(HIDDEN, _QUERY.sub(rf"\1?{HIDDEN}", _TOKEN.sub(rf"\1{HIDDEN}", text)))


class RedactingFilter(logging.Filter):
    """Redacts every message on its way to a log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record through, redacted."""
        record.msg = _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", redact(record.getMessage()))
        record.args = ()
        if record.exc_info and not record.exc_text:
            traceback = logging.Formatter().formatException(record.exc_info)
            record.exc_text = redact(_ROW.sub(f"DETAIL: {HIDDEN}", traceback))
        return True

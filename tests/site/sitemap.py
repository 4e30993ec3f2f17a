"""What sitemaps.org asks of a sitemap (its schema and its limits), as checks. Gives the complaints in words."""

import datetime
import re
from collections import Counter
from xml.etree import ElementTree

SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
MOST_ADDRESSES, MOST_BYTES, LONGEST_ADDRESS = 50_000, 50 * 1024 * 1024, 2048
#: What may stand in a <url>, each at most once.
URL = {"loc", "lastmod", "changefreq", "priority"}
FREQUENCIES = {"always", "hourly", "daily", "weekly", "monthly", "yearly", "never"}
DATE = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?)?)?")


def complaints(text: str, *, site: str, today: datetime.date) -> list[str]:
    """What is wrong with the sitemap of the site at that address."""
    root = ElementTree.fromstring(text)
    if root.tag != f"{SPACE}urlset":
        return [f"the root is {root.tag}"]
    found = [f"<{child.tag}> in <urlset>" for child in root if child.tag != f"{SPACE}url"]
    if not 1 <= len(root) <= MOST_ADDRESSES:
        found.append(f"{len(root)} addresses")
    if len(text.encode()) > MOST_BYTES:
        found.append("more than 50 MB")
    listed = Counter(url.findtext(f"{SPACE}loc") for url in root)
    found += [f"{address} is listed twice" for address, count in listed.items() if count > 1]
    for url in root:
        found += _url(url, site=site, today=today)
    return found


def _url(url: ElementTree.Element, *, site: str, today: datetime.date) -> list[str]:
    names = Counter(child.tag.removeprefix(SPACE) for child in url)
    address = (url.findtext(f"{SPACE}loc") or "").strip()
    found = [f"{address}: <{name}> {count} times" for name, count in names.items() if count > 1]
    found += [f"{address}: <{name}> is not known" for name in names if name not in URL]
    if not address.startswith(f"{site}/") or len(address) > LONGEST_ADDRESS or "#" in address:
        found.append(f"{address!r} is no address of {site}")
    changed = url.findtext(f"{SPACE}lastmod")
    if changed is not None and not DATE.fullmatch(changed):
        found.append(f"{address}: {changed!r} is no date")
    elif changed is not None and changed[:10] > today.isoformat():
        found.append(f"{address}: changed in the future")
    if (url.findtext(f"{SPACE}changefreq") or "never") not in FREQUENCIES:
        found.append(f"{address}: no such frequency")
    priority = url.findtext(f"{SPACE}priority")
    if priority is not None and not re.fullmatch(r"0(\.\d)?|1(\.0)?", priority):
        found.append(f"{address}: no such priority")
    return found

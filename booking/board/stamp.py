"""Whether the board has changed: a digest of the rows that it is made of.

A row's `xmin` is the transaction that wrote it last. The digest is over all rows that the asker sees now, so it is
another one after any insert, change or removal, in whatever order transactions commit. A largest key or a latest time
would miss who commits late. See docs/decisions/0028-board.md.
"""

from datetime import date, datetime

from django.db import connection

from booking.models.appointment import LONGEST_OCCUPIED
from flexclinic.lib import clock

_SQL = """
WITH shown AS MATERIALIZED (
  SELECT id, xmin FROM booking_appointment
  WHERE starts_at >= %(reach)s AND starts_at < %(high)s AND ends_at > %(low)s
), parts (part) AS (
  SELECT 'a' || string_agg(id || '.' || xmin, ' ' ORDER BY id) FROM shown
  UNION ALL SELECT 'n' || string_agg(n.id || '.' || n.xmin, ' ' ORDER BY n.id)
    FROM booking_notification n WHERE n.appointment_id IN (SELECT id FROM shown)
  UNION ALL SELECT 'c' || string_agg(c.id || '.' || c.xmin, ' ' ORDER BY c.id)
    FROM booking_comfortpreferences c WHERE c.appointment_id IN (SELECT id FROM shown)
  UNION ALL SELECT 'w' || string_agg(id || '.' || xmin, ' ' ORDER BY id) FROM booking_weeklyhours
  UNION ALL SELECT 'o' || string_agg(id || '.' || xmin, ' ' ORDER BY id)
    FROM booking_overridehours WHERE date BETWEEN %(first)s AND %(last)s
  UNION ALL SELECT 'f' || string_agg(id || '.' || xmin, ' ' ORDER BY id)
    FROM booking_timeoff WHERE period && tstzrange(%(low)s, %(high)s)
  UNION ALL SELECT 'h' || string_agg(id || '.' || xmin || (released_at <= %(now)s), ' ' ORDER BY id)
    FROM booking_hold WHERE period && tstzrange(%(low)s, %(high)s)
  UNION ALL SELECT 'l' || string_agg(id || '.' || xmin, ' ' ORDER BY id)
    FROM booking_closure WHERE period && tstzrange(%(low)s, %(high)s)
  UNION ALL SELECT 'p' || string_agg(id || '.' || xmin, ' ' ORDER BY id) FROM booking_clinicpolicy
  UNION ALL SELECT 'd' || string_agg(id || '.' || xmin, ' ' ORDER BY id) FROM booking_workingday
  UNION ALL SELECT 'e' || string_agg(id || '.' || xmin, ' ' ORDER BY id) FROM booking_offeredhours
  UNION ALL SELECT 's' || string_agg(id || '.' || xmin, ' ' ORDER BY id) FROM services_serviceoption
  UNION ALL SELECT 't' || string_agg(id || '.' || xmin, ' ' ORDER BY id) FROM services_therapist
  UNION ALL SELECT 'g' || string_agg(id || '.' || xmin, ' ' ORDER BY id) FROM services_therapist_options
  UNION ALL SELECT 'r' || string_agg(id || '.' || xmin, ' ' ORDER BY id) FROM services_room
  UNION ALL SELECT 'q' || string_agg(id || '.' || xmin, ' ' ORDER BY id) FROM services_serviceoption_rooms
)
SELECT md5(string_agg(part, '|' ORDER BY part)) FROM parts
"""


def of(*, first: date, last: date, low: datetime, high: datetime) -> str:
    """As in "<digest>.<minute>": another digest where a row has changed, another minute where only time has passed.

    For the local dates from `first` to `last`, which begin and end at `low` and `high`. One query.
    """
    now = clock.now()
    asked = {
        "first": first,
        "last": last,
        "low": low,
        "high": high,
        "reach": low - LONGEST_OCCUPIED,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL, asked)
        digest = cursor.fetchone()[0]
    return f"{digest}.{int(now.timestamp()) // 60}"

"""The application of production that takes twenty bookings an hour from one network."""

from datetime import timedelta

from flexclinic.wsgi import application

__all__ = ["application"]

# After the line above has set Django up.
from booking.views import tries
from flexclinic.lib.limits import Limit

tries.NETWORK = Limit("test.network", 20, timedelta(hours=1))

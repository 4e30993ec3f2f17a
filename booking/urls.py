"""The addresses of booking."""

from django.urls import path

from booking.views import (
    api,
    appointment,
    cancel,
    change,
    comfort,
    details,
    feed,
    move,
    options,
    proposal,
    safety,
    suiting,
    times,
    waiting,
)

app_name = "booking"

urlpatterns = [
    path("book/", options.choose_option, name="book"),
    path("book/<slug:option>/", times.choose_time, name="times"),
    path("book/<slug:option>/times-that-suit/", suiting.find_times, name="suiting"),
    path("book/<slug:option>/<slug:who>/<str:start>/", details.enter_details, name="details"),
    path("book/<slug:option>/<slug:who>/<str:start>/before/", safety.before_first_visit, name="before"),
    path("appointment/<str:token>/comfort/", comfort.tell, name="comfort"),
    path("appointment/<str:token>/", appointment.show, name="appointment"),
    path("appointment/<str:token>/calendar.ics", appointment.calendar, name="calendar"),
    path("calendar/<str:token>.ics", feed.therapist_calendar, name="feed"),
    path("appointment/<str:token>/move/", move.choose_time, name="move"),
    path("appointment/<str:token>/move/<slug:who>/<str:start>/", move.move_to, name="move_to"),
    path("appointment/<str:token>/cancel/", cancel.cancel, name="cancel"),
    path("change-my-booking/", change.change, name="change"),
    path("book/<slug:option>/waiting-list/", waiting.join, name="join"),
    path("appointment/<str:token>/earlier/", waiting.earlier, name="earlier"),
    path("waiting/<str:token>/", waiting.place, name="place"),
    path("offer/<str:token>/", waiting.offer, name="offer"),
    path("choose/<str:token>/", proposal.choose, name="proposal"),
    path("api/times/", api.times, name="api_times"),
    path("api/schema/", api.schema, name="api_schema"),
]

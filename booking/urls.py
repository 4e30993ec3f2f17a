"""The addresses of booking."""

from django.urls import path

from booking.views import api, appointment, cancel, change, details, move, options, times

app_name = "booking"

urlpatterns = [
    path("book/", options.choose_option, name="book"),
    path("book/<slug:option>/", times.choose_time, name="times"),
    path("book/<slug:option>/<slug:who>/<str:start>/", details.enter_details, name="details"),
    path("appointment/<str:token>/", appointment.show, name="appointment"),
    path("appointment/<str:token>/calendar.ics", appointment.calendar, name="calendar"),
    path("appointment/<str:token>/move/", move.choose_time, name="move"),
    path("appointment/<str:token>/move/<slug:who>/<str:start>/", move.move_to, name="move_to"),
    path("appointment/<str:token>/cancel/", cancel.cancel, name="cancel"),
    path("change-my-booking/", change.change, name="change"),
    path("api/times/", api.times, name="api_times"),
    path("api/schema/", api.schema, name="api_schema"),
]

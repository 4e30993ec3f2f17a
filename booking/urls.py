"""The addresses of booking."""

from django.urls import path

from booking.views import api, appointment, details, options, times, waiting

app_name = "booking"

urlpatterns = [
    path("book/", options.choose_option, name="book"),
    path("book/<slug:option>/", times.choose_time, name="times"),
    path("book/<slug:option>/<slug:who>/<str:start>/", details.enter_details, name="details"),
    path("appointment/<str:token>/", appointment.show, name="appointment"),
    path("appointment/<str:token>/calendar.ics", appointment.calendar, name="calendar"),
    path("book/<slug:option>/waiting-list/", waiting.join, name="join"),
    path("appointment/<str:token>/earlier/", waiting.earlier, name="earlier"),
    path("waiting/<str:token>/", waiting.place, name="place"),
    path("offer/<str:token>/", waiting.offer, name="offer"),
    path("change-my-booking/", appointment.change, name="change"),
    path("api/times/", api.times, name="api_times"),
    path("api/schema/", api.schema, name="api_schema"),
]

"""The addresses of services, therapists, the library and the body map. Included at the site's root."""

from django.urls import path

from services import figure_views, library_views, views

app_name = "services"

urlpatterns = [
    path("services/", views.services, name="services"),
    path("services/<slug:slug>/", views.service, name="service"),
    path("therapists/", views.therapists, name="therapists"),
    path("therapists/<slug:slug>/", views.therapist, name="therapist"),
    path("conditions/", library_views.conditions, name="conditions"),
    path("conditions/<slug:slug>/", library_views.condition, name="condition"),
    path("muscles/", library_views.muscles, name="muscles"),
    path("muscles/<slug:slug>/", library_views.muscle, name="muscle"),
    path("where-does-it-hurt/", figure_views.body_map, name="body_map"),
    path("where-does-it-hurt/sheet/", figure_views.doctor_sheet, name="doctor_sheet"),
    path("where-does-it-hurt/<slug:slug>/", figure_views.zone, name="zone"),
    path("trigger-points/", figure_views.trigger_points, name="trigger_points"),
    path("trigger-points/<slug:slug>/", figure_views.explainer, name="explainer"),
]

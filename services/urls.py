"""The addresses of services, therapists, conditions and muscles. Included at the site's root."""

from django.urls import path

from services import library_views, views

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
]

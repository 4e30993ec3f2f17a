"""The addresses of services and therapists. Included at the site's root."""

from django.urls import path

from services import views

app_name = "services"

urlpatterns = [
    path("services/", views.services, name="services"),
    path("services/<slug:slug>/", views.service, name="service"),
    path("therapists/", views.therapists, name="therapists"),
    path("therapists/<slug:slug>/", views.therapist, name="therapist"),
]

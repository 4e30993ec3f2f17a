"""The addresses of pages about the clinic, and of previews of any page. Included at the site's root."""

from django.urls import path

from blog import preview_view, views

app_name = "pages"

urlpatterns = [
    path("pages/", views.pages_index, name="index"),
    path("pages/<slug:slug>/", views.page, name="page"),
    path("preview/<str:token>/", preview_view.show, name="preview"),
]

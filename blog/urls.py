"""The addresses under /blog/."""

from django.urls import path

from blog import views

app_name = "blog"

# The fixed words under /blog/ are `models.RESERVED_SLUGS`: a post of that name could not be reached.
urlpatterns = [
    path("", views.index, name="index"),
    path("feed/", views.feed, name="feed"),
    path("category/<slug:slug>/", views.category, name="category"),
    path("author/<slug:slug>/", views.author, name="author"),
    path("tag/<slug:slug>/", views.tag, name="tag"),
    path("category/<slug:slug>/feed/", views.category_feed, name="category_feed"),
    path("<slug:slug>/", views.post, name="post"),
]

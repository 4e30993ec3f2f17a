"""Where visits take place."""

from django.db import models


class Room(models.Model):
    """A room in which visits take place."""

    name = models.CharField(max_length=100, unique=True)
    slug = models.SlugField(unique=True)
    in_use = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

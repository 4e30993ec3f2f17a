"""What the pages of services, people and conditions share: a picture, and what an editor may use in a text."""

from django.db import models
from imagefield.fields import ImageField

from blog.prose import cleaning

#: What an editor may use in a service's or a therapist's text; the server keeps nothing else.
PROSE = {
    "Bold": True,
    "Italic": True,
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Heading": {"levels": [2, 3]},
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto", "tel"]},
}
clean_prose = cleaning(PROSE)


class Pictured(models.Model):
    """A picture: uploaded, or one that was drawn for the site."""

    picture = ImageField(
        upload_to="pictures/",
        blank=True,
        auto_add_fields=True,
        formats={"card": ["default", ("crop", (640, 480))], "portrait": ["default", ("crop", (480, 600))]},
    )
    drawing = models.CharField(
        max_length=200,
        blank=True,
        help_text="In place of a picture: a drawing of the site's own, as in img/people/one.svg.",
    )
    picture_text = models.CharField(
        "text for the picture",
        max_length=200,
        blank=True,
        help_text="What it shows, for people who cannot see it. Empty: it only decorates.",
    )

    class Meta:
        abstract = True

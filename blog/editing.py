"""What editors are at: pages that are open in somebody's browser, and unsaved pages that are shown to a colleague."""

import datetime

from django.conf import settings
from django.db import models

from flexclinic.lib import clock


class Snapshot(models.Model):
    """A page as somebody had typed it without saving, for those who have its link, until it expires."""

    content_type = models.ForeignKey("contenttypes.ContentType", on_delete=models.CASCADE, related_name="+")
    object_id = models.BigIntegerField(null=True, help_text="Empty: the page has never been saved.")
    rows = models.JSONField(help_text="The page and its blocks as Django's serializer writes them.")
    made_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["content_type", "object_id"], name="blog_snapshot_of_page")]

    def __str__(self) -> str:
        return f"snapshot of {self.made_at:%Y-%m-%d %H:%M}"


class OpenPage(models.Model):
    """Somebody has a page open to change it."""

    #: Who has not shown themselves for so long has gone away.
    LASTS = datetime.timedelta(hours=2)

    content_type = models.ForeignKey("contenttypes.ContentType", on_delete=models.CASCADE, related_name="+")
    object_id = models.BigIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    opened_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "user"], name="blog_open_once_by_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.content_type_id}/{self.object_id}"

import django.core.validators
import django.db.models.deletion
import flexclinic.lib.clock
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("blog", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Room",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, unique=True)),
                ("slug", models.SlugField(unique=True)),
                ("in_use", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Service",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                (
                    "slug",
                    models.SlugField(
                        help_text="The page's address. Links to the old one break when it changes.",
                        max_length=200,
                        unique=True,
                    ),
                ),
                (
                    "summary",
                    models.TextField(
                        help_text="One or two sentences, shown in lists and search results.", max_length=300
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("live", "Live")], default="draft", max_length=10
                    ),
                ),
                (
                    "publish_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Left empty, a page that is set live shows from now on.",
                        null=True,
                        verbose_name="publish from",
                    ),
                ),
                ("expire_at", models.DateTimeField(blank=True, null=True, verbose_name="publish until")),
                ("reviewed_on", models.DateField(blank=True, null=True)),
                ("next_review_on", models.DateField(blank=True, null=True, verbose_name="next review")),
                (
                    "seo_title",
                    models.CharField(
                        blank=True,
                        help_text="Left empty, the title.",
                        max_length=70,
                        verbose_name="title for search engines",
                    ),
                ),
                (
                    "seo_description",
                    models.CharField(
                        blank=True,
                        help_text="Left empty, the summary.",
                        max_length=160,
                        verbose_name="description for search engines",
                    ),
                ),
                ("created_at", models.DateTimeField(default=flexclinic.lib.clock.now, editable=False)),
                ("updated_at", models.DateTimeField(default=flexclinic.lib.clock.now, editable=False)),
                (
                    "picture",
                    models.ImageField(
                        blank=True,
                        height_field="picture_height",
                        upload_to="pictures/",
                        width_field="picture_width",
                    ),
                ),
                (
                    "drawing",
                    models.CharField(
                        blank=True,
                        help_text="In place of a picture: a drawing of the site's own, as in img/people/one.svg.",
                        max_length=200,
                    ),
                ),
                (
                    "picture_text",
                    models.CharField(
                        blank=True,
                        help_text="What it shows, for people who cannot see it. Empty: it only decorates.",
                        max_length=200,
                        verbose_name="text for the picture",
                    ),
                ),
                ("picture_width", models.PositiveIntegerField(blank=True, editable=False, null=True)),
                ("picture_height", models.PositiveIntegerField(blank=True, editable=False, null=True)),
                ("picture_ppoi", models.CharField(default="0.5x0.5", max_length=20)),
                ("body", models.TextField(blank=True)),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                (
                    "reviewer",
                    models.ForeignKey(
                        blank=True,
                        help_text="The licensed clinician who checked what the page says.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="blog.author",
                        verbose_name="medical reviewer",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "title"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ServiceOption",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(help_text="As in First visit, 60 minutes.", max_length=100)),
                ("slug", models.SlugField(help_text="In the address: /book/…/", unique=True)),
                (
                    "minutes",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(5),
                            django.core.validators.MaxValueValidator(600),
                        ]
                    ),
                ),
                (
                    "price",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=8,
                        validators=[django.core.validators.MinValueValidator(Decimal("0"))],
                    ),
                ),
                (
                    "buffer_before",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="Minutes that stay free before the visit.",
                        validators=[django.core.validators.MaxValueValidator(240)],
                    ),
                ),
                (
                    "buffer_after",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="Minutes that stay free after the visit.",
                        validators=[django.core.validators.MaxValueValidator(240)],
                    ),
                ),
                (
                    "booking",
                    models.CharField(
                        choices=[("instant", "Booked at once"), ("request", "Asked for; the desk confirms")],
                        default="request",
                        max_length=10,
                    ),
                ),
                (
                    "clientele",
                    models.CharField(
                        choices=[
                            ("everyone", "Everyone"),
                            ("new", "New patients only"),
                            ("returning", "Returning patients only"),
                        ],
                        default="everyone",
                        max_length=10,
                        verbose_name="for",
                    ),
                ),
                (
                    "lead_minutes",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Minutes. Empty: as the booking policy says.",
                        null=True,
                        verbose_name="notice",
                    ),
                ),
                (
                    "horizon_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Days. Empty: as the booking policy says.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(730)],
                        verbose_name="how far ahead",
                    ),
                ),
                ("bookable", models.BooleanField(default=True, verbose_name="can be booked")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                (
                    "rooms",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Where it can be. None chosen: it needs no room.",
                        related_name="options",
                        to="services.room",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="options",
                        to="services.service",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "minutes", "name"],
            },
        ),
        migrations.CreateModel(
            name="Therapist",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                (
                    "slug",
                    models.SlugField(
                        help_text="The page's address. Links to the old one break when it changes.",
                        max_length=200,
                        unique=True,
                    ),
                ),
                (
                    "summary",
                    models.TextField(
                        help_text="One or two sentences, shown in lists and search results.", max_length=300
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("live", "Live")], default="draft", max_length=10
                    ),
                ),
                (
                    "publish_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Left empty, a page that is set live shows from now on.",
                        null=True,
                        verbose_name="publish from",
                    ),
                ),
                ("expire_at", models.DateTimeField(blank=True, null=True, verbose_name="publish until")),
                ("reviewed_on", models.DateField(blank=True, null=True)),
                ("next_review_on", models.DateField(blank=True, null=True, verbose_name="next review")),
                (
                    "seo_title",
                    models.CharField(
                        blank=True,
                        help_text="Left empty, the title.",
                        max_length=70,
                        verbose_name="title for search engines",
                    ),
                ),
                (
                    "seo_description",
                    models.CharField(
                        blank=True,
                        help_text="Left empty, the summary.",
                        max_length=160,
                        verbose_name="description for search engines",
                    ),
                ),
                ("created_at", models.DateTimeField(default=flexclinic.lib.clock.now, editable=False)),
                ("updated_at", models.DateTimeField(default=flexclinic.lib.clock.now, editable=False)),
                (
                    "picture",
                    models.ImageField(
                        blank=True,
                        height_field="picture_height",
                        upload_to="pictures/",
                        width_field="picture_width",
                    ),
                ),
                (
                    "drawing",
                    models.CharField(
                        blank=True,
                        help_text="In place of a picture: a drawing of the site's own, as in img/people/one.svg.",
                        max_length=200,
                    ),
                ),
                (
                    "picture_text",
                    models.CharField(
                        blank=True,
                        help_text="What it shows, for people who cannot see it. Empty: it only decorates.",
                        max_length=200,
                        verbose_name="text for the picture",
                    ),
                ),
                ("picture_width", models.PositiveIntegerField(blank=True, editable=False, null=True)),
                ("picture_height", models.PositiveIntegerField(blank=True, editable=False, null=True)),
                ("picture_ppoi", models.CharField(default="0.5x0.5", max_length=20)),
                (
                    "role",
                    models.CharField(
                        blank=True, help_text="As in Neuromuscular massage therapist.", max_length=100
                    ),
                ),
                ("bio", models.TextField(blank=True)),
                ("bookable", models.BooleanField(default=True, verbose_name="can be booked")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                (
                    "options",
                    models.ManyToManyField(
                        blank=True, related_name="therapists", to="services.serviceoption"
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        blank=True,
                        help_text="The licensed clinician who checked what the page says.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="blog.author",
                        verbose_name="medical reviewer",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "title"],
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "draft"), ("publish_at__isnull", False), _connector="OR"),
                name="services_service_live_has_publish_at",
                violation_error_message="A live page needs the moment from which it shows.",
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expire_at", None),
                    ("publish_at", None),
                    ("expire_at__gt", models.F("publish_at")),
                    _connector="OR",
                ),
                name="services_service_expires_after_publishing",
                violation_error_message="“Publish until” must be later than “publish from”.",
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reviewed_on", None), ("reviewer", None)),
                    models.Q(("reviewed_on__isnull", False), ("reviewer__isnull", False)),
                    _connector="OR",
                ),
                name="services_service_review_has_who_and_when",
                violation_error_message="A review needs both the reviewer and the day.",
            ),
        ),
        migrations.AddConstraint(
            model_name="serviceoption",
            constraint=models.CheckConstraint(
                condition=models.Q(("minutes__gte", 5), ("minutes__lte", 600)), name="option_minutes_in_range"
            ),
        ),
        migrations.AddConstraint(
            model_name="serviceoption",
            constraint=models.CheckConstraint(
                condition=models.Q(("buffer_after__lte", 240), ("buffer_before__lte", 240)),
                name="option_buffers_in_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="therapist",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "draft"), ("publish_at__isnull", False), _connector="OR"),
                name="services_therapist_live_has_publish_at",
                violation_error_message="A live page needs the moment from which it shows.",
            ),
        ),
        migrations.AddConstraint(
            model_name="therapist",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expire_at", None),
                    ("publish_at", None),
                    ("expire_at__gt", models.F("publish_at")),
                    _connector="OR",
                ),
                name="services_therapist_expires_after_publishing",
                violation_error_message="“Publish until” must be later than “publish from”.",
            ),
        ),
        migrations.AddConstraint(
            model_name="therapist",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reviewed_on", None), ("reviewer", None)),
                    models.Q(("reviewed_on__isnull", False), ("reviewer__isnull", False)),
                    _connector="OR",
                ),
                name="services_therapist_review_has_who_and_when",
                violation_error_message="A review needs both the reviewer and the day.",
            ),
        ),
    ]

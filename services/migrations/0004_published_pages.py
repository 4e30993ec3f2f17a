"""Author, sources, editions and pictures for sharing of services and therapists. Each new column has a default or may be empty."""

import blog.sources
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('blog', '0002_published_pages'),
        ('services', '0003_therapists_sign_in'),
    ]

    operations = [
        migrations.AddField(
            model_name='service',
            name='author',
            field=models.ForeignKey(blank=True, help_text='Who wrote the page. It may be empty.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='blog.author'),
        ),
        migrations.AddField(
            model_name='service',
            name='edition',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, help_text='How often the page has been saved.'),
        ),
        migrations.AddField(
            model_name='service',
            name='preview_round',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False, help_text='Links to previews of an earlier round are void.'),
        ),
        migrations.AddField(
            model_name='service',
            name='social_picture',
            field=models.ImageField(blank=True, db_default='', height_field='social_picture_height', help_text="Shown where somebody shares the page's address. Best at 1200 by 630 pixels. Left empty, the clinic's own.", upload_to='social/', verbose_name='picture for sharing', width_field='social_picture_width'),
        ),
        migrations.AddField(
            model_name='service',
            name='social_picture_height',
            field=models.PositiveIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='service',
            name='social_picture_width',
            field=models.PositiveIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='service',
            name='sources',
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list, help_text='What the page relies on, in the order of their numbers.', validators=[blog.sources.validate]),
        ),
        migrations.AddField(
            model_name='therapist',
            name='author',
            field=models.ForeignKey(blank=True, help_text='Who wrote the page. It may be empty.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='blog.author'),
        ),
        migrations.AddField(
            model_name='therapist',
            name='edition',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, help_text='How often the page has been saved.'),
        ),
        migrations.AddField(
            model_name='therapist',
            name='preview_round',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False, help_text='Links to previews of an earlier round are void.'),
        ),
        migrations.AddField(
            model_name='therapist',
            name='social_picture',
            field=models.ImageField(blank=True, db_default='', height_field='social_picture_height', help_text="Shown where somebody shares the page's address. Best at 1200 by 630 pixels. Left empty, the clinic's own.", upload_to='social/', verbose_name='picture for sharing', width_field='social_picture_width'),
        ),
        migrations.AddField(
            model_name='therapist',
            name='social_picture_height',
            field=models.PositiveIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='therapist',
            name='social_picture_width',
            field=models.PositiveIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='therapist',
            name='sources',
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list, help_text='What the page relies on, in the order of their numbers.', validators=[blog.sources.validate]),
        ),
        migrations.AlterField(
            model_name='service',
            name='slug',
            field=models.SlugField(help_text="The end of the page's address. When you change it, the old address leads to the new one.", max_length=200, unique=True),
        ),
        migrations.AlterField(
            model_name='therapist',
            name='slug',
            field=models.SlugField(help_text="The end of the page's address. When you change it, the old address leads to the new one.", max_length=200, unique=True),
        ),
    ]

"""Pages about the clinic, tags, sources, editions, former addresses and previews. Each new column has a default in the database."""

import blog.pictures
import blog.sources
import django.db.models.deletion
import flexclinic.lib.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('blog', '0001_initial'),
        ('contenttypes', '0002_remove_content_type_name'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Tag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, unique=True)),
                ('slug', models.SlugField(max_length=60, unique=True)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.AddField(
            model_name='post',
            name='edition',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, help_text='How often the page has been saved.'),
        ),
        migrations.AddField(
            model_name='post',
            name='preview_round',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False, help_text='Links to previews of an earlier round are void.'),
        ),
        migrations.AddField(
            model_name='post',
            name='social_picture',
            field=models.ImageField(blank=True, db_default='', height_field='social_picture_height', help_text="Shown where somebody shares the page's address. Best at 1200 by 630 pixels. Left empty, the clinic's own.", upload_to='social/', verbose_name='picture for sharing', width_field='social_picture_width'),
        ),
        migrations.AddField(
            model_name='post',
            name='social_picture_height',
            field=models.PositiveIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='post',
            name='social_picture_width',
            field=models.PositiveIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='post',
            name='sources',
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list, help_text='What the page relies on, in the order of their numbers.', validators=[blog.sources.validate]),
        ),
        migrations.AlterField(
            model_name='post',
            name='slug',
            field=models.SlugField(help_text="The end of the page's address. When you change it, the old address leads to the new one.", max_length=200, unique=True),
        ),
        migrations.CreateModel(
            name='Page',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=200)),
                ('slug', models.SlugField(help_text="The end of the page's address. When you change it, the old address leads to the new one.", max_length=200, unique=True)),
                ('summary', models.TextField(help_text='One or two sentences, shown in lists and search results.', max_length=300)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('live', 'Live')], default='draft', max_length=10)),
                ('publish_at', models.DateTimeField(blank=True, help_text='Left empty, a page that is set live shows from now on.', null=True, verbose_name='publish from')),
                ('expire_at', models.DateTimeField(blank=True, null=True, verbose_name='publish until')),
                ('reviewed_on', models.DateField(blank=True, null=True)),
                ('next_review_on', models.DateField(blank=True, null=True, verbose_name='next review')),
                ('sources', models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list, help_text='What the page relies on, in the order of their numbers.', validators=[blog.sources.validate])),
                ('seo_title', models.CharField(blank=True, help_text='Left empty, the title.', max_length=70, verbose_name='title for search engines')),
                ('seo_description', models.CharField(blank=True, help_text='Left empty, the summary.', max_length=160, verbose_name='description for search engines')),
                ('social_picture', models.ImageField(blank=True, db_default='', height_field='social_picture_height', help_text="Shown where somebody shares the page's address. Best at 1200 by 630 pixels. Left empty, the clinic's own.", upload_to='social/', verbose_name='picture for sharing', width_field='social_picture_width')),
                ('social_picture_width', models.PositiveIntegerField(blank=True, editable=False, null=True)),
                ('social_picture_height', models.PositiveIntegerField(blank=True, editable=False, null=True)),
                ('edition', models.PositiveIntegerField(db_default=1, default=1, editable=False, help_text='How often the page has been saved.')),
                ('preview_round', models.PositiveIntegerField(db_default=0, default=0, editable=False, help_text='Links to previews of an earlier round are void.')),
                ('created_at', models.DateTimeField(default=flexclinic.lib.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=flexclinic.lib.clock.now, editable=False)),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('author', models.ForeignKey(blank=True, help_text='Who wrote the page. It may be empty.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='blog.author')),
                ('reviewer', models.ForeignKey(blank=True, help_text='The licensed clinician who checked what the page says.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='blog.author', verbose_name='medical reviewer')),
            ],
            options={
                'ordering': ['position', 'title'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PageCallToBook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('heading', models.CharField(default='Would you like to come?', max_length=120)),
                ('text', models.TextField(blank=True, max_length=400)),
                ('label', models.CharField(default='Book a visit', max_length=40, verbose_name='words on the button')),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='blog.page')),
            ],
            options={
                'verbose_name': 'call to book',
                'verbose_name_plural': 'calls to book',
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PageCareCard',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('urgency', models.CharField(choices=[('emergency', 'Emergency: call now'), ('urgent', 'Urgent: the same day'), ('ask', 'Ask a doctor first')], max_length=10)),
                ('signs', models.TextField(help_text='One sign a line. Each goes on from “… if:”.', max_length=1500)),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='blog.page')),
            ],
            options={
                'verbose_name': 'care card',
                'verbose_name_plural': 'care cards',
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PageFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('picture', models.CharField(choices=blog.pictures.drawings, max_length=200)),
                ('alternative_text', models.CharField(blank=True, help_text='What the picture shows, for people who cannot see it.', max_length=300)),
                ('decorative', models.BooleanField(default=False, help_text='The picture says nothing that the text does not say.')),
                ('caption', models.CharField(blank=True, max_length=300)),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='blog.page')),
            ],
            options={
                'verbose_name': 'figure',
                'verbose_name_plural': 'figures',
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PageRichText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField()),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='blog.page')),
            ],
            options={
                'verbose_name': 'text',
                'verbose_name_plural': 'text',
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Snapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_id', models.BigIntegerField(help_text='Empty: the page has never been saved.', null=True)),
                ('rows', models.JSONField(help_text="The page and its blocks as Django's serializer writes them.")),
                ('made_at', models.DateTimeField(default=flexclinic.lib.clock.now)),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='contenttypes.contenttype')),
            ],
        ),
        migrations.AddField(
            model_name='post',
            name='tags',
            field=models.ManyToManyField(blank=True, related_name='posts', to='blog.tag'),
        ),
        migrations.CreateModel(
            name='FormerAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(max_length=500, unique=True)),
                ('object_id', models.BigIntegerField()),
                ('noted_at', models.DateTimeField(default=flexclinic.lib.clock.now)),
                ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='contenttypes.contenttype')),
            ],
            options={
                'indexes': [models.Index(fields=['content_type', 'object_id'], name='blog_former_of_page')],
            },
        ),
        migrations.CreateModel(
            name='OpenPage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_id', models.BigIntegerField()),
                ('opened_at', models.DateTimeField(default=flexclinic.lib.clock.now)),
                ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='contenttypes.contenttype')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('content_type', 'object_id', 'user'), name='blog_open_once_by_each')],
            },
        ),
        migrations.AddConstraint(
            model_name='page',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'draft'), ('publish_at__isnull', False), _connector='OR'), name='blog_page_live_has_publish_at', violation_error_message='A live page needs the moment from which it shows.'),
        ),
        migrations.AddConstraint(
            model_name='page',
            constraint=models.CheckConstraint(condition=models.Q(('expire_at', None), ('publish_at', None), ('expire_at__gt', models.F('publish_at')), _connector='OR'), name='blog_page_expires_after_publishing', violation_error_message='“Publish until” must be later than “publish from”.'),
        ),
        migrations.AddConstraint(
            model_name='page',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reviewed_on', None), ('reviewer', None)), models.Q(('reviewed_on__isnull', False), ('reviewer__isnull', False)), _connector='OR'), name='blog_page_review_has_who_and_when', violation_error_message='A review needs both the reviewer and the day.'),
        ),
        migrations.AddConstraint(
            model_name='pagefigure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('alternative_text', ''), ('decorative', True)), models.Q(('decorative', False), models.Q(('alternative_text', ''), _negated=True)), _connector='OR'), name='blog_pagefigure_has_text_or_is_decorative', violation_error_message='Describe the picture, or say that it is decorative.'),
        ),
        migrations.AddIndex(
            model_name='snapshot',
            index=models.Index(fields=['content_type', 'object_id'], name='blog_snapshot_of_page'),
        ),
    ]

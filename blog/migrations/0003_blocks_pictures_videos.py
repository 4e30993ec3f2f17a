"""More kinds of block for posts, and the library of pictures and videos. The version before goes on with what it knows."""

import blog.pictures
import django.core.validators
import django.db.models.deletion
import flexclinic.lib.clock
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('blog', '0002_published_pages'),
    ]

    operations = [
        migrations.CreateModel(
            name='Picture',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='To find it by. Visitors do not see it.', max_length=120)),
                ('alternative_text', models.CharField(blank=True, help_text='What the picture shows, for people who cannot see it. A page may say it in its own words.', max_length=300)),
                ('credit', models.CharField(blank=True, help_text='Who made it, shown beside it.', max_length=200)),
                ('focal_x', models.PositiveSmallIntegerField(default=50, help_text='In percent: what stays in sight when the picture is cropped.', validators=[django.core.validators.MaxValueValidator(100)], verbose_name='focus from the left')),
                ('focal_y', models.PositiveSmallIntegerField(default=50, help_text='In percent.', validators=[django.core.validators.MaxValueValidator(100)], verbose_name='focus from the top')),
                ('folder', models.CharField(editable=False, max_length=32, unique=True)),
                ('width', models.PositiveIntegerField(editable=False)),
                ('height', models.PositiveIntegerField(editable=False)),
                ('added_at', models.DateTimeField(default=flexclinic.lib.clock.now, editable=False)),
            ],
            options={
                'ordering': ['-added_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='PostDoDont',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('heading', models.CharField(blank=True, max_length=120)),
                ('do', models.TextField(help_text='One a line. Each goes on from “Do”.', max_length=1500)),
                ('dont', models.TextField(help_text='One a line. Each goes on from “Don’t”.', max_length=1500, verbose_name="don't")),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
            ],
            options={
                'verbose_name': "do and don't",
                'verbose_name_plural': "do and don't",
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PostEvidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('about', models.CharField(help_text='As in “Massage for heel pain”.', max_length=160, verbose_name='what was asked')),
                ('certainty', models.CharField(choices=[('high', 'High: more research will hardly change it'), ('moderate', 'Moderate: more research may change it'), ('low', 'Low: more research will probably change it'), ('very_low', 'Very low: nobody can be sure'), ('none', 'None: there are no good studies')], max_length=10)),
                ('found', models.TextField(help_text='An empty line starts a new paragraph.', max_length=1500, verbose_name='what was found')),
                ('what_else_works', models.TextField(blank=True, help_text='One a line, as in “Stretching and strengthening”.', max_length=1500)),
                ('sources', models.TextField(blank=True, help_text='One a line: the number of one of the page’s sources, or words with an address, as in “Cochrane 2024 https://…”.', max_length=2000)),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
            ],
            options={
                'verbose_name': 'evidence',
                'verbose_name_plural': 'evidence',
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PostFreeTimes',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('heading', models.CharField(default='First free times', max_length=120)),
                ('option', models.SlugField(db_index=False, max_length=200, verbose_name='of')),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
            ],
            options={
                'verbose_name': 'free times',
                'verbose_name_plural': 'free times',
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PostMuscleFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('muscle', models.SlugField(db_index=False, max_length=200)),
                ('caption', models.CharField(blank=True, max_length=300)),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
            ],
            options={
                'verbose_name': 'muscle figure',
                'verbose_name_plural': 'muscle figures',
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PostQuestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('question', models.CharField(max_length=200)),
                ('answer', models.TextField()),
                ('folded', models.BooleanField(default=True, help_text='The answer opens when somebody chooses the question. Off: both stand in the text.')),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
            ],
            options={
                'verbose_name': 'question and answer',
                'verbose_name_plural': 'questions and answers',
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PostVideo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('caption', models.CharField(blank=True, max_length=300, verbose_name='words under the video')),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
            ],
            options={
                'verbose_name': 'video',
                'verbose_name_plural': 'videos',
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Video',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='What the video shows. Visitors see it.', max_length=120, verbose_name='title')),
                ('transcript', models.TextField(help_text='Everything that is said, and what is seen that matters. An empty line starts a new paragraph.', max_length=20000)),
                ('folder', models.CharField(editable=False, max_length=32, unique=True)),
                ('kind', models.CharField(choices=[('mp4', 'MP4'), ('webm', 'WebM')], editable=False, max_length=4)),
                ('size', models.PositiveBigIntegerField(editable=False, help_text='Bytes.')),
                ('added_at', models.DateTimeField(default=flexclinic.lib.clock.now, editable=False)),
            ],
            options={
                'ordering': ['-added_at', '-pk'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='postfigure',
            name='blog_postfigure_has_text_or_is_decorative',
        ),
        migrations.AlterField(
            model_name='postfigure',
            name='alternative_text',
            field=models.CharField(blank=True, help_text='What it shows, for people who cannot see it. Empty: the uploaded picture’s own text.', max_length=300),
        ),
        migrations.AlterField(
            model_name='postfigure',
            name='picture',
            field=models.CharField(blank=True, choices=blog.pictures.drawings, max_length=200, verbose_name='drawing'),
        ),
        migrations.AddConstraint(
            model_name='picture',
            constraint=models.CheckConstraint(condition=models.Q(('focal_x__lte', 100), ('focal_y__lte', 100)), name='picture_focus_is_inside'),
        ),
        migrations.AddField(
            model_name='postfigure',
            name='upload',
            field=models.ForeignKey(blank=True, help_text='In place of a drawing.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='blog.picture', verbose_name='uploaded picture'),
        ),
        migrations.AddConstraint(
            model_name='postfigure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('alternative_text', ''), ('decorative', True)), models.Q(('decorative', False), models.Q(models.Q(('alternative_text', ''), _negated=True), ('upload__isnull', False), _connector='OR')), _connector='OR'), name='blog_postfigure_has_text_or_is_decorative', violation_error_message='Describe the picture, or say that it is decorative.'),
        ),
        migrations.AddConstraint(
            model_name='postfigure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('picture', ''), ('upload__isnull', False)), models.Q(models.Q(('picture', ''), _negated=True), ('upload', None)), _connector='OR'), name='blog_postfigure_shows_one_picture', violation_error_message='Choose a drawing or an uploaded picture, one of the two.'),
        ),
        migrations.AddField(
            model_name='postdodont',
            name='parent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='blog.post'),
        ),
        migrations.AddField(
            model_name='postevidence',
            name='parent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='blog.post'),
        ),
        migrations.AddField(
            model_name='postfreetimes',
            name='parent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='blog.post'),
        ),
        migrations.AddField(
            model_name='postmusclefigure',
            name='parent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='blog.post'),
        ),
        migrations.AddField(
            model_name='postquestion',
            name='parent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='blog.post'),
        ),
        migrations.AddField(
            model_name='postvideo',
            name='parent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='blog.post'),
        ),
        migrations.AddField(
            model_name='video',
            name='still',
            field=models.ForeignKey(blank=True, help_text='The picture that stands there before the video plays.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='blog.picture'),
        ),
        migrations.AddField(
            model_name='postvideo',
            name='video',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='blog.video'),
        ),
    ]

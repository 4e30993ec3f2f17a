"""The places of the body map with their muscles, and the pages on trigger points with their blocks: new tables only."""

import blog.pictures
import django.db.models.deletion
import flexclinic.lib.clock
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('blog', '0003_blocks_pictures_videos'),
        ('services', '0005_conditions_and_muscles'),
    ]

    operations = [
        migrations.CreateModel(
            name='Explainer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=200)),
                ('slug', models.SlugField(help_text="The page's address. Links to the old one break when it changes.", max_length=200, unique=True)),
                ('summary', models.TextField(help_text='One or two sentences, shown in lists and search results.', max_length=300)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('live', 'Live')], default='draft', max_length=10)),
                ('publish_at', models.DateTimeField(blank=True, help_text='Left empty, a page that is set live shows from now on.', null=True, verbose_name='publish from')),
                ('expire_at', models.DateTimeField(blank=True, null=True, verbose_name='publish until')),
                ('reviewed_on', models.DateField(blank=True, null=True)),
                ('next_review_on', models.DateField(blank=True, null=True, verbose_name='next review')),
                ('seo_title', models.CharField(blank=True, help_text='Left empty, the title.', max_length=70, verbose_name='title for search engines')),
                ('seo_description', models.CharField(blank=True, help_text='Left empty, the summary.', max_length=160, verbose_name='description for search engines')),
                ('created_at', models.DateTimeField(default=flexclinic.lib.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=flexclinic.lib.clock.now, editable=False)),
                ('position', models.PositiveSmallIntegerField(default=0, help_text='The page with the lowest number has the address /trigger-points/.', verbose_name='order')),
                ('reviewer', models.ForeignKey(blank=True, help_text='The licensed clinician who checked what the page says.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='blog.author', verbose_name='medical reviewer')),
            ],
            options={
                'verbose_name': 'page on trigger points',
                'verbose_name_plural': 'pages on trigger points',
                'ordering': ['position', 'title'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ExplainerCallToBook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('heading', models.CharField(default='Would you like to come?', max_length=120)),
                ('text', models.TextField(blank=True, max_length=400)),
                ('label', models.CharField(default='Book a visit', max_length=40, verbose_name='words on the button')),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='services.explainer')),
            ],
            options={
                'verbose_name': 'call to book',
                'verbose_name_plural': 'calls to book',
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ExplainerCareCard',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('urgency', models.CharField(choices=[('emergency', 'Emergency: call now'), ('urgent', 'Urgent: the same day'), ('ask', 'Ask a doctor first')], max_length=10)),
                ('signs', models.TextField(help_text='One sign a line. Each goes on from “… if:”.', max_length=1500)),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='services.explainer')),
            ],
            options={
                'verbose_name': 'care card',
                'verbose_name_plural': 'care cards',
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ExplainerDoDont',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('heading', models.CharField(blank=True, max_length=120)),
                ('do', models.TextField(help_text='One a line. Each goes on from “Do”.', max_length=1500)),
                ('dont', models.TextField(help_text='One a line. Each goes on from “Don’t”.', max_length=1500, verbose_name="don't")),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='services.explainer')),
            ],
            options={
                'verbose_name': "do and don't",
                'verbose_name_plural': "do and don't",
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ExplainerEvidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('about', models.CharField(help_text='As in “Massage for heel pain”.', max_length=160, verbose_name='what was asked')),
                ('certainty', models.CharField(choices=[('high', 'High: more research will hardly change it'), ('moderate', 'Moderate: more research may change it'), ('low', 'Low: more research will probably change it'), ('very_low', 'Very low: nobody can be sure'), ('none', 'None: there are no good studies')], max_length=10)),
                ('found', models.TextField(help_text='An empty line starts a new paragraph.', max_length=1500, verbose_name='what was found')),
                ('what_else_works', models.TextField(blank=True, help_text='One a line, as in “Stretching and strengthening”.', max_length=1500)),
                ('sources', models.TextField(blank=True, help_text='One a line: the number of one of the page’s sources, or words with an address, as in “Cochrane 2024 https://…”.', max_length=2000)),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='services.explainer')),
            ],
            options={
                'verbose_name': 'evidence',
                'verbose_name_plural': 'evidence',
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ExplainerFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('picture', models.CharField(blank=True, choices=blog.pictures.drawings, max_length=200, verbose_name='drawing')),
                ('alternative_text', models.CharField(blank=True, help_text='What it shows, for people who cannot see it. Empty: the uploaded picture’s own text.', max_length=300)),
                ('decorative', models.BooleanField(default=False, help_text='The picture says nothing that the text does not say.')),
                ('caption', models.CharField(blank=True, max_length=300)),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='services.explainer')),
                ('upload', models.ForeignKey(blank=True, help_text='In place of a drawing.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='blog.picture', verbose_name='uploaded picture')),
            ],
            options={
                'verbose_name': 'figure',
                'verbose_name_plural': 'figures',
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ExplainerFreeTimes',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('heading', models.CharField(default='First free times', max_length=120)),
                ('option', models.SlugField(db_index=False, max_length=200, verbose_name='of')),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='services.explainer')),
            ],
            options={
                'verbose_name': 'free times',
                'verbose_name_plural': 'free times',
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ExplainerMuscleFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('muscle', models.SlugField(db_index=False, max_length=200)),
                ('caption', models.CharField(blank=True, max_length=300)),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='services.explainer')),
            ],
            options={
                'verbose_name': 'muscle figure',
                'verbose_name_plural': 'muscle figures',
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ExplainerQuestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('question', models.CharField(max_length=200)),
                ('answer', models.TextField()),
                ('folded', models.BooleanField(default=True, help_text='The answer opens when somebody chooses the question. Off: both stand in the text.')),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='services.explainer')),
            ],
            options={
                'verbose_name': 'question and answer',
                'verbose_name_plural': 'questions and answers',
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ExplainerRichText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField()),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='services.explainer')),
            ],
            options={
                'verbose_name': 'text',
                'verbose_name_plural': 'text',
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ExplainerVideo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('caption', models.CharField(blank=True, max_length=300, verbose_name='words under the video')),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='services.explainer')),
                ('video', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='blog.video')),
            ],
            options={
                'verbose_name': 'video',
                'verbose_name_plural': 'videos',
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Zone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=200)),
                ('slug', models.SlugField(help_text="The page's address. Links to the old one break when it changes.", max_length=200, unique=True)),
                ('summary', models.TextField(help_text='One or two sentences, shown in lists and search results.', max_length=300)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('live', 'Live')], default='draft', max_length=10)),
                ('publish_at', models.DateTimeField(blank=True, help_text='Left empty, a page that is set live shows from now on.', null=True, verbose_name='publish from')),
                ('expire_at', models.DateTimeField(blank=True, null=True, verbose_name='publish until')),
                ('reviewed_on', models.DateField(blank=True, null=True)),
                ('next_review_on', models.DateField(blank=True, null=True, verbose_name='next review')),
                ('seo_title', models.CharField(blank=True, help_text='Left empty, the title.', max_length=70, verbose_name='title for search engines')),
                ('seo_description', models.CharField(blank=True, help_text='Left empty, the summary.', max_length=160, verbose_name='description for search engines')),
                ('created_at', models.DateTimeField(default=flexclinic.lib.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=flexclinic.lib.clock.now, editable=False)),
                ('region', models.CharField(choices=[('head', 'Head and neck'), ('shoulder', 'Shoulder, chest and upper back'), ('arm', 'Arm and hand'), ('hip', 'Lower back and hip'), ('leg', 'Leg and knee'), ('foot', 'Calf and foot')], max_length=10, verbose_name='part of the body')),
                ('else_could_be', models.TextField(blank=True, help_text='One a line.', max_length=700, verbose_name='what else it could be')),
                ('emergency_signs', models.TextField(blank=True, help_text='One a line. Each goes on from “Call the emergency number if:”.', max_length=700)),
                ('urgent_signs', models.TextField(blank=True, help_text='One a line. Each goes on from “Get medical help today if:”.', max_length=700)),
                ('ask_signs', models.TextField(blank=True, help_text='One a line. Each goes on from “Ask your doctor first if:”.', max_length=700, verbose_name='signs to ask about')),
                ('position', models.PositiveSmallIntegerField(default=0, help_text='From the head down.', verbose_name='order')),
                ('option', models.ForeignKey(blank=True, help_text='The visit whose first free times the page shows. Empty: a first visit.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='zones', to='services.serviceoption', verbose_name='what we offer')),
                ('reviewer', models.ForeignKey(blank=True, help_text='The licensed clinician who checked what the page says.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='blog.author', verbose_name='medical reviewer')),
            ],
            options={
                'verbose_name': 'place on the body map',
                'verbose_name_plural': 'places on the body map',
                'ordering': ['position', 'title'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ZoneMuscle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('likelihood', models.CharField(choices=[('1', 'Common'), ('2', 'Sometimes'), ('3', 'Less often')], default='2', max_length=1, verbose_name='how often')),
                ('position', models.PositiveSmallIntegerField(default=0, help_text='Among those as likely.', verbose_name='order')),
                ('muscle', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='felt_in', to='services.muscle')),
                ('zone', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='felt', to='services.zone')),
            ],
            options={
                'verbose_name': 'muscle',
                'ordering': ['likelihood', 'position', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='zone',
            name='muscles',
            field=models.ManyToManyField(related_name='zones', through='services.ZoneMuscle', to='services.muscle'),
        ),
        migrations.AddConstraint(
            model_name='explainer',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'draft'), ('publish_at__isnull', False), _connector='OR'), name='services_explainer_live_has_publish_at', violation_error_message='A live page needs the moment from which it shows.'),
        ),
        migrations.AddConstraint(
            model_name='explainer',
            constraint=models.CheckConstraint(condition=models.Q(('expire_at', None), ('publish_at', None), ('expire_at__gt', models.F('publish_at')), _connector='OR'), name='services_explainer_expires_after_publishing', violation_error_message='“Publish until” must be later than “publish from”.'),
        ),
        migrations.AddConstraint(
            model_name='explainer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reviewed_on', None), ('reviewer', None)), models.Q(('reviewed_on__isnull', False), ('reviewer__isnull', False)), _connector='OR'), name='services_explainer_review_has_who_and_when', violation_error_message='A review needs both the reviewer and the day.'),
        ),
        migrations.AddConstraint(
            model_name='explainerfigure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('alternative_text', ''), ('decorative', True)), models.Q(('decorative', False), models.Q(models.Q(('alternative_text', ''), _negated=True), ('upload__isnull', False), _connector='OR')), _connector='OR'), name='services_explainerfigure_has_text_or_is_decorative', violation_error_message='Describe the picture, or say that it is decorative.'),
        ),
        migrations.AddConstraint(
            model_name='explainerfigure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('picture', ''), ('upload__isnull', False)), models.Q(models.Q(('picture', ''), _negated=True), ('upload', None)), _connector='OR'), name='services_explainerfigure_shows_one_picture', violation_error_message='Choose a drawing or an uploaded picture, one of the two.'),
        ),
        migrations.AddConstraint(
            model_name='zonemuscle',
            constraint=models.UniqueConstraint(fields=('zone', 'muscle'), name='services_zonemuscle_once'),
        ),
        migrations.AddConstraint(
            model_name='zone',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'draft'), ('publish_at__isnull', False), _connector='OR'), name='services_zone_live_has_publish_at', violation_error_message='A live page needs the moment from which it shows.'),
        ),
        migrations.AddConstraint(
            model_name='zone',
            constraint=models.CheckConstraint(condition=models.Q(('expire_at', None), ('publish_at', None), ('expire_at__gt', models.F('publish_at')), _connector='OR'), name='services_zone_expires_after_publishing', violation_error_message='“Publish until” must be later than “publish from”.'),
        ),
        migrations.AddConstraint(
            model_name='zone',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reviewed_on', None), ('reviewer', None)), models.Q(('reviewed_on__isnull', False), ('reviewer__isnull', False)), _connector='OR'), name='services_zone_review_has_who_and_when', violation_error_message='A review needs both the reviewer and the day.'),
        ),
    ]

"""Conditions with their blocks, and muscles: tables that nobody reads yet."""

import blog.pictures
import django.db.models.deletion
import flexclinic.lib.clock
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('blog', '0001_initial'),
        ('services', '0003_therapists_sign_in'),
    ]

    operations = [
        migrations.CreateModel(
            name='Condition',
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
                ('sources', models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list, help_text='What the page relies on, in order.')),
                ('picture', models.ImageField(blank=True, height_field='picture_height', upload_to='pictures/', width_field='picture_width')),
                ('drawing', models.CharField(blank=True, help_text="In place of a picture: a drawing of the site's own, as in img/people/one.svg.", max_length=200)),
                ('picture_text', models.CharField(blank=True, help_text='What it shows, for people who cannot see it. Empty: it only decorates.', max_length=200, verbose_name='text for the picture')),
                ('picture_width', models.PositiveIntegerField(blank=True, editable=False, null=True)),
                ('picture_height', models.PositiveIntegerField(blank=True, editable=False, null=True)),
                ('picture_ppoi', models.CharField(default='0.5x0.5', max_length=20)),
                ('medical_term', models.CharField(blank=True, help_text='As in adhesive capsulitis.', max_length=100)),
                ('abbreviation', models.CharField(blank=True, help_text='As doctors write it: TOS, PF.', max_length=10)),
                ('other_names', models.TextField(blank=True, help_text='One a line. People search for these, too.', max_length=500)),
                ('certainty', models.CharField(choices=[('none', 'No studies worth the name'), ('very_low', 'Very low certainty'), ('low', 'Low certainty'), ('moderate', 'Moderate certainty'), ('high', 'High certainty')], default='very_low', help_text='How sure the studies can be that massage or manual therapy does something.', max_length=10, verbose_name='certainty of the evidence')),
                ('finding', models.CharField(blank=True, help_text='What the studies found, in one short sentence for the list.', max_length=200)),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('option', models.ForeignKey(blank=True, help_text='The visit whose price and first free times the page shows.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='conditions', to='services.serviceoption', verbose_name='what we offer')),
                ('posts', models.ManyToManyField(blank=True, related_name='conditions', to='blog.post', verbose_name='related posts')),
                ('related', models.ManyToManyField(blank=True, help_text='Conditions that are easily confused.', to='services.condition', verbose_name='related conditions')),
                ('reviewer', models.ForeignKey(blank=True, help_text='The licensed clinician who checked what the page says.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='blog.author', verbose_name='medical reviewer')),
            ],
            options={
                'ordering': ['position', 'title'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ConditionCallToBook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('heading', models.CharField(default='Would you like to come?', max_length=120)),
                ('text', models.TextField(blank=True, max_length=400)),
                ('label', models.CharField(default='Book a visit', max_length=40, verbose_name='words on the button')),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='services.condition')),
            ],
            options={
                'verbose_name': 'call to book',
                'verbose_name_plural': 'calls to book',
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ConditionCareCard',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('urgency', models.CharField(choices=[('emergency', 'Emergency: call now'), ('urgent', 'Urgent: the same day'), ('ask', 'Ask a doctor first')], max_length=10)),
                ('signs', models.TextField(help_text='One sign a line. Each goes on from “… if:”.', max_length=1500)),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='services.condition')),
            ],
            options={
                'verbose_name': 'care card',
                'verbose_name_plural': 'care cards',
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ConditionFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('picture', models.CharField(choices=blog.pictures.drawings, max_length=200)),
                ('alternative_text', models.CharField(blank=True, help_text='What the picture shows, for people who cannot see it.', max_length=300)),
                ('decorative', models.BooleanField(default=False, help_text='The picture says nothing that the text does not say.')),
                ('caption', models.CharField(blank=True, max_length=300)),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='services.condition')),
            ],
            options={
                'verbose_name': 'figure',
                'verbose_name_plural': 'figures',
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ConditionRichText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField()),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='services.condition')),
            ],
            options={
                'verbose_name': 'text',
                'verbose_name_plural': 'text',
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Muscle',
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
                ('sources', models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list, help_text='What the page relies on, in order.')),
                ('anatomical_name', models.CharField(help_text='As in gastrocnemius.', max_length=100)),
                ('region', models.CharField(choices=[('neck', 'Neck and top of the shoulders'), ('shoulder', 'Shoulder and chest'), ('arm', 'Forearm and hand'), ('back', 'Lower back and hip'), ('thigh', 'Thigh and knee'), ('calf', 'Calf and foot')], max_length=10, verbose_name='part of the body')),
                ('point', models.TextField(help_text='One or two sentences, from the outside.', max_length=300, verbose_name='where the tender spot lies')),
                ('referral', models.TextField(help_text='Where people say they feel it when it is pressed.', max_length=300, verbose_name='where the pain goes')),
                ('work', models.TextField(max_length=500, verbose_name='what the muscle does')),
                ('feels', models.TextField(blank=True, max_length=700, verbose_name='what people notice')),
                ('yourself', models.TextField(blank=True, help_text='One a line.', max_length=700, verbose_name='what you can try yourself')),
                ('note', models.TextField(blank=True, help_text='What else is worth knowing.', max_length=500)),
                ('caution', models.TextField(blank=True, help_text='What lies close by and must not be pressed, and by whom.', max_length=500)),
                ('else_could_be', models.TextField(blank=True, help_text='One a line.', max_length=700, verbose_name='what else it could be')),
                ('emergency_signs', models.TextField(blank=True, help_text='One a line. Each goes on from “Call the emergency number if:”.', max_length=700)),
                ('urgent_signs', models.TextField(blank=True, help_text='One a line. Each goes on from “Get medical help today if:”.', max_length=700)),
                ('ask_signs', models.TextField(blank=True, help_text='One a line. Each goes on from “Ask your doctor first if:”.', max_length=700, verbose_name='signs to ask about')),
                ('certainty', models.CharField(choices=[('none', 'No studies worth the name'), ('very_low', 'Very low certainty'), ('low', 'Low certainty'), ('moderate', 'Moderate certainty'), ('high', 'High certainty')], default='very_low', help_text="How sure anybody can be of where this muscle's pain goes.", max_length=10)),
                ('certainty_note', models.TextField(blank=True, help_text='Why, in a sentence or two.', max_length=500)),
                ('position', models.PositiveSmallIntegerField(default=0, help_text='From the head down.', verbose_name='order')),
                ('conditions', models.ManyToManyField(blank=True, related_name='muscles', to='services.condition')),
                ('reviewer', models.ForeignKey(blank=True, help_text='The licensed clinician who checked what the page says.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='blog.author', verbose_name='medical reviewer')),
            ],
            options={
                'ordering': ['position', 'title'],
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='condition',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'draft'), ('publish_at__isnull', False), _connector='OR'), name='services_condition_live_has_publish_at', violation_error_message='A live page needs the moment from which it shows.'),
        ),
        migrations.AddConstraint(
            model_name='condition',
            constraint=models.CheckConstraint(condition=models.Q(('expire_at', None), ('publish_at', None), ('expire_at__gt', models.F('publish_at')), _connector='OR'), name='services_condition_expires_after_publishing', violation_error_message='“Publish until” must be later than “publish from”.'),
        ),
        migrations.AddConstraint(
            model_name='condition',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reviewed_on', None), ('reviewer', None)), models.Q(('reviewed_on__isnull', False), ('reviewer__isnull', False)), _connector='OR'), name='services_condition_review_has_who_and_when', violation_error_message='A review needs both the reviewer and the day.'),
        ),
        migrations.AddConstraint(
            model_name='conditionfigure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('alternative_text', ''), ('decorative', True)), models.Q(('decorative', False), models.Q(('alternative_text', ''), _negated=True)), _connector='OR'), name='services_conditionfigure_has_text_or_is_decorative', violation_error_message='Describe the picture, or say that it is decorative.'),
        ),
        migrations.AddConstraint(
            model_name='muscle',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'draft'), ('publish_at__isnull', False), _connector='OR'), name='services_muscle_live_has_publish_at', violation_error_message='A live page needs the moment from which it shows.'),
        ),
        migrations.AddConstraint(
            model_name='muscle',
            constraint=models.CheckConstraint(condition=models.Q(('expire_at', None), ('publish_at', None), ('expire_at__gt', models.F('publish_at')), _connector='OR'), name='services_muscle_expires_after_publishing', violation_error_message='“Publish until” must be later than “publish from”.'),
        ),
        migrations.AddConstraint(
            model_name='muscle',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reviewed_on', None), ('reviewer', None)), models.Q(('reviewed_on__isnull', False), ('reviewer__isnull', False)), _connector='OR'), name='services_muscle_review_has_who_and_when', violation_error_message='A review needs both the reviewer and the day.'),
        ),
    ]

"""The waiting list. The old version goes on adding messages that are all of an appointment."""

import booking.models.waitlist
import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('booking', '0008_messages'),
        ('services', '0002_most_a_day'),
    ]

    operations = [
        # Everybody who books would wait behind a lock that is waited for.
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='appointment',
            name='source',
            field=models.CharField(choices=[('web', 'Website'), ('desk', 'Front desk'), ('waiting', 'Waiting list')], default='web', max_length=10),
        ),
        migrations.AlterField(
            model_name='appointmentlink',
            name='purpose',
            field=models.CharField(choices=[('appointment', "The appointment's page"), ('offer', 'The offer of a freed time')], max_length=20),
        ),
        migrations.AlterField(
            model_name='notification',
            name='appointment',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to='booking.appointment'),
        ),
        migrations.AlterField(
            model_name='notification',
            name='kind',
            field=models.CharField(choices=[('received', 'Request received'), ('confirmed', 'Confirmed'), ('series', 'Series confirmed'), ('declined', 'Declined'), ('moved', 'Moved'), ('moved_by_us', 'We had to move it'), ('cancelled', 'Cancelled'), ('first_reminder', 'First reminder'), ('second_reminder', 'Second reminder'), ('after_visit', 'After the visit'), ('link', 'Link asked for'), ('offered', 'Freed time offered'), ('given_up', 'Given up for another time'), ('waiting', 'On the waiting list')], max_length=20),
        ),
        migrations.CreateModel(
            name='WaitingPlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(default=booking.models.waitlist.new_place_reference, editable=False, max_length=11, unique=True)),
                ('weekdays', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=None)),
                ('parts', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('morning', 'Morning'), ('afternoon', 'Afternoon'), ('evening', 'Evening')], max_length=10), blank=True, default=list, size=None)),
                ('from_date', models.DateField()),
                ('until_date', models.DateField()),
                ('name', models.CharField(blank=True, max_length=200)),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('phone', models.CharField(blank=True, max_length=40)),
                ('first_visit', models.BooleanField(default=False)),
                ('consented_at', models.DateTimeField(blank=True, null=True)),
                ('consent_version', models.CharField(blank=True, max_length=20)),
                ('known_free', django.contrib.postgres.fields.ArrayField(base_field=models.DateTimeField(), blank=True, default=list, editable=False, size=None)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('offered', 'Offered a time'), ('taken', 'Took a time'), ('left', 'Left the list'), ('ended', 'Ended')], default='waiting', editable=False, max_length=10)),
                ('joined_at', models.DateTimeField(editable=False)),
                ('request_key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('appointment', models.ForeignKey(blank=True, help_text='The later appointment that they would give up.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='waiting', to='booking.appointment')),
                ('option', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='waiting', to='services.serviceoption')),
                ('therapists', models.ManyToManyField(blank=True, related_name='waiting', to='services.therapist')),
            ],
            options={
                'verbose_name': 'place on the waiting list',
                'verbose_name_plural': 'places on the waiting list',
                'ordering': ['joined_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='WaitingLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.BinaryField(max_length=32, unique=True)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='booking.waitingplace')),
            ],
            options={
                'verbose_name': 'link to a place',
                'verbose_name_plural': 'links to places',
            },
        ),
        migrations.CreateModel(
            name='Offer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('offered_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('open', 'Waiting for an answer'), ('accepted', 'Accepted'), ('declined', 'Not wanted'), ('expired', 'No answer in time'), ('withdrawn', 'Taken back by the desk')], default='open', max_length=10)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('appointment', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='offer', to='booking.appointment')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='offers', to='booking.waitingplace')),
            ],
            options={
                'ordering': ['-offered_at', '-pk'],
            },
        ),
        migrations.AddField(
            model_name='notification',
            name='place',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to='booking.waitingplace'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.UniqueConstraint(fields=('place', 'kind', 'version'), name='said_once_of_a_place'),
        ),
        AddConstraintNotValid(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('appointment__isnull', False), ('place__isnull', True)), models.Q(('appointment__isnull', True), ('place__isnull', False)), _connector='OR'), name='told_of_one_thing'),
        ),
        migrations.AddIndex(
            model_name='waitingplace',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['joined_at'], name='place_waiting'),
        ),
        migrations.AddConstraint(
            model_name='waitingplace',
            constraint=models.CheckConstraint(condition=models.Q(('appointment__isnull', False), models.Q(models.Q(('name', ''), _negated=True), models.Q(('email', ''), _negated=True)), _connector='OR'), name='place_is_somebodys'),
        ),
        migrations.AddConstraint(
            model_name='waitingplace',
            constraint=models.CheckConstraint(condition=models.Q(('until_date__gte', models.F('from_date'))), name='place_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='waitingplace',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'offered', 'taken', 'left', 'ended'])), name='place_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='waitingplace',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('waiting', 'offered'))), fields=('appointment',), name='one_open_place_an_appointment'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['expires_at'], name='offer_open'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('place',), name='one_live_offer_a_place'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'accepted', 'declined', 'expired', 'withdrawn'])), name='offer_state_is_known'),
        ),
    ]

"""What of setting up cannot be told from other rows. A new table only: the old version knows nothing of it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('booking', '0018_numbers'),
    ]

    operations = [
        migrations.CreateModel(
            name='FirstSteps',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('hidden_at', models.DateTimeField(blank=True, null=True)),
                ('messages_read_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'first steps',
                'verbose_name_plural': 'first steps',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='one_first_steps')],
            },
        ),
    ]

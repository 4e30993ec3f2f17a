"""New tables only: what the search knows of the pages, and the glossary's terms. The old version uses neither."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.functions.text
import flexclinic.lib.clock
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('blog', '0003_blocks_pictures_videos'),
    ]

    operations = [
        TrigramExtension(),
        migrations.CreateModel(
            name='Term',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, unique=True)),
                ('slug', models.SlugField(help_text='In the address: /glossary/#…', max_length=80, unique=True)),
                ('other_forms', models.TextField(blank=True, help_text='Other ways to write it, one a line: plurals, short forms, the Latin name.', max_length=500)),
                ('explanation', models.CharField(help_text='What it means, in 1 or 2 short sentences. Shown where the word stands.', max_length=300)),
                ('more', models.TextField(blank=True, help_text='Shown in the glossary, below the explanation.', verbose_name='longer text')),
                ('in_place', models.BooleanField(default=True, help_text='The first time the word stands on a page, a press on it shows the explanation.', verbose_name='explain in place')),
                ('created_at', models.DateTimeField(default=flexclinic.lib.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=flexclinic.lib.clock.now, editable=False)),
            ],
            options={
                'ordering': [django.db.models.functions.text.Lower('name')],
            },
        ),
        migrations.CreateModel(
            name='SearchEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=100)),
                ('object_id', models.BigIntegerField()),
                ('label', models.CharField(max_length=60)),
                ('address', models.CharField(max_length=500)),
                ('title', models.TextField()),
                ('names', models.TextField(blank=True)),
                ('summary', models.TextField(blank=True)),
                ('body', models.TextField(blank=True)),
                ('weight', models.FloatField(default=1)),
                ('shows_from', models.DateTimeField()),
                ('shows_until', models.DateTimeField(blank=True, null=True)),
                ('vector', models.GeneratedField(db_persist=True, expression=models.Func(models.F('title'), models.F('names'), models.F('summary'), models.F('body'), template="(setweight(to_tsvector('english'::regconfig, regexp_replace(normalize(title || ' ' || names, NFKD), '[\\u0300-\\u036f]+', '', 'g')), 'A') || setweight(to_tsvector('english'::regconfig, regexp_replace(normalize(summary, NFKD), '[\\u0300-\\u036f]+', '', 'g')), 'B') || setweight(to_tsvector('english'::regconfig, regexp_replace(normalize(body, NFKD), '[\\u0300-\\u036f]+', '', 'g')), 'C'))"), output_field=django.contrib.postgres.search.SearchVectorField())),
            ],
            options={
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['vector'], name='search_entry_words')],
                'constraints': [models.UniqueConstraint(fields=('kind', 'object_id'), name='search_entry_once')],
            },
        ),
        migrations.CreateModel(
            name='SearchWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('word', models.CharField(max_length=40, unique=True)),
            ],
            options={
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.F('word'), 'gin_trgm_ops'), name='search_word_trigrams')],
            },
        ),
    ]

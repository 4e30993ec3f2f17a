"""Callers found as they are typed: trigrams of names, numbers and addresses, built beside the diary's and the desk's work."""

import django.db.models.functions.text
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently, TrigramExtension
from django.db import migrations, models


def _expression(field, template):
    return models.Func(models.F(field), output_field=models.TextField(), template=template)


_NAME = (
    "CASE WHEN octet_length(%(expressions)s) = length(%(expressions)s) THEN lower(%(expressions)s) "
    "ELSE lower(regexp_replace(normalize(translate(%(expressions)s, 'øØłŁđĐæÆœŒıß', 'oOlLdDaAoOis'), NFKD), "
    "'[\\u0300-\\u036f]+', '', 'g')) END"
)
_DIGITS = "regexp_replace(%(expressions)s, '[^0-9]', '', 'g')"


def _trigrams(name, condition=None):
    return GinIndex(
        OpClass(_expression("name", _NAME), "gin_trgm_ops"),
        OpClass(_expression("phone", _DIGITS), "gin_trgm_ops"),
        OpClass(django.db.models.functions.text.Lower("email"), "gin_trgm_ops"),
        name=name,
        condition=condition,
        gin_pending_list_limit=256,
    )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("booking", "0015_undo_and_arrivals"),
        ("services", "0002_most_a_day"),
    ]

    operations = [
        TrigramExtension(),
        AddIndexConcurrently(model_name="patient", index=_trigrams("patient_trigrams")),
        AddIndexConcurrently(
            model_name="patient",
            index=models.Index(_expression("phone", _DIGITS), name="patient_phone_digits"),
        ),
        AddIndexConcurrently(
            model_name="patient",
            index=models.Index(django.db.models.functions.text.Lower("email"), name="patient_email_lower"),
        ),
        AddIndexConcurrently(
            model_name="appointment",
            index=_trigrams("appointment_trigrams", models.Q(("patient__isnull", True))),
        ),
    ]

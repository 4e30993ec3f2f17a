"""New rows by one plain statement each, which is written once for a model.

The ORM writes a statement anew for every row, which takes longer than PostgreSQL does to run it. `insert` leaves
that out. It is for models whose key the database gives and whose fields have their values from Python or are
computed by the database: no field that changes itself when saved (`auto_now`, files), and no signals.
"""

import functools

from django.db import connection, models


def insert(row: models.Model, *, unless_in_conflict: bool = False) -> bool:
    """Insert a row that is new, and fill in its key and what the database made up for it.

    With `unless_in_conflict` a row that violates a unique or exclusion constraint is left out: gives whether it is
    there now. Raises IntegrityError for every other violation.
    """
    model = type(row)
    values = {
        field.attname: field.get_db_prep_save(getattr(row, field.attname), connection)
        for field in _given(model)
    }
    with connection.cursor() as cursor:
        cursor.execute(_statement(model, unless_in_conflict), values)
        made = cursor.fetchone()
    if made is None:
        return False
    for field, value in zip(_made(model), made, strict=True):
        setattr(row, field.attname, value)
    row._state.adding = False
    row._state.db = connection.alias
    return True


@functools.cache
def _statement(model: type[models.Model], unless_in_conflict: bool) -> str:
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in _given(model))
    values = ", ".join(f"%({field.attname})s" for field in _given(model))
    otherwise = "ON CONFLICT DO NOTHING" if unless_in_conflict else ""
    made = ", ".join(quote(str(field.column)) for field in _made(model))
    return (  # the names come from the model
        f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({values}) {otherwise} RETURNING {made}"  # noqa: S608
    )


@functools.cache
def _given(model: type[models.Model]) -> list["models.Field[object, object]"]:
    """The fields whose values come with the row."""
    return [field for field in model._meta.concrete_fields if field not in _made(model)]


@functools.cache
def _made(model: type[models.Model]) -> list["models.Field[object, object]"]:
    """The fields that the database fills in: the key, and what it computes."""
    return [field for field in model._meta.concrete_fields if field.primary_key or field.generated]

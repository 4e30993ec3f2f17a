"""The SQL of the audit: its table, the triggers that write it, and what keeps it as it is. Migrations run it.

A change of a watched table writes one row for each row that changed, whoever made it and however: the application, a
job, or somebody at a database prompt. Who it was comes from two settings of the transaction (`flexclinic.lib.actors`),
or else from the name of the connection's program, or else from its database role. A new row is only named; a changed
one keeps each changed column's old and new value, a deleted one all that it held.

All functions run as the table's owner, so that nobody else needs a right to write there.
See docs/decisions/0031-audit.md.
"""

TABLE = "booking_auditentry"

CREATE_TABLE = f"""
CREATE TABLE public.{TABLE} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    what varchar(10) NOT NULL CHECK (what IN ('looked', 'added', 'changed', 'removed')),
    about varchar(63) NOT NULL,
    row_id bigint,
    appointment_ids bigint[] NOT NULL DEFAULT '{{}}',
    patient_ids bigint[] NOT NULL DEFAULT '{{}}',
    place_ids bigint[] NOT NULL DEFAULT '{{}}',
    changes jsonb NOT NULL DEFAULT '{{}}',
    actor varchar(200) NOT NULL,
    user_id integer,
    page varchar(300) NOT NULL
);
CREATE INDEX {TABLE}_who ON public.{TABLE} (user_id, at DESC) WHERE user_id IS NOT NULL;
CREATE INDEX {TABLE}_at ON public.{TABLE} USING brin (at);
CREATE INDEX {TABLE}_about ON public.{TABLE} USING gin (appointment_ids, patient_ids, place_ids);
"""

#: Who acts, in words, and the id of the staff's account. A connection of ours is named "flexclinic" and its program.
_ACTOR = """
    CASE
        WHEN coalesce(current_setting('flexclinic.actor', true), '') <> ''
            THEN current_setting('flexclinic.actor', true)
        WHEN current_setting('application_name') LIKE 'flexclinic %'
            THEN substr(current_setting('application_name'), 12)
        ELSE 'outside the application: role ' || session_user
    END"""
_USER_ID = """
    CASE WHEN current_setting('flexclinic.actor', true) ~ '^staff [0-9]{1,9}$'
        THEN substr(current_setting('flexclinic.actor', true), 7)::integer END"""
_PAGE = "coalesce(current_setting('flexclinic.page', true), '')"

CREATE_FUNCTIONS = f"""
CREATE FUNCTION public.flexclinic_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Only `forget_person` says this, for as long as it runs.
    IF TG_OP = 'UPDATE' AND current_setting('flexclinic.forgets', true) = 'yes' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'The audit is only ever added to.' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON public.{TABLE}
    FOR EACH STATEMENT EXECUTE FUNCTION public.flexclinic_refuse();

CREATE FUNCTION public.looked_at(
    page text, user_id integer, appointments bigint[], patients bigint[], places bigint[], "export" boolean
) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO public.{TABLE} (what, about, appointment_ids, patient_ids, place_ids, actor, user_id, page)
    SELECT 'looked', CASE WHEN $6 THEN 'export' ELSE '' END, $3, $4, $5, 'staff ' || $2, $2, left($1, 300)
    -- A page that refreshes itself says the same again and again: once in five minutes is enough.
    WHERE NOT EXISTS (
        SELECT FROM public.{TABLE} AS said
        WHERE said.user_id = $2 AND said.at > clock_timestamp() - interval '5 minutes' AND said.what = 'looked'
            AND said.page = left($1, 300) AND NOT $6 AND said.about = ''
            AND said.appointment_ids = $3 AND said.patient_ids = $4 AND said.place_ids = $5
    )
$$;

CREATE FUNCTION public.forget_person(patients bigint[], appointments bigint[], places bigint[])
RETURNS bigint LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET flexclinic.forgets = 'yes' AS $$
    WITH forgotten AS (
        UPDATE public.{TABLE}
        SET changes = (
                SELECT coalesce(jsonb_object_agg(name, '[]'::jsonb), '{{}}') FROM jsonb_object_keys(changes) AS name
            ),
            actor = CASE WHEN actor LIKE 'patient %' THEN 'patient' ELSE actor END
        WHERE (patient_ids && $1 OR appointment_ids && $2 OR place_ids && $3)
            AND (changes <> '{{}}' OR actor LIKE 'patient %')
        RETURNING 1
    )
    SELECT count(*) FROM forgotten
$$;
"""

DROP = f"""
DROP FUNCTION public.forget_person(bigint[], bigint[], bigint[]);
DROP FUNCTION public.looked_at(text, integer, bigint[], bigint[], bigint[], boolean);
DROP TABLE public.{TABLE};
DROP FUNCTION public.flexclinic_refuse();
"""


def watch(
    table: str,
    *,
    key: str = "id",
    appointment: str = "",
    patient: str = "",
    place: str = "",
    unheard: tuple[str, ...] = (),
) -> str:
    """The SQL that has every change of `table` written down.

    `appointment`, `patient` and `place` name the columns with the id of whom a row is about; `unheard` columns of which
    nobody needs to know (those that the database works out). The table's columns may change: values go by name.
    """
    columns = {"appointment_ids": appointment, "patient_ids": patient, "place_ids": place}
    about = {ids: column for ids, column in columns.items() if column}

    def ids(*sides: str) -> str:
        first, last = sides[0], sides[-1]
        return "".join(
            f", CASE WHEN {first}.{column} IS NOT DISTINCT FROM {last}.{column} "
            f"THEN array_remove(ARRAY[{last}.{column}]::bigint[], NULL) "
            f"ELSE array_remove(ARRAY[{first}.{column}, {last}.{column}]::bigint[], NULL) END"
            for column in about.values()
        )

    names = "".join(f", {name}" for name in about)
    into = f"INSERT INTO public.{TABLE} (what, about, row_id, actor, user_id, page{names}, changes)"
    who = f"{_ACTOR}, {_USER_ID}, {_PAGE}"
    left_out = "ARRAY[{}]::text[]".format(", ".join(f"'{name}'" for name in unheard))
    differs = (
        f"(SELECT coalesce(jsonb_object_agg(o.key, jsonb_build_array(o.value, n.value)), '{{}}') "
        f"FROM jsonb_each(to_jsonb(was) - {left_out}) AS o JOIN jsonb_each(to_jsonb(now)) AS n USING (key) "
        "WHERE o.value IS DISTINCT FROM n.value)"
    )
    held = (
        "(SELECT coalesce(jsonb_object_agg(o.key, jsonb_build_array(o.value)), '{}') "
        f"FROM jsonb_each(to_jsonb(was) - {left_out}) AS o)"
    )
    return f"""
CREATE FUNCTION public.audit_{table}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        {into}
        SELECT 'added', '{table}', now.{key}, {who}{ids("now")}, '{{}}' FROM new_rows AS now;
    ELSIF TG_OP = 'DELETE' THEN
        {into}
        SELECT 'removed', '{table}', was.{key}, {who}{ids("was")}, {held} FROM old_rows AS was;
    ELSE
        {into}
        SELECT 'changed', '{table}', now.{key}, {who}{ids("was", "now")}, differs
        FROM old_rows AS was JOIN new_rows AS now USING ({key}), LATERAL {differs} AS found(differs)
        WHERE differs <> '{{}}';
        IF EXISTS (SELECT {key} FROM old_rows EXCEPT SELECT {key} FROM new_rows) THEN
            RAISE EXCEPTION 'The number of a row of % stays as it is.', TG_TABLE_NAME;
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER audit_added AFTER INSERT ON public.{table}
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.audit_{table}();
CREATE TRIGGER audit_changed AFTER UPDATE ON public.{table}
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION public.audit_{table}();
CREATE TRIGGER audit_removed AFTER DELETE ON public.{table}
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.audit_{table}();
CREATE TRIGGER audit_emptied BEFORE TRUNCATE ON public.{table}
    FOR EACH STATEMENT EXECUTE FUNCTION public.audit_emptied();
"""


def unwatch(table: str) -> str:
    """The SQL that takes `watch` back."""
    triggers = "".join(
        f"DROP TRIGGER audit_{name} ON public.{table};\n"
        for name in ("added", "changed", "removed", "emptied")
    )
    return f"{triggers}DROP FUNCTION public.audit_{table}();"


#: Emptying a table writes one row for all: what it held is gone unseen.
CREATE_EMPTIED = f"""
CREATE FUNCTION public.audit_emptied() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.{TABLE} (what, about, actor, user_id, page, changes)
    VALUES ('removed', TG_TABLE_NAME, {_ACTOR}, {_USER_ID}, {_PAGE}, '{{"every row": []}}');
    RETURN NULL;
END $$;
"""
DROP_EMPTIED = "DROP FUNCTION public.audit_emptied();"

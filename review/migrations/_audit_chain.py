"""The audit trail can only grow: a hash chain written by the database, and triggers that refuse everything else.

PostgreSQL links an entry when its transaction commits (a deferred trigger): the lock that keeps one chain is held for
the commit only, so that two long transactions neither wait for each other nor meet in a deadlock. SQLite has one writer
at a time and links at once; its `meguri_audit_hash` is a function of review.trail.services.audit_chain, so that a program
without it cannot add a row at all.

Never edited: a later change of the canonical form needs a migration of its own.
"""

# Any constant will do, as long as nothing else in this database takes it.
LOCK = 4861200155

# The fields of an entry as texts, in the order in which they are hashed.
POSTGRESQL_FIELDS = [
    "e.id::text",
    "to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')",
    "e.actor_key::text",
    "e.action::text",
    "e.subject::text",
    "e.before::text",
    "e.after::text",
    "host(e.address)",
    "e.request_id::text",
]
SQLITE_FIELDS = "at actor_key action subject before after address request_id".split()

POSTGRESQL = [
    # One field: its length in bytes before it, so that no two different rows look the same side by side.
    """
    CREATE FUNCTION {schema}.meguri_audit_part(value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
        SELECT CASE WHEN value IS NULL THEN '-,'
                    ELSE octet_length(convert_to(value, 'UTF8')) || ':' || value || ',' END
    $$
    """,
    # Whatever the INSERT says, number and hashes are computed here.
    """
    CREATE FUNCTION {schema}.meguri_audit_link() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
        head record;
        fields text;
    BEGIN
        PERFORM pg_advisory_xact_lock({lock});
        SELECT l.seq, l.hash INTO head FROM {schema}.review_auditlink l ORDER BY l.seq DESC LIMIT 1;
        SELECT {fields} INTO STRICT fields FROM {schema}.review_auditentry e WHERE e.id = NEW.entry_id;
        NEW.seq := coalesce(head.seq, 0) + 1;
        NEW.prev_hash := coalesce(head.hash, repeat('0', 64));
        NEW.hash := encode(sha256(convert_to(
            'meguri-audit-1,' || {schema}.meguri_audit_part(NEW.prev_hash)
            || {schema}.meguri_audit_part(NEW.seq::text) || fields, 'UTF8')), 'hex');
        RETURN NEW;
    END $$
    """,
    # With the owner's rights: the application's role may not write links.
    """
    CREATE FUNCTION {schema}.meguri_audit_append() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
        INSERT INTO {schema}.review_auditlink (seq, entry_id, prev_hash, hash) VALUES (0, NEW.id, '', '');
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION {schema}.meguri_audit_refuse() RETURNS trigger
        LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
        RAISE EXCEPTION 'audit trail: % refused on %', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END $$
    """,
    """
    CREATE TRIGGER audit_link BEFORE INSERT ON {schema}.review_auditlink
        FOR EACH ROW EXECUTE FUNCTION {schema}.meguri_audit_link()
    """,
    """
    CREATE CONSTRAINT TRIGGER audit_append AFTER INSERT ON {schema}.review_auditentry
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {schema}.meguri_audit_append()
    """,
    *(
        statement.replace("{table}", table)
        for table in ("review_auditentry", "review_auditlink")
        for statement in (
            """
            CREATE TRIGGER audit_keep BEFORE UPDATE OR DELETE ON {schema}.{table}
                FOR EACH ROW EXECUTE FUNCTION {schema}.meguri_audit_refuse()
            """,
            """
            CREATE TRIGGER audit_keep_all BEFORE TRUNCATE ON {schema}.{table}
                FOR EACH STATEMENT EXECUTE FUNCTION {schema}.meguri_audit_refuse()
            """,
            # Also in a session that calls itself a replica.
            "ALTER TABLE {schema}.{table} ENABLE ALWAYS TRIGGER audit_keep",
            "ALTER TABLE {schema}.{table} ENABLE ALWAYS TRIGGER audit_keep_all",
        )
    ),
    # What is there already; last, for PostgreSQL changes no table on which checks still wait for the commit.
    """
    INSERT INTO {schema}.review_auditlink (seq, entry_id, prev_hash, hash)
        SELECT 0, e.id, '', '' FROM {schema}.review_auditentry e
        WHERE NOT EXISTS (SELECT 1 FROM {schema}.review_auditlink l WHERE l.entry_id = e.id) ORDER BY e.id
    """,
]

POSTGRESQL_BACK = [
    "DROP TRIGGER IF EXISTS audit_append ON {schema}.review_auditentry",
    "DROP TRIGGER IF EXISTS audit_keep ON {schema}.review_auditentry",
    "DROP TRIGGER IF EXISTS audit_keep_all ON {schema}.review_auditentry",
    "DROP TRIGGER IF EXISTS audit_link ON {schema}.review_auditlink",
    "DROP TRIGGER IF EXISTS audit_keep ON {schema}.review_auditlink",
    "DROP TRIGGER IF EXISTS audit_keep_all ON {schema}.review_auditlink",
    "DROP FUNCTION {schema}.meguri_audit_append()",
    "DROP FUNCTION {schema}.meguri_audit_link()",
    "DROP FUNCTION {schema}.meguri_audit_refuse()",
    "DROP FUNCTION {schema}.meguri_audit_part(text)",
]

_NEXT_LINK = """
    INSERT INTO review_auditlink (seq, entry_id, prev_hash, hash)
    SELECT head.seq + 1, {row}.id, head.hash,
           meguri_audit_hash(head.hash, head.seq + 1, {row}.id, {fields})
    FROM (SELECT coalesce(max(seq), 0) AS seq,
                 coalesce((SELECT hash FROM review_auditlink ORDER BY seq DESC LIMIT 1), {zeros}) AS hash
          FROM review_auditlink) AS head
"""
_ZEROS = "'" + "0" * 64 + "'"

SQLITE = [
    "CREATE TRIGGER audit_append AFTER INSERT ON review_auditentry BEGIN"
    + _NEXT_LINK.format(row="NEW", zeros=_ZEROS, fields=", ".join(f'NEW."{name}"' for name in SQLITE_FIELDS))
    + "; END",
    # INSERT OR REPLACE would delete a row without asking the triggers that refuse a DELETE.
    """
    CREATE TRIGGER audit_once BEFORE INSERT ON review_auditentry
    WHEN EXISTS (SELECT 1 FROM review_auditentry WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'audit trail: REPLACE refused'); END
    """,
    # SQLite cannot correct what an INSERT says; it can refuse what is not the next link.
    """
    CREATE TRIGGER audit_link BEFORE INSERT ON review_auditlink
    WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM review_auditlink)
      OR NEW.prev_hash IS NOT coalesce((SELECT hash FROM review_auditlink ORDER BY seq DESC LIMIT 1), {zeros})
      OR EXISTS (SELECT 1 FROM review_auditlink WHERE entry_id = NEW.entry_id)
      OR NEW.hash IS NOT (SELECT meguri_audit_hash(NEW.prev_hash, NEW.seq, e.id, {fields})
                          FROM review_auditentry AS e WHERE e.id = NEW.entry_id)
    BEGIN SELECT RAISE(ABORT, 'audit trail: not the next link'); END
    """.format(zeros=_ZEROS, fields=", ".join(f'e."{name}"' for name in SQLITE_FIELDS)),
    *(
        f"CREATE TRIGGER audit_keep_{table}_{verb.lower()} BEFORE {verb} ON review_{table} "
        f"BEGIN SELECT RAISE(ABORT, 'audit trail: {verb} refused'); END"
        for table in ("auditentry", "auditlink")
        for verb in ("UPDATE", "DELETE")
    ),
]

SQLITE_TRIGGERS = ["audit_append", "audit_once", "audit_link"] + [
    f"audit_keep_{table}_{verb}" for table in ("auditentry", "auditlink") for verb in ("update", "delete")
]


def statements(cursor):
    """Those that protect, as they are run in the present schema."""
    return SQLITE if cursor.db.vendor == "sqlite" else _on_postgresql(cursor, POSTGRESQL)


def _on_postgresql(cursor, statements):
    cursor.execute("SELECT quote_ident(current_schema())")
    schema = cursor.fetchone()[0]
    fields = " || ".join(f"{schema}.meguri_audit_part({field})" for field in POSTGRESQL_FIELDS)
    return [
        statement.replace("{schema}", schema).replace("{lock}", str(LOCK)).replace("{fields}", fields)
        for statement in statements
    ]


def _run_postgresql(schema_editor, statements):
    with schema_editor.connection.cursor() as cursor:
        texts = _on_postgresql(cursor, statements)
    for text in texts:
        schema_editor.execute(text, params=None)


def protect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        _run_postgresql(schema_editor, POSTGRESQL)
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM review_auditentry WHERE id NOT IN (SELECT entry_id FROM review_auditlink) ORDER BY id"
        )
        standing = [pk for (pk,) in cursor.fetchall()]
    fields = ", ".join(f'e."{name}"' for name in SQLITE_FIELDS)
    for pk in standing:
        link = _NEXT_LINK.format(row="e", zeros=_ZEROS, fields=fields)
        schema_editor.execute(f"{link.rstrip()}, review_auditentry AS e WHERE e.id = {int(pk)}", params=None)
    for statement in SQLITE:
        schema_editor.execute(statement, params=None)


def release(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        _run_postgresql(schema_editor, POSTGRESQL_BACK)
        return
    for name in SQLITE_TRIGGERS:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}", params=None)

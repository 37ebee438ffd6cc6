-- Frozen figures of a period (bản chốt số liệu): facts, which no rebuild makes anew. `content` is
-- canonical JSON, byte for byte what `sha256` is over; the database itself holds them together.
CREATE TABLE aggregator.release (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    province_id       bigint NOT NULL,
    regime            text NOT NULL,
    form              text NOT NULL,
    form_version      integer NOT NULL,
    period            text NOT NULL,
    sequence          integer NOT NULL CHECK (sequence > 0),
    track             text NOT NULL CHECK (track = 'official'),
    position          bigint NOT NULL,
    recorded_at       timestamptz NOT NULL,   -- of that position
    catalogue_number  bigint NOT NULL,
    expected          integer NOT NULL,
    reported          integer NOT NULL,
    on_time           integer NOT NULL,
    content           text NOT NULL,
    sha256            text NOT NULL
        CHECK (sha256 = encode(sha256(convert_to(content, 'UTF8')), 'hex')),
    published_by      bigint NOT NULL,
    published_by_name text NOT NULL,
    published_at      timestamptz NOT NULL,
    reason            text,
    event_id          uuid NOT NULL,
    UNIQUE (province_id, form, period, sequence)
);

-- Written once: not even the owner changes a line by mistake.
CREATE FUNCTION aggregator.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'aggregator.% is written once', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER release_is_written_once BEFORE UPDATE OR DELETE ON aggregator.release
    FOR EACH STATEMENT EXECUTE FUNCTION aggregator.refuse_change();
GRANT SELECT, INSERT ON aggregator.release TO tonghop_aggregator;

-- The audit tells of releases too: what it told before, and one part more.
DO $$
BEGIN
    EXECUTE 'CREATE OR REPLACE VIEW identity.audit_trail AS '
        || rtrim(pg_get_viewdef('identity.audit_trail'::regclass), ';')
        || $part$
    UNION ALL
    SELECT 'release', id, sequence, published_at, 'release_publish', published_by, NULL,
           province_id,
           jsonb_strip_nulls(jsonb_build_object(
               'release_id', id, 'form', form, 'period', period, 'number', period || '/' || sequence,
               'position', position, 'reason', reason, 'actor_name', published_by_name,
               'sha256', sha256))
    FROM aggregator.release
        $part$;
END $$;

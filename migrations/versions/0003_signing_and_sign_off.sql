-- A draft belongs to whoever types it: the sender, or the receiver that enters for it (nhập thay).
ALTER TABLE intake.draft
    ADD COLUMN organization_id  bigint,
    ADD COLUMN state            text NOT NULL DEFAULT 'draft'
        CHECK (state IN ('draft', 'awaiting_signature')),
    ADD COLUMN document         jsonb,   -- what the signed paper says; NULL: nothing yet
    ADD COLUMN reason           text,    -- of a correction
    ADD COLUMN prepared_by_name text,    -- who sent it for signature, and when
    ADD COLUMN prepared_at      timestamptz,
    ADD COLUMN hand_back_reason text;    -- of the signer, until it is sent for signature again
UPDATE intake.draft d SET organization_id = o.organization_id
FROM log.obligation o WHERE o.id = d.obligation_id;
ALTER TABLE intake.draft
    ALTER COLUMN organization_id SET NOT NULL,
    DROP CONSTRAINT draft_pkey,
    ADD PRIMARY KEY (obligation_id, organization_id);

-- What was done with a draft. Signing is not here: it is the act `submit` on the report.
CREATE TABLE log.draft_act (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    obligation_id bigint NOT NULL REFERENCES log.obligation,
    verb          text NOT NULL CHECK (verb IN ('send_for_signature', 'take_back', 'hand_back')),
    actor_id      bigint NOT NULL,
    actor_name    text NOT NULL,
    at            timestamptz NOT NULL,
    reason        text
);
CREATE INDEX draft_act_by_obligation ON log.draft_act (obligation_id, id);

-- Signed files as they came. Never changed, never run: served as a download only.
CREATE TABLE log.attachment (
    obligation_id    bigint NOT NULL REFERENCES log.obligation,
    sha256           text NOT NULL,
    file_name        text NOT NULL,
    content          bytea NOT NULL,
    organization_id  bigint NOT NULL,
    uploaded_by      bigint NOT NULL,
    uploaded_by_name text NOT NULL,
    uploaded_at      timestamptz NOT NULL,
    PRIMARY KEY (obligation_id, sha256)
);
-- A signed PDF is compressed already.
ALTER TABLE log.attachment ALTER COLUMN content SET STORAGE EXTERNAL;

-- proxy_by: the receiver that entered the version for the sender; NULL: the sender itself.
ALTER TABLE log.report_version
    ADD COLUMN document jsonb,
    ADD COLUMN proxy_by bigint;

-- The aggregate as it was sent upward. Never an input of a roll-up.
CREATE TABLE log.aggregate_signoff (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id bigint NOT NULL,
    province_id     bigint NOT NULL,
    regime          text NOT NULL,
    form            text NOT NULL,
    period          text NOT NULL,
    sequence        integer NOT NULL,
    form_version    integer NOT NULL,
    figures         jsonb NOT NULL,
    expected        integer NOT NULL,
    reported        integer NOT NULL,
    on_time         integer NOT NULL,
    position        bigint NOT NULL,     -- of the log, that the figures were read at
    content_sha256  text NOT NULL,
    signed_by       bigint NOT NULL,
    signed_by_name  text NOT NULL,
    signed_at       timestamptz NOT NULL,
    reason          text,
    event_id        uuid NOT NULL,
    UNIQUE (organization_id, form, period, sequence)
);

-- Written once: not even the owner changes a line by mistake.
CREATE FUNCTION log.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'log.% is written once', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER draft_act_is_written_once BEFORE UPDATE OR DELETE ON log.draft_act
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();
CREATE TRIGGER attachment_is_written_once BEFORE UPDATE OR DELETE ON log.attachment
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();
CREATE TRIGGER signoff_is_written_once BEFORE UPDATE OR DELETE ON log.aggregate_signoff
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();
GRANT SELECT, INSERT ON log.draft_act, log.attachment, log.aggregate_signoff TO tonghop_intake;

-- The aggregator's published figures: all that intake may see of it (docs/decisions).
CREATE VIEW aggregator.published_rollup AS
    SELECT node_id, form, period, track, totals, counts, expected, reported, on_time, position
    FROM aggregator.rollup;
GRANT USAGE ON SCHEMA aggregator TO tonghop_intake;
GRANT SELECT ON aggregator.published_rollup TO tonghop_intake;

-- The audit tells of these acts too.
CREATE OR REPLACE VIEW identity.audit_trail AS
    SELECT 'identity' AS source, audit.id AS number, 0 AS sequence, audit.at, audit.action,
           CASE WHEN audit.action IN ('sign_in_failed', 'account_locked') THEN NULL
                WHEN audit.details ? 'operator' THEN NULL
                ELSE coalesce(audit.actor_id, audit.account_id) END AS actor_id,
           audit.account_id, account.organization_id, audit.details
    FROM identity.audit LEFT JOIN identity.account ON account.id = audit.account_id
    UNION ALL
    SELECT 'report', act.report_id, act.sequence, act.at, 'report_' || act.verb,
           act.actor_id, NULL, report.organization_id,
           jsonb_strip_nulls(jsonb_build_object(
               'report_id', act.report_id, 'form', report.form, 'period', report.period,
               'version', act.version, 'reason', act.reason, 'actor_name', act.actor_name,
               'proxy_by', CASE act.verb WHEN 'submit' THEN version.proxy_by END))
    FROM log.report_act act JOIN log.report ON report.id = act.report_id
    LEFT JOIN log.report_version version
      ON version.report_id = act.report_id AND version.version = act.version
    UNION ALL
    SELECT 'draft', act.id, 0, act.at, 'draft_' || act.verb, act.actor_id, NULL,
           obligation.organization_id,
           jsonb_strip_nulls(jsonb_build_object(
               'obligation_id', act.obligation_id, 'form', obligation.form,
               'period', obligation.period, 'reason', act.reason, 'actor_name', act.actor_name))
    FROM log.draft_act act JOIN log.obligation ON obligation.id = act.obligation_id
    UNION ALL
    SELECT 'aggregate', id, sequence, signed_at, 'aggregate_sign_off', signed_by, NULL,
           organization_id,
           jsonb_strip_nulls(jsonb_build_object(
               'form', form, 'period', period, 'position', position, 'reason', reason,
               'actor_name', signed_by_name, 'sha256', content_sha256))
    FROM log.aggregate_signoff;

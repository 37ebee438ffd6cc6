-- account_id is whom a line is about, actor_id who did it. NULL: the account itself, or somebody at
-- the command line, whose name of the operating system is then in details.operator.
ALTER TABLE identity.audit ADD COLUMN actor_id bigint;
CREATE INDEX audit_by_time ON identity.audit (at, id);
CREATE INDEX audit_by_account ON identity.audit (account_id, at);
CREATE INDEX report_act_by_time ON log.report_act (at);

-- Not even the owner changes a line by mistake; a restore only adds.
CREATE FUNCTION identity.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'identity.audit is written once' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_is_written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON identity.audit
    FOR EACH STATEMENT EXECUTE FUNCTION identity.refuse_change();

-- Everything that was done: to accounts and rights, and on reports. (source, number, sequence) is
-- the key of a line. organization_id is that of the account or the report; NULL when there is none.
CREATE VIEW identity.audit_trail AS
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
               'version', act.version, 'reason', act.reason, 'actor_name', act.actor_name))
    FROM log.report_act act JOIN log.report ON report.id = act.report_id;
GRANT SELECT ON identity.audit_trail TO tonghop_intake;

-- A restore goes back to a point in time: what an older generation holds beyond last_position was
-- undone by it.
CREATE TABLE log.restore (
    generation    integer PRIMARY KEY,
    last_position bigint NOT NULL,
    restored_at   timestamptz NOT NULL,
    backup_sha256 text NOT NULL
);
GRANT SELECT ON log.restore TO tonghop_intake, tonghop_aggregator, tonghop_notifier;

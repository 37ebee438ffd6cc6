-- What was done with a period of a regime in a province: its last act says whether it is closed.
-- actor_id is NULL where the rule of the regime closed it.
CREATE TABLE log.period_act (
    id          bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    province_id bigint NOT NULL,
    regime      text NOT NULL,
    period      text NOT NULL,
    sequence    integer NOT NULL,
    verb        text NOT NULL CHECK (verb IN ('close', 'reopen')),
    actor_id    bigint,
    actor_name  text NOT NULL,
    at          timestamptz NOT NULL,
    reason      text,
    PRIMARY KEY (province_id, regime, period, sequence)
);
CREATE TRIGGER period_act_is_written_once BEFORE UPDATE OR DELETE ON log.period_act
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();
GRANT SELECT ON log.period_act TO tonghop_intake, tonghop_aggregator, tonghop_notifier;
GRANT INSERT ON log.period_act TO tonghop_intake;
ALTER TABLE log.report_act ALTER COLUMN actor_id DROP NOT NULL;

-- The audit tells of periods once, not of each of their reports.
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
    WHERE act.verb NOT IN ('close', 'reopen')
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
    FROM log.aggregate_signoff
    UNION ALL
    SELECT 'obligation', act.obligation_id, act.sequence, act.at, 'obligation_' || act.verb,
           act.actor_id, NULL, obligation.organization_id,
           jsonb_strip_nulls(jsonb_build_object(
               'obligation_id', act.obligation_id, 'form', obligation.form,
               'period', obligation.period, 'reason', act.reason, 'actor_name', act.actor_name,
               'last_day', CASE act.verb WHEN 'extend' THEN to_char(
                   act.deadline AT TIME ZONE 'Asia/Ho_Chi_Minh' - interval '1 microsecond',
                   'DD/MM/YYYY') END))
    FROM log.obligation_act act JOIN log.obligation ON obligation.id = act.obligation_id
    WHERE act.actor_id IS NOT NULL
    UNION ALL
    SELECT 'period', id, sequence, at,
           'period_' || verb, actor_id, NULL, province_id,
           jsonb_strip_nulls(jsonb_build_object(
               'regime', regime, 'period', period, 'reason', reason, 'actor_name', actor_name))
    FROM log.period_act;

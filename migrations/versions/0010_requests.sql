-- What somebody asked for once: which form, for which days, until when, and what for. Those who were
-- asked are in log.obligation.
CREATE TABLE log.report_request (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    regime      text NOT NULL,
    form        text NOT NULL,
    period      text NOT NULL,
    cutoff_date date NOT NULL,
    last_day    date NOT NULL,
    asked_by    bigint NOT NULL,
    title       text NOT NULL,
    purpose     text NOT NULL,
    actor_id    bigint NOT NULL,
    actor_name  text NOT NULL,
    at          timestamptz NOT NULL
);
CREATE TRIGGER report_request_is_written_once BEFORE UPDATE OR DELETE ON log.report_request
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();
GRANT SELECT ON log.report_request TO tonghop_intake, tonghop_aggregator, tonghop_notifier;
GRANT INSERT ON log.report_request TO tonghop_intake;
ALTER TABLE log.obligation ADD COLUMN request_id bigint REFERENCES log.report_request;
CREATE INDEX obligation_by_request ON log.obligation (request_id) WHERE request_id IS NOT NULL;

-- The audit tells of requests too.
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
    FROM log.period_act
    UNION ALL
    SELECT 'request', id, 0, at, 'report_request', actor_id, NULL, asked_by,
           jsonb_build_object(
               'request_id', id, 'regime', regime, 'form', form, 'period', period,
               'name', title, 'reason', purpose, 'actor_name', actor_name,
               'last_day', to_char(last_day, 'DD/MM/YYYY'))
    FROM log.report_request;

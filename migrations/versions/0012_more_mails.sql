-- A timer, and a mail of the ledger, is about a report that is owed, about an aggregate that is to be
-- signed off, or about a new password. about_id is the id of the obligation, of the aggregate duty, or
-- of the request.
ALTER TABLE notifier.timer RENAME COLUMN obligation_id TO about_id;
ALTER TABLE notifier.timer
    ADD COLUMN kind text NOT NULL DEFAULT 'report'
        CHECK (kind IN ('report', 'aggregate', 'password_reset')),
    DROP CONSTRAINT timer_pkey,
    ADD PRIMARY KEY (kind, about_id, stage);
ALTER TABLE notifier.timer ALTER COLUMN kind DROP DEFAULT;

ALTER TABLE notifier.reminder RENAME COLUMN obligation_id TO about_id;
ALTER TABLE notifier.reminder
    ADD COLUMN kind text NOT NULL DEFAULT 'report'
        CHECK (kind IN ('report', 'aggregate', 'password_reset')),
    DROP CONSTRAINT reminder_once,
    ADD CONSTRAINT reminder_once
        UNIQUE NULLS NOT DISTINCT (kind, about_id, stage, recipient, urged_on);
ALTER TABLE notifier.reminder ALTER COLUMN kind DROP DEFAULT;
CREATE OR REPLACE VIEW notifier.published_urge AS
    SELECT DISTINCT ON (about_id) about_id AS obligation_id, decided_at AS urged_at, urged_by_name,
           urged_on
    FROM notifier.reminder
    WHERE kind = 'report' AND stage = 'urge' AND state <> 'cancelled'
    ORDER BY about_id, decided_at DESC;

-- Who has to sign off what follows from the catalogue and from the obligations below; kept here for
-- the timers only.
CREATE TABLE notifier.aggregate_duty (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id bigint NOT NULL,
    regime          text NOT NULL,
    form            text NOT NULL,
    period          text NOT NULL,
    cutoff_date     date NOT NULL,
    deadline        timestamptz NOT NULL,
    UNIQUE (organization_id, regime, form, period)
);
GRANT ALL ON notifier.aggregate_duty TO tonghop_notifier;
GRANT SELECT ON log.aggregate_signoff TO tonghop_notifier;

-- Somebody asked for a new password, in real time. What the links carry is kept as hashes only; every
-- attempt to mail the request has one of its own.
CREATE TABLE identity.password_reset (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id   bigint NOT NULL REFERENCES identity.account,
    requested_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    used_at      timestamptz
);
CREATE INDEX password_reset_by_account ON identity.password_reset (account_id, requested_at);
CREATE INDEX password_reset_open ON identity.password_reset (expires_at) WHERE used_at IS NULL;
CREATE TABLE identity.password_reset_token (
    token_sha256 bytea PRIMARY KEY,
    reset_id     bigint NOT NULL REFERENCES identity.password_reset,
    created_at   timestamptz NOT NULL
);
CREATE INDEX password_reset_token_of_reset ON identity.password_reset_token (reset_id);
GRANT SELECT, INSERT ON identity.password_reset TO tonghop_intake;
GRANT UPDATE (used_at) ON identity.password_reset TO tonghop_intake;
GRANT SELECT, DELETE ON identity.password_reset_token TO tonghop_intake;

-- All that the notifier may see of it: what can be answered by mail now.
CREATE VIEW identity.password_reset_mail AS
    SELECT reset.id, account.organization_id, account.username, account.display_name, account.email,
           account.language,
           greatest(1, floor(extract(epoch FROM reset.expires_at - clock_timestamp()) / 60))::integer
               AS minutes_left
    FROM identity.password_reset reset JOIN identity.account ON account.id = reset.account_id
    WHERE reset.used_at IS NULL AND reset.expires_at > clock_timestamp()
      AND account.active AND account.email IS NOT NULL;
GRANT SELECT ON identity.password_reset_mail TO tonghop_notifier;
GRANT INSERT ON identity.password_reset_token TO tonghop_notifier;

-- The audit tells of who urged, too: the ledger keeps it.
DO $$
BEGIN
    EXECUTE 'CREATE OR REPLACE VIEW identity.audit_trail AS '
        || rtrim(pg_get_viewdef('identity.audit_trail'::regclass), ';')
        || $part$
    UNION ALL
    SELECT 'urge', id, 0, decided_at, 'reminder_urge', urged_by, NULL, organization_id,
           jsonb_strip_nulls(jsonb_build_object(
               'obligation_id', about_id, 'subject', subject, 'actor_name', urged_by_name))
    FROM notifier.reminder WHERE stage = 'urge'
        $part$;
END $$;

-- A person at the receiving side urges: a reminder of the ledger like any other, of stage 'urge', and
-- one for each obligation, recipient and day. The others have no day, and stay one in all.
ALTER TABLE notifier.reminder
    ADD COLUMN urged_by bigint,
    ADD COLUMN urged_by_name text,
    ADD COLUMN urged_on date,
    ADD CONSTRAINT reminder_urged_as_a_whole
        CHECK (num_nulls(urged_by, urged_by_name, urged_on) IN (0, 3)),
    DROP CONSTRAINT reminder_obligation_id_stage_recipient_key,
    ADD CONSTRAINT reminder_once
        UNIQUE NULLS NOT DISTINCT (obligation_id, stage, recipient, urged_on);

-- When each unit was last urged, and by whom: all that the aggregator may see of the ledger.
CREATE VIEW notifier.published_urge AS
    SELECT DISTINCT ON (obligation_id) obligation_id, decided_at AS urged_at, urged_by_name, urged_on
    FROM notifier.reminder
    WHERE stage = 'urge' AND state <> 'cancelled'
    ORDER BY obligation_id, decided_at DESC;
GRANT USAGE ON SCHEMA notifier TO tonghop_aggregator;
GRANT SELECT ON notifier.published_urge TO tonghop_aggregator;

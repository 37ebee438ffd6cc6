-- period_sequence: the last act on the duty's period, so that a report judged before it is not stored after it.
ALTER TABLE log.obligation ADD COLUMN period_sequence integer NOT NULL DEFAULT 0;
UPDATE log.obligation o
SET period_sequence = (
    SELECT max(a.sequence) FROM log.period_act a
    WHERE (a.province_id, a.regime, a.period) = (o.province_id, o.regime, o.period)
)
WHERE EXISTS (
    SELECT FROM log.period_act a
    WHERE (a.province_id, a.regime, a.period) = (o.province_id, o.regime, o.period)
);

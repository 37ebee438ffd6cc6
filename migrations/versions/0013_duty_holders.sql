-- holder_id: who was named to meet the duty; NULL: the unit that owes it, or who took it over.
ALTER TABLE log.obligation ADD COLUMN holder_id bigint;
ALTER TABLE log.obligation_act ADD COLUMN holder_id bigint;
CREATE INDEX obligation_by_holder ON log.obligation (holder_id) WHERE holder_id IS NOT NULL;

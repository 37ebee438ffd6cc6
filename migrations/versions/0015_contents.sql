-- content: what is said besides figures (texts, lists, sections); NULL where the form asks for none.
ALTER TABLE log.report_version ADD COLUMN content jsonb;
ALTER TABLE intake.draft ADD COLUMN content jsonb;

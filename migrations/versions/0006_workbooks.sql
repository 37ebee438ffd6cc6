-- The file that was uploaded last for a duty, and what came of it: to be given back with its faults
-- marked, and for a table of another program to be looked at before it becomes the draft.
-- It is kept for a day; drafts and reports do not depend on it.
CREATE TABLE intake.workbook (
    obligation_id   bigint NOT NULL REFERENCES log.obligation,
    organization_id bigint NOT NULL,     -- who uploaded: the sender, or the receiver entering for it
    file_name       text NOT NULL,
    content         bytea NOT NULL,
    outcome         jsonb NOT NULL,
    uploaded_by     bigint NOT NULL,
    uploaded_at     timestamptz NOT NULL,
    PRIMARY KEY (obligation_id, organization_id)
);
-- Workbooks are compressed already.
ALTER TABLE intake.workbook ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE INDEX workbook_by_age ON intake.workbook (uploaded_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON intake.workbook TO tonghop_intake;

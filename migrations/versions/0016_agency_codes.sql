-- The identifier of an agency (Quyết định 20/2020/QĐ-TTg), as it was written; NULL where none is known.
ALTER TABLE catalogue.organization_version ADD COLUMN agency_code text;

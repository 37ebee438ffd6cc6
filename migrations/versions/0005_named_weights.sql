-- NULL where there is no weight: an estimate must say of what its weight is a share.
ALTER TABLE catalogue.lineage ADD COLUMN weight_basis text;

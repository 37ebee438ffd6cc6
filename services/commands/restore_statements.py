"""What psql runs before and after the dump, in the same transaction."""

BEFORE = """
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS catalogue, log, identity, intake, aggregator, notifier CASCADE;
DROP TABLE IF EXISTS public.alembic_version;
DO $$
DECLARE service text;
BEGIN
    FOREACH service IN ARRAY ARRAY['tonghop_intake', 'tonghop_aggregator', 'tonghop_notifier'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = service) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', service);
        END IF;
        EXECUTE format('GRANT %I TO CURRENT_USER', service);
    END LOOP;
END $$;
"""
"""Roles belong to the server, not to the database: a dump does not hold them."""

AFTER = """
UPDATE log.identity SET generation = :generation;
SELECT to_regclass('log.restore') IS NOT NULL AS remembers \\gset
\\if :remembers
INSERT INTO log.restore (generation, last_position, restored_at, backup_sha256)
VALUES (:generation, :last_position, :'restored_at', :'sha256');
\\endif
INSERT INTO identity.audit (at, account_id, action, details)
VALUES (:'restored_at', NULL, 'database_restored', jsonb_build_object(
    'operator', :'operator', 'generation', :generation, 'last_position', :last_position,
    'backup_sha256', :'sha256'));
"""
"""pg_dump leaves the search path empty, so every name here has its schema."""

-- Roles belong to the whole server, so a dump of the database does not hold them.
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

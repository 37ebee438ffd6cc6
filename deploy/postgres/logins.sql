-- A login for each service that can take the role of that service and no other. They have no
-- password yet, so nobody signs in: give them one with \password.
DO $$
DECLARE service text;
BEGIN
    FOREACH service IN ARRAY ARRAY['intake', 'aggregator', 'notifier'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'login_' || service) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', 'login_' || service);
        END IF;
        EXECUTE format('GRANT %I TO %I', 'tonghop_' || service, 'login_' || service);
        -- Each start compares the schema's revision with the program's.
        EXECUTE format('GRANT SELECT ON public.alembic_version TO %I', 'login_' || service);
    END LOOP;
END $$;

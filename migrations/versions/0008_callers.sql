-- Intake asks for it together with a report; the other services ask authenticate() about a hash.
-- Sessions and tokens live in real time (clock_timestamp), whatever the business clock says.
CREATE VIEW identity.caller AS
    SELECT held.token_sha256, account.id AS account_id, account.username, account.display_name,
           account.organization_id, account.roles, account.language, held.csrf_token,
           account.must_change_password
    FROM (SELECT session.token_sha256, session.account_id, session.csrf_token
          FROM identity.session
          WHERE session.expires_at > clock_timestamp()
          UNION ALL
          SELECT api_token.token_sha256, api_token.account_id, NULL
          FROM identity.api_token
          WHERE api_token.expires_at > clock_timestamp() AND api_token.revoked_at IS NULL) held
    JOIN identity.account ON account.id = held.account_id
    WHERE account.active;
GRANT SELECT ON identity.caller TO tonghop_intake;

-- ROWS: from the 1,000 that are the default, the planner would not keep the plan of a statement.
CREATE OR REPLACE FUNCTION identity.authenticate(hash bytea)
RETURNS TABLE (account_id bigint, username text, display_name text, organization_id bigint,
               roles text[], language text, csrf_token text, must_change_password boolean)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = identity AS $$
    SELECT caller.account_id, caller.username, caller.display_name, caller.organization_id,
           caller.roles, caller.language, caller.csrf_token, caller.must_change_password
    FROM identity.caller
    WHERE caller.token_sha256 = hash
$$;

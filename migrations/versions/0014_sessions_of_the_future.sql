-- A session begun in the future was begun before the clock was put back: it would outlive its hours.
-- A minute of grace, for the clocks of two machines differ. A token ends on the day it was made for.
CREATE OR REPLACE VIEW identity.caller AS
    SELECT held.token_sha256, account.id AS account_id, account.username, account.display_name,
           account.organization_id, account.roles, account.language, held.csrf_token,
           account.must_change_password
    FROM (SELECT session.token_sha256, session.account_id, session.csrf_token
          FROM identity.session
          WHERE session.expires_at > clock_timestamp()
            AND session.created_at <= clock_timestamp() + interval '1 minute'
          UNION ALL
          SELECT api_token.token_sha256, api_token.account_id, NULL
          FROM identity.api_token
          WHERE api_token.expires_at > clock_timestamp() AND api_token.revoked_at IS NULL) held
    JOIN identity.account ON account.id = held.account_id
    WHERE account.active;

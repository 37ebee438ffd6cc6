"""Every call that changes something, and the line that the audit gains by it. Reviewed by people: a
call that is missing here fails the tests, so that nothing is done unseen.
"""

from collections.abc import Mapping

Audited = str
"""A code of `services.intake.audit.actions`."""

KEEPS_TYPING = "what is typed is no act until it is sent, signed or laid before the signer"
CHANGES_NOTHING = "changes a cookie of the caller's browser only"
OF_THE_DEMONSTRATION = "moves the made-up clock of the demonstration, which nobody else sees"

AUDITED: Mapping[str, Audited] = {
    "POST /api/v1/submissions": "report_submit",
    "POST /api/v1/imports": "report_submit",
    "POST /api/v1/obligations/acts": "obligation_extend",
    "POST /api/v1/obligations/{obligation_id}/extend": "obligation_extend",
    "POST /api/v1/obligations/{obligation_id}/exclude": "obligation_exclude",
    "POST /api/v1/obligations/{obligation_id}/include": "obligation_include",
    "POST /api/v1/obligations/{obligation_id}/transfer": "obligation_transfer",
    "POST /api/v1/periods/close": "period_close",
    "POST /api/v1/periods/reopen": "period_reopen",
    "POST /api/v1/requests": "report_request",
    "POST /api/v1/drafts/{obligation_id}/send-for-signature": "draft_send_for_signature",
    "POST /api/v1/drafts/{obligation_id}/take-back": "draft_take_back",
    "POST /api/v1/drafts/{obligation_id}/hand-back": "draft_hand_back",
    "POST /api/v1/drafts/{obligation_id}/sign": "report_submit",
    "POST /api/v1/attachments": "attachment_kept",
    "POST /api/v1/reports/{report_id}/withdraw": "report_withdraw",
    "POST /api/v1/reports/{report_id}/return": "report_return",
    "POST /api/v1/reports/{report_id}/approve": "report_approve",
    "POST /api/v1/review/approvals": "report_approve",
    "POST /api/v1/aggregates": "aggregate_sign_off",
    "POST /api/v1/catalogue": "catalogue_loaded",
    "POST /api/v1/tokens": "token_created",
    "DELETE /api/v1/tokens/{token_id}": "token_revoked",
    "POST /obligations/{obligation_id}/extend": "obligation_extend",
    "POST /obligations/{obligation_id}/exclude": "obligation_exclude",
    "POST /obligations/{obligation_id}/include": "obligation_include",
    "POST /obligations/{obligation_id}/transfer": "obligation_transfer",
    "POST /periods/{period}/close": "period_close",
    "POST /periods/{period}/reopen": "period_reopen",
    "POST /periods/{period}/duties": "obligation_extend",
    "POST /requests/new": "report_request",
    "POST /api/v1/releases": "release_publish",
    "POST /api/v1/reminders/urges": "reminder_urge",
    "POST /reminders/urge": "reminder_urge",
    "POST /obligations/{obligation_id}/check": "report_submit",
    "POST /obligations/{obligation_id}/take-back": "draft_take_back",
    "POST /obligations/{obligation_id}/hand-back": "draft_hand_back",
    "POST /documents": "attachment_kept",
    "POST /reports/{report_id}/withdraw": "report_withdraw",
    "POST /review/approve": "report_approve",
    "POST /review/{report_id}/approve": "report_approve",
    "POST /review/{report_id}/return": "report_return",
    "POST /aggregates/{slug}/{period}/sign-off": "aggregate_sign_off",
    "POST /sign-in": "signed_in",
    "POST /sign-out": "signed_out",
    "POST /forgot-password": "password_reset_asked",
    "POST /reset-password": "password_reset",
    "POST /account/password": "password_changed",
    "POST /account/tokens": "token_created",
    "POST /account/tokens/{token_id}/revoke": "token_revoked",
    "POST /accounts/new": "account_created",
    "POST /accounts/{account_id}/roles": "roles_changed",
    "POST /accounts/{account_id}/password": "password_set",
    "POST /accounts/{account_id}/password-mail": "password_reset_asked",
    "POST /accounts/{account_id}/disable": "account_disabled",
    "POST /accounts/{account_id}/enable": "account_enabled",
    "POST /demo/sign-in": "signed_in",
}

NOT_AUDITED: Mapping[str, str] = {
    "PUT /api/v1/drafts/{obligation_id}": KEEPS_TYPING,
    "POST /api/v1/workbooks": KEEPS_TYPING,
    "POST /obligations/{obligation_id}/form": KEEPS_TYPING,
    "POST /obligations/{obligation_id}/workbook": KEEPS_TYPING,
    "POST /workbooks": KEEPS_TYPING,
    "POST /language": CHANGES_NOTHING,
    "POST /demo/clock": OF_THE_DEMONSTRATION,
}
"""With the reason why."""

COMMANDS: Mapping[str, Audited] = {
    "admin create": "account_created",
    "backup": "backup_made",
    "catalogue import-conversion": "catalogue_loaded",
    "catalogue load": "catalogue_loaded",
    "dead-letters resolve": "dead_letter.resolve",
    "dead-letters retry": "dead_letter.retry",
    "organizations import": "catalogue_loaded",
    "restore": "database_restored",
    "users create": "account_created",
    "users disable": "account_disabled",
    "users import": "account_created",
    "users reset-password": "password_set",
}
"""What operators do at the command line; each is shown by a test of the command."""

READING_COMMANDS = frozenset(
    {
        "catalogue check",
        "catalogue diff",
        "catalogue draft",
        "catalogue preview",
        "catalogue schema",
        "catalogue show",
        "dead-letters list",
        "dead-letters show",
        "doctor",
        "organizations template",
        "users list",
        "users template",
        "verify",
    }
)
OTHER_COMMANDS: Mapping[str, str] = {
    "migrate": "changes the schema; alembic_version tells which",
    "rebuild": "computes the same sums again",
    "serve": "runs the services",
    "demo": "made-up data in a folder of its own",
}

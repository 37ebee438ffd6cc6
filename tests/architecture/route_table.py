"""Every route with who may call it, and what keeps strangers out. Reviewed by people: a route that
is missing here fails the tests, so that nobody opens one unseen.
"""

from tests.architecture.duty_routes import DUTY_API, DUTY_PAGES
from tests.architecture.history_routes import HISTORY_API
from tests.architecture.route_rules import (
    ADMINISTRATORS,
    ANYONE,
    FORM_READERS,
    NEWCOMERS,
    PREPARERS,
    REVIEWERS,
    SENDERS,
    SENDERS_AND_PROGRAMS,
    SIGNED_IN,
    SIGNERS,
    TYPISTS,
    TYPISTS_AND_PROGRAMS,
    Foreign,
    Own,
    Route,
)

FIGURES = {"LV01": {"4": 1, "5": 0, "6": 0, "8": 1, "9": 0, "10": 0, "12": 0, "13": 0}}
REPORT = {
    "organization": "{organization}",
    "form": "{form}",
    "period": "{period}",
    "figures": FIGURES,
    "reason": "Đính chính",
}
SHEET = {"organization": "{organization}", "period": "{period}"}
RATE = {"code": "II06A.ON_TIME_RATE"}
CELLS = {**SHEET, "form": "{form}"}
AT_REPORT = {"If-Match": '"1"'}
WHY = {"reason": "Cột 4 chưa khớp."}
SEEN = {"sequence": "1", "reason": "Cột 4 chưa khớp."}

TABLE = "Nội dung\t(4)\t(5)\nHộ tịch\t1\t2\n".encode()

API = (
    Route(
        "POST",
        "/api/v1/submissions",
        TYPISTS_AND_PROGRAMS,
        Foreign(body=REPORT, headers={"Idempotency-Key": "routes"}),
    ),
    Route(
        "POST",
        "/api/v1/imports",
        TYPISTS_AND_PROGRAMS,
        Foreign(body=[REPORT], query={"dry_run": "true"}),
    ),
    Route("GET", "/api/v1/obligations", SIGNED_IN, Own(query={"organization": "{organization}"})),
    Route("GET", "/api/v1/obligations/{obligation_id}", SIGNED_IN, Foreign()),
    *DUTY_API,
    Route("GET", "/api/v1/drafts/{obligation_id}", TYPISTS_AND_PROGRAMS, Foreign()),
    Route(
        "PUT",
        "/api/v1/drafts/{obligation_id}",
        TYPISTS_AND_PROGRAMS,
        Foreign(body={"figures": {}}, headers={"If-Match": '"0"'}),
    ),
    Route(
        "POST",
        "/api/v1/drafts/{obligation_id}/send-for-signature",
        PREPARERS,
        Foreign(headers=AT_REPORT),
    ),
    Route("POST", "/api/v1/drafts/{obligation_id}/take-back", SENDERS, Foreign(headers=AT_REPORT)),
    Route(
        "POST",
        "/api/v1/drafts/{obligation_id}/hand-back",
        SIGNERS,
        Foreign(body=WHY, headers=AT_REPORT),
    ),
    Route(
        "POST",
        "/api/v1/drafts/{obligation_id}/sign",
        SIGNERS,
        Foreign(headers=AT_REPORT | {"Idempotency-Key": "signs"}),
    ),
    Route(
        "POST",
        "/api/v1/attachments",
        TYPISTS_AND_PROGRAMS,
        Foreign(query={"obligation": "{obligation_id}"}, file=b"%PDF-1.7"),
    ),
    Route(
        "GET",
        "/api/v1/obligations/{obligation_id}/attachments/{sha256}",
        SIGNED_IN,
        Foreign(words={"sha256": "{attachment}"}),
    ),
    Route("GET", "/api/v1/obligations/{obligation_id}/workbook", TYPISTS_AND_PROGRAMS, Foreign()),
    Route(
        "GET",
        "/api/v1/obligations/{obligation_id}/workbook/marked",
        TYPISTS_AND_PROGRAMS,
        Foreign(),
    ),
    Route(
        "POST",
        "/api/v1/workbooks",
        TYPISTS_AND_PROGRAMS,
        Foreign(query={"obligation": "{obligation_id}", "dry_run": "true"}, file=TABLE),
    ),
    Route("GET", "/api/v1/reports/{report_id}", SIGNED_IN, Foreign()),
    Route("GET", "/api/v1/reports/{report_id}/versions", SIGNED_IN, Foreign()),
    Route(
        "GET",
        "/api/v1/reports/{report_id}/versions/{number}",
        SIGNED_IN,
        Foreign(words={"number": "1"}),
    ),
    Route("GET", "/api/v1/reports/{report_id}/events", SIGNED_IN, Foreign()),
    Route(
        "GET",
        "/api/v1/reports/{report_id}/document.{file_format}",
        SIGNED_IN,
        Foreign(words={"file_format": "xlsx"}),
    ),
    Route(
        "GET",
        "/api/v1/aggregates/{slug}/{period}/document.{file_format}",
        SIGNED_IN,
        Foreign(
            holder="district",
            query={"organization": "{district}"},
            words={"slug": "ii-06a", "file_format": "xlsx"},
        ),
    ),
    Route("GET", "/api/v1/receipts/{number}", SIGNED_IN, Foreign()),
    Route(
        "POST",
        "/api/v1/reports/{report_id}/withdraw",
        SENDERS_AND_PROGRAMS,
        Foreign(body=WHY, headers=AT_REPORT),
    ),
    Route(
        "POST",
        "/api/v1/reports/{report_id}/return",
        REVIEWERS,
        Foreign(holder="district", body=WHY, headers=AT_REPORT),
    ),
    Route(
        "POST",
        "/api/v1/reports/{report_id}/approve",
        REVIEWERS,
        Foreign(holder="district", headers=AT_REPORT),
    ),
    Route("GET", "/api/v1/review", REVIEWERS, Own()),
    Route(
        "POST",
        "/api/v1/review/approvals",
        REVIEWERS,
        Foreign(
            holder="district", body={"reports": [{"report_id": "{report_id}", "sequence": 99}]}
        ),
    ),
    Route("GET", "/api/v1/aggregates", SIGNED_IN, Own(query={"organization": "{district}"})),
    Route(
        "GET",
        "/api/v1/aggregates/{slug}/{period}",
        SIGNED_IN,
        Foreign(holder="district", query={"organization": "{district}"}, words={"slug": "ii-06a"}),
    ),
    Route(
        "POST",
        "/api/v1/aggregates",
        SIGNERS | REVIEWERS,
        Foreign(
            holder="district",
            body={"organization": "{district}", "form": "ii-06a", "period": "{period}"},
            headers={"If-Match": f'"{"0" * 64}"'},
        ),
    ),
    Route("GET", "/api/v1/organizations", SIGNED_IN),
    Route("GET", "/api/v1/organizations/{organization_id}", SIGNED_IN),
    Route("GET", "/api/v1/regimes", SIGNED_IN),
    Route("GET", "/api/v1/calendar", SIGNED_IN),
    Route("POST", "/api/v1/catalogue", ADMINISTRATORS, Foreign(holder="province", file=b"kind: x")),
    Route("GET", "/api/v1/forms", SIGNED_IN),
    Route("GET", "/api/v1/forms/{slug}", SIGNED_IN),
    Route("POST", "/api/v1/tokens", SIGNED_IN),
    Route("GET", "/api/v1/tokens", SIGNED_IN, Own()),
    Route("DELETE", "/api/v1/tokens/{token_id}", SIGNED_IN, Foreign(holder="person")),
    Route("GET", "/api/v1/indicators", SIGNED_IN, Foreign(query=SHEET)),
    Route("GET", "/api/v1/indicators/{code}/series", SIGNED_IN, Foreign(query=SHEET, words=RATE)),
    Route("GET", "/api/v1/indicators/{code}/children", SIGNED_IN, Foreign(query=SHEET, words=RATE)),
    Route("GET", "/api/v1/exports/figures", SIGNED_IN, Foreign(query=CELLS)),
    Route("GET", "/api/v1/exports/htttbc", SIGNED_IN, Foreign(query=CELLS)),
    Route("GET", "/api/v1/exports/htttbc/schema", SIGNED_IN),
    Route(
        "GET",
        "/api/v1/exports/indicators",
        SIGNED_IN,
        Foreign(query={**SHEET, "indicator": "II06A.ON_TIME_RATE"}),
    ),
    Route("GET", "/api/v1/rollups", SIGNED_IN, Foreign(query=CELLS)),
    Route("GET", "/api/v1/completeness", SIGNED_IN, Foreign(query=CELLS)),
    Route("GET", "/api/v1/stream", SIGNED_IN, Foreign(query=SHEET)),
    Route("GET", "/api/v1/reminders", SIGNED_IN, Own(query={"obligation": "{obligation_id}"})),
    Route("GET", "/api/v1/reminders/without-recipient", SIGNED_IN, Own()),
    Route(
        "POST",
        "/api/v1/reminders/urges",
        REVIEWERS,
        Foreign(holder="district", body={"obligations": ["{obligation_id}"]}),
    ),
)

PAGES = (
    Route("GET", "/", SIGNED_IN, Own()),
    *DUTY_PAGES,
    Route("GET", "/obligations/{obligation_id}/form", TYPISTS, Foreign()),
    Route("POST", "/obligations/{obligation_id}/form", TYPISTS, Foreign(form={"version": "0"})),
    Route("GET", "/obligations/{obligation_id}/check", TYPISTS, Foreign()),
    Route("POST", "/obligations/{obligation_id}/check", TYPISTS, Foreign(form={"version": "0"})),
    Route("POST", "/obligations/{obligation_id}/take-back", SENDERS, Foreign(form=SEEN)),
    Route("POST", "/obligations/{obligation_id}/hand-back", SIGNERS, Foreign(form=SEEN)),
    Route("GET", "/obligations/{obligation_id}/document", TYPISTS, Foreign()),
    Route(
        "POST",
        "/documents",
        TYPISTS,
        Foreign(form={"obligation_id": "{obligation_id}", "draft_version": "0"}),
    ),
    Route("GET", "/obligations/{obligation_id}/workbook", TYPISTS, Foreign()),
    Route(
        "POST",
        "/obligations/{obligation_id}/workbook",
        TYPISTS,
        Foreign(form={"draft_version": "0"}),
    ),
    Route(
        "POST",
        "/workbooks",
        TYPISTS,
        Foreign(form={"obligation_id": "{obligation_id}", "draft_version": "0"}),
    ),
    Route("GET", "/receipts/{number}", SIGNED_IN, Foreign()),
    Route("GET", "/reports/{report_id}", SIGNED_IN, Foreign()),
    Route("POST", "/reports/{report_id}/withdraw", SENDERS, Foreign(form=SEEN)),
    Route("GET", "/review", REVIEWERS, Own()),
    Route(
        "GET",
        "/review/approve",
        REVIEWERS,
        Foreign(holder="district", query={"report": "{report_id}"}),
    ),
    Route(
        "POST",
        "/review/approve",
        REVIEWERS,
        Foreign(holder="district", form={"report": "{report_id}:99"}),
    ),
    Route("GET", "/review/{report_id}", REVIEWERS, Foreign(holder="district")),
    Route("POST", "/review/{report_id}/approve", REVIEWERS, Foreign(holder="district", form=SEEN)),
    Route("POST", "/review/{report_id}/return", REVIEWERS, Foreign(holder="district", form=SEEN)),
    Route(
        "GET",
        "/aggregates/{slug}/{period}",
        SIGNED_IN,
        Foreign(holder="district", query={"organization": "{district}"}, words={"slug": "ii-06a"}),
    ),
    Route(
        "POST",
        "/aggregates/{slug}/{period}/sign-off",
        SIGNERS | REVIEWERS,
        Foreign(holder="district", form={"organization": "{district}"}, words={"slug": "ii-06a"}),
    ),
    Route("GET", "/dashboard", SIGNED_IN, Foreign(query=SHEET)),
    Route("GET", "/dashboard/fragment", SIGNED_IN, Foreign(query=SHEET)),
    Route("GET", "/dashboard/cells", SIGNED_IN, Foreign(query=SHEET)),
    Route("GET", "/dashboard/cells.csv", SIGNED_IN, Foreign(query=SHEET)),
    Route("GET", "/dashboard/changes", SIGNED_IN, Foreign(query=SHEET)),
    Route("GET", "/indicators/{code}", SIGNED_IN, Foreign(query=SHEET, words=RATE)),
    Route("GET", "/completeness", SIGNED_IN, Foreign(query=SHEET)),
    Route("GET", "/calendar", SIGNED_IN),
    Route("GET", "/regimes", SIGNED_IN),
    Route("GET", "/forms", FORM_READERS),
    Route("GET", "/forms/{slug}", FORM_READERS),
    Route("GET", "/reminders", SIGNED_IN, Own(query={"obligation": "{obligation_id}"})),
    Route(
        "POST",
        "/reminders/urge",
        REVIEWERS,
        Foreign(holder="district", form={"obligation": "{obligation_id}"}),
    ),
)

ACCOUNTS = (
    Route("GET", "/sign-in", ANYONE),
    Route("POST", "/sign-in", ANYONE),
    Route("GET", "/forgot-password", ANYONE),
    Route("POST", "/forgot-password", ANYONE),
    Route("GET", "/reset-password", ANYONE),
    Route("POST", "/reset-password", ANYONE),
    Route("POST", "/sign-out", NEWCOMERS),
    Route("GET", "/account/password", NEWCOMERS),
    Route("POST", "/account/password", NEWCOMERS),
    Route("GET", "/account/tokens", SIGNED_IN, Own()),
    Route("POST", "/account/tokens", SIGNED_IN),
    Route(
        "POST",
        "/account/tokens/{token_id}/revoke",
        SIGNED_IN,
        Foreign(holder="person", words={"token_id": "{other_token_id}"}),
    ),
)

COLLEAGUE = Foreign(holder="person", form={"roles": "preparer"})
ADMINISTRATION = (
    Route("GET", "/accounts", ADMINISTRATORS, Own()),
    Route("GET", "/accounts/new", ADMINISTRATORS),
    Route("POST", "/accounts/new", ADMINISTRATORS),
    Route("GET", "/accounts/{account_id}", ADMINISTRATORS, Foreign(holder="person")),
    Route("POST", "/accounts/{account_id}/roles", ADMINISTRATORS, COLLEAGUE),
    Route("POST", "/accounts/{account_id}/password", ADMINISTRATORS, COLLEAGUE),
    Route("POST", "/accounts/{account_id}/password-mail", ADMINISTRATORS, COLLEAGUE),
    Route("POST", "/accounts/{account_id}/disable", ADMINISTRATORS, COLLEAGUE),
    Route("POST", "/accounts/{account_id}/enable", ADMINISTRATORS, COLLEAGUE),
    Route("GET", "/audit", ADMINISTRATORS, Own()),
    Route("GET", "/api/v1/audit", ADMINISTRATORS, Own()),
)

EDGE = (
    Route("GET", "/healthz", ANYONE),
    Route("GET", "/readyz", ANYONE),
    Route("GET", "/metrics", ANYONE),
    Route("GET", "/api/openapi.json", ANYONE),
    Route("GET", "/api", ANYONE),
    Route("GET", "/problems", ANYONE),
    Route("GET", "/problems/{code}", ANYONE),
    Route("POST", "/language", ANYONE),
    Route("GET", "/forms/scripts/{name}", ANYONE),
)

DEMONSTRATION = (
    Route("POST", "/demo/sign-in", ANYONE),
    Route("POST", "/demo/clock", SIGNED_IN),
    Route("GET", "/mailbox", SIGNED_IN, Own()),
    Route("GET", "/mailbox/{mail_id}", SIGNED_IN, Foreign()),
    Route("GET", "/mailbox/{mail_id}/body", SIGNED_IN, Foreign()),
    Route("GET", "/styleguide", ANYONE),
)
"""Routed by `tonghop demo` only."""

INSTALLED = API + PAGES + ACCOUNTS + ADMINISTRATION + HISTORY_API + EDGE
ALL = INSTALLED + DEMONSTRATION

"""Routes of obligations, periods and requests: see route_table."""

from tests.architecture.route_rules import (
    RECEIVERS,
    REVIEWERS,
    SIGNED_IN,
    Foreign,
    Own,
    Route,
)

REGIME = {"regime": "VPCP-KSTT"}
AT_DUTY = {"If-Match": '"1"'}
WHY = {"reason": "Cột 4 chưa khớp."}
SEEN = {"sequence": "1", **WHY}
WHOLE_PERIOD = Foreign(
    holder="province",
    body={"regime": "VPCP-KSTT", "period": "{period}", **WHY},
    headers={"If-Match": '"0"'},
)
ASKING = {
    "regime": "VPCP-KSTT-DX",
    "form": "{form}",
    "first": "2025-05-02",
    "last": "2025-05-30",
    "last_day": "2027-06-30",
    "title": "Rà soát",
    "purpose": "Phân bổ kinh phí",
    "addressees": ["{organization}"],
}
WHOLE_PERIOD_PAGE = Foreign(holder="province", form={**REGIME, "sequence": "0", **WHY})
ASKED_BY_PROVINCE = Foreign(
    holder="province",
    form={
        "subject": "VPCP-KSTT-DX|{form}",
        "title": "Rà soát",
        "purpose": "Phân bổ kinh phí",
        "first": "2025-05-03",
        "last": "2025-05-29",
        "last_day": "2027-06-30",
        "addressee": "{organization}",
    },
)

DUTY_API = (
    Route(
        "POST",
        "/api/v1/obligations/acts",
        RECEIVERS,
        Foreign(
            holder="district",
            body={
                "verb": "exclude",
                "reason": "Loại thử",
                "obligations": [{"obligation_id": "{obligation_id}", "sequence": 1}],
            },
        ),
    ),
    Route(
        "POST",
        "/api/v1/obligations/{obligation_id}/extend",
        RECEIVERS,
        Foreign(holder="district", body={"until": "2027-01-01", **WHY}, headers=AT_DUTY),
    ),
    Route(
        "POST",
        "/api/v1/obligations/{obligation_id}/exclude",
        RECEIVERS,
        Foreign(holder="district", body=WHY, headers=AT_DUTY),
    ),
    Route(
        "POST",
        "/api/v1/obligations/{obligation_id}/include",
        RECEIVERS,
        Foreign(holder="district", body=WHY, headers=AT_DUTY),
    ),
    Route(
        "POST",
        "/api/v1/obligations/{obligation_id}/transfer",
        RECEIVERS,
        Foreign(holder="district", body={"to": "75", **WHY}, headers=AT_DUTY),
    ),
    Route("GET", "/api/v1/obligations/{obligation_id}/history", SIGNED_IN, Foreign()),
    Route("GET", "/api/v1/reports/{report_id}/history", SIGNED_IN, Foreign()),
    Route("GET", "/api/v1/requests", SIGNED_IN, Own()),
    Route(
        "GET",
        "/api/v1/requests/{request_id}",
        SIGNED_IN,
        Foreign(words={"request_id": "{asked}"}),
    ),
    Route("POST", "/api/v1/requests", REVIEWERS, Foreign(holder="province", body=ASKING)),
    Route("GET", "/api/v1/periods", SIGNED_IN, Own()),
    Route("GET", "/api/v1/periods/{period}", SIGNED_IN, Own(query={"regime": "VPCP-KSTT"})),
    Route("POST", "/api/v1/periods/close", RECEIVERS, WHOLE_PERIOD),
    Route("POST", "/api/v1/periods/reopen", RECEIVERS, WHOLE_PERIOD),
)

DUTY_PAGES = (
    Route("GET", "/obligations/{obligation_id}", SIGNED_IN, Foreign()),
    Route("GET", "/reports/{report_id}/history", SIGNED_IN, Foreign()),
    Route(
        "POST",
        "/obligations/{obligation_id}/extend",
        RECEIVERS,
        Foreign(holder="district", form={**SEEN, "until": "2027-01-01"}),
    ),
    Route(
        "POST",
        "/obligations/{obligation_id}/exclude",
        RECEIVERS,
        Foreign(holder="district", form=SEEN),
    ),
    Route(
        "POST",
        "/obligations/{obligation_id}/include",
        RECEIVERS,
        Foreign(holder="district", form=SEEN),
    ),
    Route(
        "POST",
        "/obligations/{obligation_id}/transfer",
        RECEIVERS,
        Foreign(holder="district", form={**SEEN, "to": "75"}),
    ),
    Route("GET", "/periods", SIGNED_IN, Own()),
    Route("GET", "/periods/{period}", SIGNED_IN, Own(query=REGIME)),
    Route("POST", "/periods/{period}/close", RECEIVERS, WHOLE_PERIOD_PAGE),
    Route("POST", "/periods/{period}/reopen", RECEIVERS, WHOLE_PERIOD_PAGE),
    Route(
        "POST",
        "/periods/{period}/duties",
        RECEIVERS,
        Foreign(
            holder="district",
            form={
                **REGIME,
                "verb": "exclude",
                "reason": "Loại thử",
                "obligation": "{obligation_id}:1",
            },
        ),
    ),
    Route("GET", "/requests", SIGNED_IN, Own()),
    Route("GET", "/requests/new", REVIEWERS),
    Route("POST", "/requests/new", REVIEWERS, ASKED_BY_PROVINCE),
    Route(
        "GET",
        "/requests/{request_id}",
        SIGNED_IN,
        Foreign(words={"request_id": "{asked}"}),
    ),
)

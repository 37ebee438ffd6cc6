"""Releases and changes: who may call, and what keeps strangers out."""

from shared.web.principals import Role
from tests.architecture.route_rules import SIGNED_IN, Foreign, Own, Route

PUBLISHERS = frozenset({Role.ANALYST, Role.LEADER})
SHEET = {"organization": "{organization}", "period": "{period}", "form": "{form}"}
RELEASE = {"organization": "{province}", "period": "{period}", "form": "{form}", "reason": "Chốt."}
WHOLE = Foreign(holder="province")
"""All of a province. That there is a release, and its hash, is known in all of the province."""

HISTORY_API = (
    Route("GET", "/api/v1/changes", SIGNED_IN, Foreign(query={**SHEET, "since": "1"})),
    Route("GET", "/api/v1/releases", SIGNED_IN, Own()),
    Route("POST", "/api/v1/releases", PUBLISHERS, Foreign(holder="province", body=RELEASE)),
    Route("GET", "/api/v1/releases/{release_id}", SIGNED_IN, Own()),
    Route("GET", "/api/v1/releases/{release_id}/content", SIGNED_IN, WHOLE),
    Route("GET", "/api/v1/releases/{release_id}/revisions", SIGNED_IN, WHOLE),
)

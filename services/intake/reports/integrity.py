"""Whether a stored version still has the hash that its receipt names."""

import hashlib
from typing import Any

from shared.db.engine import read_json, write_canonical_json
from shared.domain.contents import content_of

SELECT_VERSIONS = """
SELECT v.report_id, v.version, v.form_version, v.figures, v.nothing_to_report, v.explanations,
       v.content_sha256, to_jsonb(v) -> 'document' AS document,
       to_jsonb(v) -> 'content' AS content,
       r.regime, r.form, r.period, o.code
FROM log.report_version v
JOIN log.report r ON r.id = v.report_id
JOIN log.obligation duty ON duty.id = r.obligation_id
CROSS JOIN LATERAL (
    SELECT version.code FROM catalogue.organization_version version
    WHERE version.organization_id = r.organization_id AND NOT version.retracted
      AND version.valid_from <= duty.cutoff_date
    ORDER BY version.valid_from DESC, version.change_number DESC LIMIT 1
) o
"""


def content_hash_of(row: Any) -> str:
    """What `submissions.records.content_sha256` gave for it, from a row of SELECT_VERSIONS."""
    received = {
        "organization": row.code,
        "regime": row.regime,
        "form": row.form,
        "form_version": row.form_version,
        "period": row.period,
        "figures": read_json(row.figures),
        "nothing_to_report": row.nothing_to_report,
        "explanations": read_json(row.explanations),
    }
    document = read_json(row.document) if row.document else None
    if document:
        received["document"] = document
    content = read_json(row.content) if row.content else None
    if content:
        received["content"] = content_of(content).as_json()
    return hashlib.sha256(write_canonical_json(received).encode()).hexdigest()

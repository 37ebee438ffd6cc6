"""The SQL of the rebuild. Shadows are temporary tables, named as those they will replace."""

SHADOW = "pg_temp"

MAKE_SHADOWS = tuple(
    f"CREATE TEMPORARY TABLE {name} (LIKE aggregator.{name} INCLUDING ALL) ON COMMIT DROP"
    for name in ("obligation", "report", "rollup")
)

# The newest state of every subject, without what a consumer could not apply and nobody has settled.
MAKE_NEWEST = """
CREATE TEMPORARY TABLE newest ON COMMIT DROP AS
SELECT DISTINCT ON (subject) type, position, data,
       data ->> 'form' AS form, data ->> 'period' AS period,
       (data ->> 'organization_id')::bigint AS organization_id
FROM log.event
WHERE position IS NOT NULL
    AND (type LIKE 'vn.tonghop.report.%' OR type LIKE 'vn.tonghop.obligation.%')
    AND event_id::text NOT IN (
        SELECT event_id FROM aggregator.dead_letter
        WHERE resolved_at IS NULL AND event_id IS NOT NULL
    )
ORDER BY subject, (data ->> 'sequence')::int DESC
"""
INDEX_NEWEST = "CREATE INDEX ON pg_temp.newest (form, period)"

CATALOGUE_POSITION = """
SELECT coalesce(max(position), 0) FROM log.event WHERE type = 'vn.tonghop.catalogue.changed.v1'
"""

FILL_OBLIGATIONS = """
INSERT INTO pg_temp.obligation
    (organization_id, form, period, obligation_id, province_id, sequence, receiver_id, cutoff_date,
     deadline, state, original_deadline, reason)
SELECT organization_id, form, period, (data ->> 'obligation_id')::bigint,
       (data ->> 'province_id')::bigint, (data ->> 'sequence')::int,
       (data ->> 'receiver_id')::bigint, (data ->> 'cutoff_date')::date,
       (data ->> 'deadline')::timestamptz, data ->> 'state',
       (data ->> 'original_deadline')::timestamptz, data ->> 'reason'
FROM pg_temp.newest
WHERE type LIKE 'vn.tonghop.obligation.%'
"""

SHEAVES = """
SELECT form, period, max(cutoff_date) AS cutoff_date, array_agg(organization_id) AS organization_ids
FROM pg_temp.obligation
GROUP BY form, period
"""

POSITIONS = """
SELECT organization_id, max(position) AS position FROM pg_temp.newest
WHERE form = $1 AND period = $2
GROUP BY organization_id
"""

# $3 and $4 are the rows and columns of the form's input cells, $5 what a blank stands for.
FILL_REPORTS = """
INSERT INTO pg_temp.report
    (organization_id, form, period, track, report_id, sequence, state, version, nothing_to_report,
     submitted_at, first_submitted_at, cells)
SELECT newest.organization_id, newest.form, newest.period, track.name,
       (data ->> 'report_id')::bigint, (data ->> 'sequence')::int, data ->> 'state',
       (standing.value ->> 'version')::int,
       coalesce((standing.value ->> 'nothing_to_report')::boolean, false),
       (standing.value ->> 'submitted_at')::timestamptz,
       (data ->> 'first_submitted_at')::timestamptz,
       CASE WHEN standing.value IS NULL THEN '{}' ELSE ARRAY(
           SELECT coalesce((standing.value -> 'figures' -> cell.row_code ->> cell.column_code),
                           $5)::numeric
           FROM unnest($3::text[], $4::text[]) WITH ORDINALITY
               AS cell (row_code, column_code, place)
           ORDER BY place
       ) END
FROM pg_temp.newest
JOIN pg_temp.obligation USING (form, period, organization_id)
CROSS JOIN (VALUES ('live'), ('official')) AS track (name)
CROSS JOIN LATERAL (SELECT nullif(data -> track.name, 'null'::jsonb) AS value) AS standing
WHERE form = $1 AND period = $2 AND type LIKE 'vn.tonghop.report.%'
"""


def swap(table: str, *, key: tuple[str, ...], rest: tuple[str, ...]) -> tuple[str, str]:
    """Removes what the shadow lacks, then writes what is new or differs; the rest is left alone."""
    same_key = " AND ".join(f"held.{name} = made.{name}" for name in key)
    columns, theirs = ", ".join(rest), ", ".join(f"excluded.{name}" for name in rest)
    ours = ", ".join(f"held.{name}" for name in rest)
    names = ", ".join((*key, *rest))
    return (
        f"DELETE FROM aggregator.{table} AS held "
        f"WHERE NOT EXISTS (SELECT FROM pg_temp.{table} AS made WHERE {same_key})",
        f"INSERT INTO aggregator.{table} AS held ({names}) SELECT {names} FROM pg_temp.{table} "
        f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET ({columns}) = ROW ({theirs}) "
        f"WHERE ({ours}) IS DISTINCT FROM ({theirs})",
    )


SWAP = (
    *swap(
        "obligation",
        key=("form", "period", "organization_id"),
        rest=(
            "obligation_id", "province_id", "sequence", "receiver_id", "cutoff_date", "deadline",
            "state", "original_deadline", "reason",
        ),
    ),
    *swap(
        "report",
        key=("form", "period", "organization_id", "track"),
        rest=(
            "report_id", "sequence", "state", "version", "nothing_to_report", "submitted_at",
            "first_submitted_at", "cells",
        ),
    ),
    *swap(
        "rollup",
        key=("form", "period", "node_id", "track"),
        rest=(
            "totals", "counts", "minima", "maxima", "expected", "reported", "on_time", "position",
        ),
    ),
)  # fmt: skip

"""The SQL of looking back: the last event of each subject up to a position, then sums of them.

Every event carries the whole state of its subject, so nothing older is needed. Events are found by
subject, one probe of the index event_by_subject each; per subject the order of ids is that of
positions. What a consumer had to set aside and nobody has settled counts no more than it does now.
"""

SET_ASIDE = """
SELECT event_id FROM aggregator.dead_letter WHERE resolved_at IS NULL AND event_id IS NOT NULL
"""

# $1 to $5: form, period, organization, part, whether its figures are added. $6: position.
# $7: events set aside. A part is a set of organizations that belong to the same nodes asked for,
# so that each report is taken apart once, however many nodes contain it.
_MEMBERS = """
member AS MATERIALIZED (
    SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::int[], $5::boolean[])
        AS given (form, period, organization_id, part, adds)
),
told AS (
    SELECT member.*, obligation.id AS obligation_id, known.*
    FROM member
    JOIN log.obligation USING (form, period, organization_id)
    CROSS JOIN LATERAL (
        SELECT (data ->> 'deadline')::timestamptz AS deadline, data ->> 'state' AS state,
               (data ->> 'original_deadline')::timestamptz AS original_deadline,
               coalesce(data ->> 'reason', '') AS reason
        FROM log.event
        WHERE subject = 'obligation/' || obligation.id AND position <= $6
            AND event_id::text <> ALL ($7::text[])
        ORDER BY id DESC LIMIT 1
    ) AS known
),
duty AS MATERIALIZED (
    SELECT * FROM told WHERE state <> 'excluded'
)
"""

# $8: the track.
SUMS = f"""
WITH {_MEMBERS},
standing AS MATERIALIZED (
    SELECT duty.form, duty.period, duty.part, duty.adds, known.figures,
           coalesce(known.first_submitted_at <= duty.deadline, false) AS on_time
    FROM duty
    JOIN log.report USING (obligation_id)
    CROSS JOIN LATERAL (
        SELECT data -> $8 -> 'figures' AS figures,
               (data ->> 'first_submitted_at')::timestamptz AS first_submitted_at
        FROM log.event
        WHERE subject = 'report/' || report.id AND position <= $6
            AND event_id::text <> ALL ($7::text[])
        ORDER BY id DESC LIMIT 1
    ) AS known
    WHERE known.figures IS NOT NULL
),
cell AS (
    SELECT form, period, part, row_code, column_code, sum(figure::numeric) AS total,
           count(*)::int AS count, min(figure::numeric) AS minimum, max(figure::numeric) AS maximum
    FROM standing
    CROSS JOIN LATERAL jsonb_each(figures) AS line (row_code, columns)
    CROSS JOIN LATERAL jsonb_each_text(columns) AS place (column_code, figure)
    WHERE adds
    GROUP BY form, period, part, row_code, column_code
)
SELECT expected.*, coalesce(came.reported, 0) AS reported, coalesce(came.on_time, 0) AS on_time,
       summed.*
FROM (
    SELECT part, count(*)::int AS expected FROM duty GROUP BY part
) AS expected
LEFT JOIN (
    SELECT part AS came_of, count(*)::int AS reported,
           (count(*) FILTER (WHERE on_time))::int AS on_time
    FROM standing GROUP BY part
) AS came ON came_of = expected.part
LEFT JOIN (
    SELECT part AS summed_of, array_agg(row_code) AS rows, array_agg(column_code) AS columns,
           array_agg(total) AS totals, array_agg(count) AS counts, array_agg(minimum) AS minima,
           array_agg(maximum) AS maxima
    FROM cell GROUP BY part
) AS summed ON summed_of = expected.part
"""

DUTIES = f"""
WITH {_MEMBERS}
SELECT duty.obligation_id, duty.organization_id, duty.deadline, duty.original_deadline,
       known.data ->> 'state' AS report_state,
       (known.data ->> 'first_submitted_at')::timestamptz AS first_submitted_at,
       (known.data -> 'live' ->> 'nothing_to_report')::boolean AS nothing_to_report,
       coalesce(known.data -> 'live' ->> 'version', known.data -> 'official' ->> 'version')
           IS NOT NULL AS is_in
FROM duty
LEFT JOIN log.report USING (obligation_id)
LEFT JOIN LATERAL (
    SELECT data FROM log.event
    WHERE subject = 'report/' || report.id AND position <= $6
        AND event_id::text <> ALL ($7::text[])
    ORDER BY id DESC LIMIT 1
) AS known ON true
"""

EXCLUSIONS = f"""
WITH {_MEMBERS}
SELECT organization_id, reason FROM told WHERE state = 'excluded'
"""

# $1: the subject of the period. $2: position. $3: events set aside.
CLOSED_AT = """
SELECT occurred_at FROM (
    SELECT data ->> 'state' AS state, occurred_at FROM log.event
    WHERE subject = $1 AND position <= $2 AND event_id::text <> ALL ($3::text[])
    ORDER BY id DESC LIMIT 1
) AS last
WHERE state = 'closed'
"""

REPORTS = """
SELECT report.organization_id, report.id AS report_id,
       (known.standing ->> 'version')::int AS version,
       (known.standing ->> 'submitted_at')::timestamptz AS submitted_at
FROM log.report
CROSS JOIN LATERAL (
    SELECT data -> $6 AS standing FROM log.event
    WHERE subject = 'report/' || report.id AND position <= $4
        AND event_id::text <> ALL ($5::text[])
    ORDER BY id DESC LIMIT 1
) AS known
WHERE report.form = $1 AND report.period = $2 AND report.organization_id = ANY ($3::bigint[])
    AND known.standing ->> 'version' IS NOT NULL
"""

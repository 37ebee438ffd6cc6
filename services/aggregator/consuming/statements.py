"""The SQL of the aggregator's write path: a handful of statements a batch, never one an event.

Every statement takes arrays that `unnest` zips into rows. Cells travel as array literals in text,
because asyncpg cannot send arrays of arrays of different lengths. Rows are written in the order of
their key, so that two consumers on one row wait for each other instead of deadlocking.
"""

SCHEMA = "aggregator"


def in_schema(statement: str, schema: str) -> str:
    """The statement on the tables of the same names in another schema."""
    return statement.replace(f"{SCHEMA}.", f"{schema}.")


UPSERT_OBLIGATIONS = """
INSERT INTO aggregator.obligation AS held
    (organization_id, form, period, obligation_id, province_id, sequence, receiver_id, cutoff_date,
     deadline, state, original_deadline, reason)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::int[],
                     $7::bigint[], $8::date[], $9::timestamptz[], $10::text[], $11::timestamptz[],
                     $12::text[])
    AS given (organization_id, form, period, obligation_id, province_id, sequence, receiver_id,
              cutoff_date, deadline, state, original_deadline, reason)
ORDER BY form, period, organization_id
ON CONFLICT (form, period, organization_id) DO UPDATE SET
    sequence = excluded.sequence, receiver_id = excluded.receiver_id,
    cutoff_date = excluded.cutoff_date, deadline = excluded.deadline, state = excluded.state,
    original_deadline = excluded.original_deadline, reason = excluded.reason
WHERE held.sequence < excluded.sequence
RETURNING form, period, organization_id
"""

CUTOFFS = """
SELECT form, period, organization_id, cutoff_date
FROM aggregator.obligation
JOIN unnest($1::text[], $2::text[], $3::bigint[]) AS asked (form, period, organization_id)
    USING (form, period, organization_id)
"""

UPSERT_REPORTS = """
INSERT INTO aggregator.report AS held
    (organization_id, form, period, track, report_id, sequence, state, version, nothing_to_report,
     submitted_at, first_submitted_at, cells)
SELECT organization_id, form, period, track, report_id, sequence, state, version,
       nothing_to_report, submitted_at, first_submitted_at, cells::numeric[]
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::int[], $7::text[],
            $8::int[], $9::boolean[], $10::timestamptz[], $11::timestamptz[], $12::text[])
    AS given (organization_id, form, period, track, report_id, sequence, state, version,
              nothing_to_report, submitted_at, first_submitted_at, cells)
ORDER BY form, period, organization_id, track
ON CONFLICT (form, period, organization_id, track) DO UPDATE SET
    sequence = excluded.sequence, state = excluded.state, version = excluded.version,
    nothing_to_report = excluded.nothing_to_report, submitted_at = excluded.submitted_at,
    first_submitted_at = excluded.first_submitted_at, cells = excluded.cells
WHERE held.sequence < excluded.sequence
RETURNING form, period, organization_id
"""

# Array order is lock order: PostgreSQL calls the function once a row as unnest yields it.
LOCK_NODES = """
SELECT count(pg_advisory_xact_lock(hashtextextended(name, 0)))
FROM (SELECT name FROM unnest($1::text[]) AS name OFFSET 0) AS ordered
"""

KNOWN_SHEAVES = """
SELECT form, period, array_agg(organization_id) AS organization_ids,
       max(cutoff_date) AS cutoff_date
FROM aggregator.obligation
GROUP BY form, period
"""

FORGET_NODES = """
DELETE FROM aggregator.rollup
WHERE form = $1 AND period = $2 AND node_id <> ALL($3::bigint[])
"""

# Estimates must follow the sizes of the arrays: a generic plan guesses ten rows and loops over
# thousands. The lock is the first one taken, so it cannot be part of a deadlock.
SHARE_TREE = """
SELECT set_config('plan_cache_mode', 'force_custom_plan', true),
       pg_advisory_xact_lock_shared($1::bigint)
"""
OWN_TREE = """
SELECT set_config('plan_cache_mode', 'force_custom_plan', true),
       pg_advisory_xact_lock($1::bigint)
"""

_INSERT_ROLLUP = """
INSERT INTO aggregator.rollup AS held
    (node_id, form, period, track, totals, counts, minima, maxima, expected, reported, on_time,
     position)
"""

_KEEP_ROLLUP = """
ON CONFLICT (form, period, node_id, track) DO UPDATE SET
    totals = excluded.totals, counts = excluded.counts, minima = excluded.minima,
    maxima = excluded.maxima, expected = excluded.expected, reported = excluded.reported,
    on_time = excluded.on_time, position = greatest(held.position, excluded.position)
"""

# What nodes reported themselves: one row a node and track, arrays always of full width. Without a
# duty in force (none, or excluded) a report counts nowhere, neither in the coverage nor in the
# totals, so that both always speak of the same units. Counts are exploded only where some cells
# are missing and some are not.
_OWN = """
target AS MATERIALIZED (
    SELECT form, period, node_id, enters, sums, width, position, children::bigint[] AS children
    FROM unnest($1::text[], $2::text[], $3::bigint[], $4::boolean[], $5::boolean[], $6::int[],
                $7::bigint[], $8::text[])
        AS given (form, period, node_id, enters, sums, width, position, children)
),
own AS (
    SELECT target.*, track.name AS track, coalesce(entered.cells, nothing.cells) AS cells,
           CASE WHEN entered.cells IS NULL THEN nothing.counts
                WHEN array_position(entered.cells, NULL) IS NULL
                    THEN array_fill(1, ARRAY[target.width])
                ELSE (SELECT array_agg(num_nonnulls(cell) ORDER BY place)
                      FROM unnest(entered.cells) WITH ORDINALITY AS exploded (cell, place))
           END AS counts,
           (obligation.obligation_id IS NOT NULL)::int AS expected,
           (report.version IS NOT NULL)::int AS reported,
           coalesce(report.first_submitted_at <= obligation.deadline, false)::int AS on_time
    FROM target
    CROSS JOIN (VALUES ('live'), ('official')) AS track (name)
    LEFT JOIN aggregator.obligation
        ON obligation.form = target.form AND obligation.period = target.period
        AND obligation.organization_id = target.node_id AND obligation.state <> 'excluded'
    LEFT JOIN aggregator.report
        ON report.form = target.form AND report.period = target.period
        AND report.organization_id = target.node_id AND report.track = track.name
        AND report.version IS NOT NULL AND obligation.obligation_id IS NOT NULL
    CROSS JOIN LATERAL (
        SELECT CASE WHEN target.enters THEN report.cells END AS cells
    ) AS entered
    CROSS JOIN LATERAL (
        SELECT array_fill(NULL::numeric, ARRAY[target.width]) AS cells,
               array_fill(0, ARRAY[target.width]) AS counts
    ) AS nothing
)
"""

# Nodes that have only their own report: nothing to add up.
RECOMPUTE_LEAVES = f"""
WITH {_OWN}
{_INSERT_ROLLUP}
SELECT node_id, form, period, track, cells, counts, cells, cells, expected, reported, on_time,
       position
FROM own
ORDER BY form, period, node_id, track
{_KEEP_ROLLUP}
"""

# One small aggregation a node, rather than one over all of them: it sorts a few thousand cells in
# memory and finds the children by key. Nodes that have no report have no cells to explode.
RECOMPUTE_INNER = f"""
WITH {_OWN}
{_INSERT_ROLLUP}
SELECT own.node_id, own.form, own.period, own.track,
       coalesce(summed.totals, nothing.cells), coalesce(summed.counts, nothing.counts),
       coalesce(summed.minima, nothing.cells), coalesce(summed.maxima, nothing.cells),
       own.expected + below.expected, own.reported + below.reported, own.on_time + below.on_time,
       own.position
FROM own
CROSS JOIN LATERAL (
    SELECT array_fill(NULL::numeric, ARRAY[own.width]) AS cells,
           array_fill(0, ARRAY[own.width]) AS counts
) AS nothing
CROSS JOIN LATERAL (
    SELECT coalesce(sum(child.expected), 0)::int AS expected,
           coalesce(sum(child.reported), 0)::int AS reported,
           coalesce(sum(child.on_time), 0)::int AS on_time
    FROM aggregator.rollup AS child
    WHERE child.form = own.form AND child.period = own.period AND child.track = own.track
        AND child.node_id = ANY (own.children)
) AS below
CROSS JOIN LATERAL (
    SELECT array_agg(total ORDER BY place) AS totals, array_agg(count ORDER BY place) AS counts,
           array_agg(minimum ORDER BY place) AS minima,
           array_agg(maximum ORDER BY place) AS maxima
    FROM (
        SELECT place, sum(total) AS total, sum(count)::int AS count, min(minimum) AS minimum,
               max(maximum) AS maximum
        FROM (
            SELECT own.cells AS totals, own.counts, own.cells AS minima, own.cells AS maxima
            WHERE own.reported > 0
            UNION ALL
            SELECT child.totals, child.counts, child.minima, child.maxima
            FROM aggregator.rollup AS child
            WHERE own.sums AND child.reported > 0
                AND child.form = own.form AND child.period = own.period
                AND child.track = own.track AND child.node_id = ANY (own.children)
        ) AS part
        CROSS JOIN LATERAL unnest(part.totals, part.counts, part.minima, part.maxima)
            WITH ORDINALITY AS exploded (total, count, minimum, maximum, place)
        GROUP BY place
    ) AS cell
) AS summed
ORDER BY own.form, own.period, own.node_id, own.track
{_KEEP_ROLLUP}
"""

"""The SQL of changes: the acts on the subjects of a sheaf between two positions."""

# $1, $2: the sheaf. $3: organizations. $4: events set aside.
_SUBJECTS = """
WITH subject AS (
    SELECT organization_id, 'obligation/' || id AS name, NULL::bigint AS report_id,
           id AS obligation_id
    FROM log.obligation
    WHERE form = $1 AND period = $2 AND organization_id = ANY ($3::bigint[])
    UNION ALL
    SELECT organization_id, 'report/' || id, id, NULL
    FROM log.report
    WHERE form = $1 AND period = $2 AND organization_id = ANY ($3::bigint[])
)
"""

# $5 and $6: after the first position, up to the second. $7: the track.
ACTS = f"""
{_SUBJECTS}
SELECT subject.organization_id, subject.report_id, event.position, event.recorded_at,
       event.occurred_at, event.data ->> 'state' AS state, event.data -> 'act' ->> 'verb' AS verb,
       event.data -> 'act' ->> 'actor_name' AS actor_name,
       (event.data -> 'act' ->> 'at')::timestamptz AS at,
       coalesce(event.data -> 'act' ->> 'reason', event.data ->> 'reason') AS reason,
       (event.data -> $7 ->> 'version')::int AS version, event.data -> $7 ->> 'figures' AS figures,
       coalesce(report_act.version, (event.data -> 'live' ->> 'version')::int) AS acted_version,
       duty_act.verb AS duty_verb, duty_act.actor_name AS duty_actor
FROM subject
JOIN log.event ON event.subject = subject.name
LEFT JOIN log.report_act
    ON report_act.report_id = subject.report_id
    AND report_act.sequence = (event.data ->> 'sequence')::int
LEFT JOIN log.obligation_act AS duty_act
    ON duty_act.obligation_id = subject.obligation_id
    AND duty_act.sequence = (event.data ->> 'sequence')::int
WHERE event.position > $5 AND event.position <= $6 AND event.event_id::text <> ALL ($4::text[])
ORDER BY event.position
"""

# The same subjects as they stood up to position $5.
STATES = f"""
{_SUBJECTS}
SELECT subject.organization_id, subject.report_id, known.data ->> 'state' AS state,
       (known.data -> $6 ->> 'version')::int AS version, known.data -> $6 ->> 'figures' AS figures
FROM subject
CROSS JOIN LATERAL (
    SELECT data FROM log.event
    WHERE event.subject = subject.name AND position <= $5 AND event_id::text <> ALL ($4::text[])
    ORDER BY id DESC LIMIT 1
) AS known
"""

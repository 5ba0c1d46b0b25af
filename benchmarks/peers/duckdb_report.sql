-- What the report adds to its parts: SLA by day and by length of wait, the worst breaches, volume.
CREATE VIEW sla_days AS SELECT * RENAME (day AS date) FROM sla_part.by_day;

CREATE TABLE first_response AS
SELECT
    list_min(list_filter($steps, lambda step: step >= first_response_s)) AS up_to_s,
    verdict(first_response_s, direction, started_at) AS sla,
    sum(n)::BIGINT AS responses_n
FROM (
    SELECT first_response_s, direction, min(started_at) AS started_at, count(*) AS n
    FROM interactions
    WHERE is_now(started_at) AND first_response_s IS NOT NULL
    GROUP BY first_response_s, direction
)
GROUP BY ALL;

CREATE TABLE breaches AS
SELECT
    case_id,
    channel,
    queue,
    agent,
    first_response_s,
    CASE
        WHEN first_response_s IS NOT NULL THEN first_response_s
        WHEN channel <> 'voice' AND ended_at IS NULL AND status <> 'closed'
            THEN epoch(as_of()) - epoch(started_at)
    END - 600 AS over_s
FROM interactions
WHERE is_now(started_at)
    AND verdict(first_response_s, direction, started_at) = 'not_met'
    AND over_s IS NOT NULL
ORDER BY over_s DESC, started_at, case_id
LIMIT 1000;

CREATE TABLE volume_counts AS
SELECT
    is_now(started_at) AS is_current,
    channel,
    direction,
    started_at::DATE AS day,
    hour(started_at) AS hour,
    count(*) AS n
FROM interactions
GROUP BY ALL;

CREATE VIEW volume_summary AS
SELECT
    sum(n) FILTER (is_current)::BIGINT AS cases_n,
    sum(n) FILTER (NOT is_current)::BIGINT AS cases_n_previous,
    sum(n) FILTER (is_current AND direction = 'inbound')::BIGINT AS inbound_n,
    sum(n) FILTER (is_current AND direction = 'outbound')::BIGINT AS outbound_n,
    sum(n) FILTER (is_current AND direction = 'internal')::BIGINT AS internal_n
FROM volume_counts;

CREATE VIEW channels AS
SELECT
    channel,
    sum(n) FILTER (is_current)::BIGINT AS cases_n,
    sum(n) FILTER (NOT is_current)::BIGINT AS cases_n_previous,
    pct(cases_n, sum(sum(n) FILTER (is_current)) OVER ()) AS share_pct
FROM volume_counts
GROUP BY channel;

CREATE VIEW heat AS
SELECT strftime(day, '%a') AS weekday, hour, sum(n)::BIGINT AS cases_n
FROM volume_counts
WHERE is_current
GROUP BY ALL;

CREATE VIEW tables AS
SELECT 'interactions' AS "table", count(*) AS rows_n FROM interactions
UNION ALL SELECT 'contacts', count(*) FROM contacts
UNION ALL SELECT 'companies', count(*) FROM main.companies
UNION ALL SELECT 'tickets', count(*) FROM tickets
UNION ALL SELECT 'behaviors', count(*) FROM behaviors
UNION ALL SELECT 'transcripts', count(*) FROM transcripts;

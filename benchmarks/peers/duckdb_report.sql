-- What the report adds to its parts: the headline, SLA by day and by length of wait, the course of
-- responses, the worst breaches, volume.
CREATE VIEW sla_days AS
SELECT * RENAME (day AS date), (day - INTERVAL 30 DAY)::DATE AS date_previous
FROM sla_part.by_day;

CREATE TABLE distribution AS
SELECT d.*, first_response_p50_s_previous, first_response_days
FROM
    sla_part.distribution AS d,
    (
        SELECT quantile_cont(first_response_s, 0.5) AS first_response_p50_s_previous
        FROM interactions
        WHERE NOT is_now(started_at)
    ),
    (
        SELECT course(list(day), list(median_s)) AS first_response_days
        FROM (
            SELECT started_at::DATE AS day, quantile_cont(first_response_s, 0.5) AS median_s
            FROM interactions
            WHERE is_now(started_at)
            GROUP BY ALL
        )
    );

CREATE TABLE first_response AS
SELECT
    list_min(list_filter($steps, lambda step: step >= first_response_s)) AS up_to_s,
    verdict(first_response_s, direction, started_at) AS sla,
    sum(n)::BIGINT AS responses_n,
    sum(sum(n)) OVER ()::BIGINT AS share_n,
    pct(sum(n), sum(sum(n)) OVER ()) AS share_pct
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

CREATE VIEW volume_days AS
SELECT day AS date, coalesce(sum(n), 0)::BIGINT AS cases_n
FROM period_days
LEFT JOIN volume_counts USING (day)
GROUP BY day;

CREATE VIEW volume_summary AS
SELECT
    sum(n) FILTER (is_current)::BIGINT AS cases_n,
    sum(n) FILTER (NOT is_current)::BIGINT AS cases_n_previous,
    sum(n) FILTER (is_current AND direction = 'inbound')::BIGINT AS inbound_n,
    sum(n) FILTER (NOT is_current AND direction = 'inbound')::BIGINT AS inbound_n_previous,
    sum(n) FILTER (is_current AND direction = 'outbound')::BIGINT AS outbound_n,
    sum(n) FILTER (NOT is_current AND direction = 'outbound')::BIGINT AS outbound_n_previous,
    sum(n) FILTER (is_current AND direction = 'internal')::BIGINT AS internal_n,
    sum(n) FILTER (NOT is_current AND direction = 'internal')::BIGINT AS internal_n_previous,
    (SELECT list(cases_n ORDER BY date) FROM volume_days) AS cases_days
FROM volume_counts;

CREATE VIEW channels AS
SELECT
    channel,
    cases_n::BIGINT AS cases_n,
    cases_n_previous::BIGINT AS cases_n_previous,
    sum(cases_n) OVER ()::BIGINT AS share_n,
    pct(cases_n, share_n) AS share_pct,
    pct(cases_n_previous, sum(cases_n_previous) OVER ()) AS share_pct_previous,
    cases_days
FROM (
    SELECT
        channel,
        sum(n) FILTER (is_current) AS cases_n,
        coalesce(sum(n) FILTER (NOT is_current), 0) AS cases_n_previous,
        course(
            list(day) FILTER (is_current), list(n) FILTER (is_current), nothing := 0
        ) AS cases_days
    FROM (
        SELECT channel, is_current, day, sum(n)::BIGINT AS n FROM volume_counts GROUP BY ALL
    )
    GROUP BY channel
);

CREATE VIEW heat AS
SELECT *, cases_n / days_n AS day_mean
FROM (
    SELECT strftime(day, '%a') AS weekday, hour, sum(n)::BIGINT AS cases_n
    FROM volume_counts
    WHERE is_current
    GROUP BY ALL
)
JOIN (SELECT strftime(day, '%a') AS weekday, count(*) AS days_n FROM period_days GROUP BY ALL)
    USING (weekday);

CREATE VIEW cel_days AS
SELECT
    day AS date,
    count(company_id) AS companies_n,
    coalesce(sum(contacts_n), 0)::BIGINT AS contacts_n,
    coalesce(sum(load_s), 0) AS load_s
FROM period_days
LEFT JOIN cel_part.days USING (day)
GROUP BY day;

CREATE VIEW headline AS
SELECT
    v.cases_n,
    v.cases_n_previous,
    v.cases_days,
    s.sla_pct,
    s.sla_pct_previous,
    s.sla_n,
    s.sla_days,
    d.first_response_p50_s,
    d.first_response_p50_s_previous,
    d.responses_n,
    d.first_response_days,
    k.value AS csat_pct,
    k.previous AS csat_pct_previous,
    k.n AS csat_n,
    b.overall_pct,
    b.overall_pct_previous,
    b.overall_n,
    b.overall_days,
    c.companies_n,
    c.companies_n_previous,
    c.load_s,
    c.load_s_previous,
    cel_courses.*
FROM
    volume_summary AS v,
    sla_part.summary AS s,
    distribution AS d,
    (FROM kpi_part.summary WHERE metric = 'csat_pct') AS k,
    behavior_part.team AS b,
    cel_part.summary AS c,
    (
        SELECT
            list(companies_n ORDER BY date) AS companies_days,
            list(load_s ORDER BY date) AS load_days
        FROM cel_days
    ) AS cel_courses;

CREATE VIEW tables AS
SELECT 'interactions' AS "table", count(*) AS rows_n FROM interactions
UNION ALL SELECT 'contacts', count(*) FROM contacts
UNION ALL SELECT 'companies', count(*) FROM main.companies
UNION ALL SELECT 'tickets', count(*) FROM tickets
UNION ALL SELECT 'behaviors', count(*) FROM behaviors
UNION ALL SELECT 'transcripts', count(*) FROM transcripts;

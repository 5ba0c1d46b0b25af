-- SLA compliance: in all, by agent, by day, and the distribution of responses.
CREATE TABLE counts AS
SELECT
    agent,
    is_now(started_at) AS is_current,
    started_at::DATE AS day,
    count(*) AS cases_n,
    count(*) FILTER (verdict = 'met') AS met_n,
    count(*) FILTER (verdict = 'not_met') AS not_met_n,
    count(*) FILTER (verdict = 'pending') AS pending_n,
    count(*) FILTER (verdict = 'n/a') AS na_n
FROM (
    SELECT agent, started_at, verdict(first_response_s, direction, started_at) AS verdict
    FROM interactions
)
GROUP BY ALL;

CREATE TABLE compliance AS
SELECT
    grouping(agent, place) AS level,
    agent,
    place,
    sum(cases_n) FILTER (is_current)::BIGINT AS cases_n,
    sum(met_n) FILTER (is_current)::BIGINT AS met_n,
    sum(not_met_n) FILTER (is_current)::BIGINT AS not_met_n,
    sum(pending_n) FILTER (is_current)::BIGINT AS pending_n,
    sum(na_n) FILTER (is_current)::BIGINT AS na_n,
    sum(met_n + not_met_n) FILTER (is_current)::BIGINT AS sla_n,
    pct(sum(met_n) FILTER (is_current), sum(met_n + not_met_n) FILTER (is_current)) AS sla_pct,
    pct(sum(met_n) FILTER (NOT is_current), sum(met_n + not_met_n) FILTER (NOT is_current))
        AS sla_pct_previous
FROM (SELECT *, if(is_current, day, (day + INTERVAL 30 DAY)::DATE) AS place FROM counts)
GROUP BY GROUPING SETS ((), (agent), (place))
HAVING cases_n > 0;

CREATE VIEW by_day AS
SELECT * EXCLUDE (level, agent, place), place AS day FROM compliance WHERE level = 2;
CREATE VIEW summary AS
SELECT * EXCLUDE (level, agent, place)
FROM compliance, (SELECT course(list(day), list(sla_pct)) AS sla_days FROM by_day)
WHERE level = 3;
CREATE VIEW by_agent AS
SELECT c.* EXCLUDE (level, place), sla_days
FROM compliance AS c
LEFT JOIN (
    SELECT agent, course(list(day), list(pct(met_n, met_n + not_met_n))) AS sla_days
    FROM counts
    WHERE is_current
    GROUP BY agent
) AS d ON c.agent IS NOT DISTINCT FROM d.agent
WHERE level = 1;

CREATE TABLE distribution AS
SELECT
    q[1] AS first_response_p50_s,
    q[2] AS first_response_p90_s,
    q[3] AS first_response_p95_s,
    first_response_max_s,
    responses_n
FROM (
    SELECT
        quantile_cont(first_response_s, [0.5, 0.9, 0.95]) AS q,
        max(first_response_s) AS first_response_max_s,
        count(first_response_s) AS responses_n
    FROM interactions
    WHERE is_now(started_at)
);

-- Companies' contacts and their Customer Engagement Load.
CREATE TABLE contacts_by_company AS
SELECT *, day IS NOT NULL AS is_current
FROM (
    SELECT
        coalesce(company_id, c.of_contact) AS company_id,
        -- Of the compared period no day is told, so none is kept apart.
        if(is_now(started_at), started_at::DATE, NULL) AS day,
        CASE
            WHEN channel = 'chat' THEN 'chat'
            WHEN direction = 'inbound' THEN 'hotline'
            ELSE 'campaign'
        END AS channel,
        count(*) AS contacts_n,
        sum(coalesce(talk_s, handle_s)) AS seconds
    FROM interactions
    LEFT JOIN (SELECT contact_id, company_id AS of_contact FROM contacts) AS c USING (contact_id)
    WHERE answered AND channel IN ('voice', 'chat') AND direction <> 'internal'
    GROUP BY ALL
    UNION ALL
    SELECT
        coalesce(company_id, c.of_contact),
        if(is_now(created_at), created_at::DATE, NULL),
        'ticket',
        count(*),
        0
    FROM tickets
    LEFT JOIN (SELECT contact_id, company_id AS of_contact FROM contacts) AS c USING (contact_id)
    WHERE contact_id IS NOT NULL OR company_id IS NOT NULL
    GROUP BY ALL
);

CREATE TABLE resolutions AS
SELECT
    is_now(created_at) AS is_current,
    avg(epoch(resolved_at) - epoch(created_at)) AS mean_s,
    count(resolved_at) AS mean_n
FROM tickets
GROUP BY ALL;

CREATE TABLE loads AS
SELECT
    *,
    hotline_s + campaign_s + chat_s + ticket_n * mean_s AS load_s,
    floor(100 * load_s / max(load_s) OVER (PARTITION BY is_current) + 0.5) AS cel
FROM (
    SELECT
        company_id,
        is_current,
        coalesce(sum(contacts_n) FILTER (channel = 'hotline'), 0)::BIGINT AS hotline_n,
        coalesce(sum(contacts_n) FILTER (channel = 'campaign'), 0)::BIGINT AS campaign_n,
        coalesce(sum(contacts_n) FILTER (channel = 'ticket'), 0)::BIGINT AS ticket_n,
        coalesce(sum(contacts_n) FILTER (channel = 'chat'), 0)::BIGINT AS chat_n,
        coalesce(sum(seconds) FILTER (channel = 'hotline'), 0) AS hotline_s,
        coalesce(sum(seconds) FILTER (channel = 'campaign'), 0) AS campaign_s,
        coalesce(sum(seconds) FILTER (channel = 'chat'), 0) AS chat_s
    FROM contacts_by_company
    WHERE company_id IS NOT NULL
    GROUP BY ALL
)
JOIN resolutions USING (is_current);

CREATE TABLE days AS
SELECT
    company_id,
    day,
    sum(contacts_n)::BIGINT AS contacts_n,
    coalesce(sum(seconds), 0)
        + coalesce(sum(contacts_n) FILTER (channel = 'ticket'), 0) * any_value(mean_s) AS load_s
FROM contacts_by_company
JOIN resolutions USING (is_current)
WHERE is_current AND company_id IS NOT NULL
GROUP BY company_id, day;

CREATE TABLE totals AS
SELECT
    is_current,
    count(*) AS companies_n,
    sum(hotline_n)::BIGINT AS hotline_n,
    sum(campaign_n)::BIGINT AS campaign_n,
    sum(ticket_n)::BIGINT AS ticket_n,
    sum(chat_n)::BIGINT AS chat_n,
    sum(load_s) AS load_s
FROM loads
GROUP BY is_current;

CREATE VIEW summary AS
SELECT
    now.* EXCLUDE (is_current),
    before.companies_n AS companies_n_previous,
    before.hotline_n AS hotline_n_previous,
    before.campaign_n AS campaign_n_previous,
    before.ticket_n AS ticket_n_previous,
    before.chat_n AS chat_n_previous,
    before.load_s AS load_s_previous,
    r.mean_s AS mean_resolution_s,
    r.mean_n AS mean_resolution_n
FROM totals AS now
JOIN totals AS before ON now.is_current AND NOT before.is_current
JOIN resolutions AS r ON r.is_current;

CREATE VIEW shares AS
SELECT
    channel,
    sum(contacts_n) FILTER (is_current)::BIGINT AS contacts_n,
    sum(sum(contacts_n) FILTER (is_current)) OVER ()::BIGINT AS share_n,
    pct(sum(contacts_n) FILTER (is_current), sum(sum(contacts_n) FILTER (is_current)) OVER ())
        AS share_pct,
    pct(
        sum(contacts_n) FILTER (NOT is_current), sum(sum(contacts_n) FILTER (NOT is_current)) OVER ()
    ) AS share_pct_previous
FROM contacts_by_company
WHERE company_id IS NOT NULL
GROUP BY channel;

CREATE VIEW company_loads AS
SELECT
    company_id,
    n.name AS company,
    now.hotline_s AS inbound_talk_s,
    now.campaign_s AS outbound_talk_s,
    now.chat_s,
    now.ticket_n AS tickets_n,
    now.chat_n AS chats_n,
    now.load_s,
    coalesce(before.load_s, 0) AS load_s_previous,
    now.cel,
    coalesce(before.cel, 0) AS cel_previous,
    load_days
FROM (FROM loads WHERE is_current) AS now
JOIN (
    SELECT company_id, course(list(day), list(load_s), nothing := 0) AS load_days
    FROM days
    GROUP BY company_id
) USING (company_id)
LEFT JOIN (FROM loads WHERE NOT is_current) AS before USING (company_id)
LEFT JOIN main.companies AS n USING (company_id);
CREATE TABLE companies AS FROM company_loads;

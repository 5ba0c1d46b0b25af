-- The interaction log of the period.
CREATE VIEW log AS
SELECT
    case_id,
    coalesce(contact, c.name, contact_id) AS contact,
    coalesce(contact_labels, c.labels) AS contact_labels,
    channel,
    queue,
    coalesce(agent, agent_id) AS agent,
    direction,
    started_at,
    handle_s,
    first_response_s,
    CASE WHEN channel = 'voice' THEN recording END AS recording,
    disposition,
    tags,
    notes,
    sentiment,
    csat,
    verdict(first_response_s, direction, started_at) AS sla
FROM interactions
LEFT JOIN (SELECT contact_id, name, labels FROM contacts) AS c USING (contact_id)
WHERE is_now(started_at)
ORDER BY started_at, case_id;

-- One row per conversation of a ticket, with who speaks in it.
--
-- Kept as a table, by ticket_id.
--
-- ticket_id: Ticket number, as customers see it. -> tickets.id
-- conversation_id: Conversation. -> conversations.id
-- at: When it was written.
-- actor: agent (a public reply or note), customer, note (a private one), system (automations), forward (to and
--     from third parties), survey (an answer to it).
-- agent_id: Agent who wrote it; null if nobody is named, or if it is not an agent's. -> agents.id

select
  conversations.ticket_id,
  conversations.id as conversation_id,
  conversations.created_at as at,
  case
    when conversations.auto_response or conversations.automation_id is not null then 'system'
    when conversations.source = 6 then 'survey'
    when conversations.source = 8 then 'forward'
    when not coalesce(conversations.private, false) and conversations.user_id = tickets.requester_id
      then 'customer'
    when conversations.private then 'note'
    when conversations.incoming then 'customer'
    when conversations.user_id is not null and staff.agent_id is null then 'customer'
    else 'agent'
  end as actor,
  case
    when coalesce(conversations.auto_response, false) or conversations.automation_id is not null then null
    -- Whoever writes a private note is an agent, even one that no sync saw.
    when conversations.private and coalesce(conversations.source, 0) not in (6, 8) then conversations.user_id
    when conversations.user_id is distinct from tickets.requester_id then staff.agent_id
  end as agent_id
from freshdesk.conversations
join freshdesk.tickets on tickets.id = conversations.ticket_id
left join metrics.staff on staff.agent_id = conversations.user_id
where conversations.created_at is not null
  -- The conversations of a ticket that Freshdesk no longer has are gone with it; what they said still counts.
  -- What was deleted before does not.
  and (conversations._deleted_at is null or conversations._deleted_at >= tickets._deleted_at)

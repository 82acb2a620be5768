-- How is mail treated: whose name do replies bear, and who is the requester of a forwarded mail?

select
  email_settings.personalized_email_replies,
  email_settings.original_sender_as_requester_for_forward,
  email_settings.create_requester_using_reply_to
from freshdesk.email_settings;

-- May agents write first, and how many tickets of the last thirty days began so?

select
  email_settings.allow_agent_to_initiate_conversation,
  count(tickets.id) as outbound_tickets
from freshdesk.email_settings
left join freshdesk.tickets
  on tickets.source = 10
  and tickets.created_at >= now() - interval 30 days
  and not tickets.spam
  and not tickets.deleted
group by email_settings.allow_agent_to_initiate_conversation;

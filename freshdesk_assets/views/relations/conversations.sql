-- One row per reply, note or forward, with its ticket and its author, who may be a contact or an agent.
--
-- Its text is in freshdesk.conversations.
--
-- id: Conversation's id.
-- ticket_id: Ticket it belongs to. -> tickets.id
-- ticket_subject: Subject of the ticket.
-- ticket_status_label: Label of the ticket's status.
-- author_id: Contact or agent who wrote it, or null. -> relations.people.id
-- author_name: Name of the author.
-- author_kind: agent or contact: what the author is now.
-- author_email: E-mail address of the author.
-- incoming: Whether it came from outside, as a customer's reply does.
-- private: Whether only agents can see it.
-- source: 0 Reply, 2 Note, 5 Tweet, 6 Survey feedback, 7 Facebook, 8 Forwarded e-mail, 9 Phone, 10 MobiHelp,
--     11 E-commerce; web chat adds others.
-- source_label: Label of the source; null for those of web chat.
-- category: Undocumented; seen: 2 Private note or forward, 3 Public reply or note, 6 Reply to a forward, 7
--     Survey feedback; 1 is probably a customer's reply.
-- support_email: Address of the account that it was sent from or to; null if none.
-- from_email: Sender, as 'Name <address>'; null for notes.
-- to_emails: Addressees; null if none.
-- cc_emails: Addresses in copy; null if none.
-- bcc_emails: Addresses in blind copy; null for notes.
-- attachments: How many files are attached.
-- email_failure_count: How many addressees the e-mail did not reach.
-- auto_response: Whether it was sent automatically.
-- automation_id: Automation rule that wrote it; null if none. -> automation_rules.id
-- automation_name: Name of the rule.
-- archived: Whether it was read from the archive.
-- last_edited_at: When its text was last edited, which does not move updated_at.
-- last_edited_user_id: Agent who last edited it; null if never. -> agents.id
-- last_edited_by_name: Name of the agent who last edited it.
-- created_at: When it was written.
-- updated_at: When it last changed; editing a note does not move it.
-- deleted_in_freshdesk: Whether Freshdesk no longer has the row.

with attached as (
  select
    conversation_attachments.conversation_id,
    count(*) as files
  from freshdesk.conversation_attachments
  group by conversation_attachments.conversation_id
)
select
  conversations.id,
  conversations.ticket_id,
  tickets.subject as ticket_subject,
  statuses.label as ticket_status_label,
  conversations.user_id as author_id,
  authors.name as author_name,
  authors.kind as author_kind,
  authors.email as author_email,
  conversations.incoming,
  conversations.private,
  conversations.source,
  case conversations.source
    when 0 then 'Reply'
    when 2 then 'Note'
    when 5 then 'Tweet'
    when 6 then 'Survey feedback'
    when 7 then 'Facebook'
    when 8 then 'Forwarded e-mail'
    when 9 then 'Phone'
    when 10 then 'MobiHelp'
    when 11 then 'E-commerce'
  end as source_label,
  conversations.category,
  conversations.support_email,
  conversations.from_email,
  conversations.to_emails,
  conversations.cc_emails,
  conversations.bcc_emails,
  coalesce(attached.files, 0) as attachments,
  conversations.email_failure_count,
  conversations.auto_response,
  conversations.automation_id,
  automation_rules.name as automation_name,
  conversations.archived,
  conversations.last_edited_at,
  conversations.last_edited_user_id,
  editors.contact_name as last_edited_by_name,
  conversations.created_at,
  conversations.updated_at,
  conversations._deleted_at is not null as deleted_in_freshdesk
from freshdesk.conversations
left join freshdesk.tickets on tickets.id = conversations.ticket_id
left join relations.choices as statuses on statuses.field = 'status' and statuses.code = tickets.status
left join relations.people as authors on authors.id = conversations.user_id
left join freshdesk.agents as editors on editors.id = conversations.last_edited_user_id
left join freshdesk.automation_rules on automation_rules.id = conversations.automation_id
left join attached on attached.conversation_id = conversations.id

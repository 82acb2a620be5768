-- One row per number that the last note of a closed ticket names, if it was written while the ticket was closed.
--
-- ticket_merges asks which of these numbers are tickets. Nothing else of the note is here.
--
-- Kept as a table, by ticket_id.
--
-- ticket_id: Ticket number, as customers see it. -> tickets.id
-- conversation_id: The note. -> conversations.id
-- at: When it was written.
-- agent_id: Agent who wrote it; null if nobody is named. -> agents.id
-- number: A number of at most nine digits that it names, other than its own ticket's.
-- is_marked: Whether the number stands there as that of a ticket: after a #, or in a link to a ticket.

with closing as (
  -- Freshdesk closes the ticket and writes the note one after the other, and not in the same second.
  select
    ticket_messages.ticket_id,
    ticket_messages.conversation_id,
    ticket_messages.at,
    ticket_messages.agent_id
  from metrics.ticket_messages
  join freshdesk.tickets on tickets.id = ticket_messages.ticket_id
  where tickets.status = 5
    and ticket_messages.actor in ('agent', 'customer', 'note')
    and ticket_messages.at >= tickets.closed_at - interval 2 minute
    and ticket_messages.at <= tickets.closed_at + interval 2 minute
  qualify row_number() over (
    partition by ticket_messages.ticket_id
    order by ticket_messages.at desc, ticket_messages.conversation_id desc
  ) = 1
),
words as (
  select
    closing.ticket_id,
    closing.conversation_id,
    closing.at,
    closing.agent_id,
    -- Letters of other alphabets are no part of a word here, as they may follow a number without a space.
    rtrim(
      unnest(
        string_split_regex(
          concat_ws(' ', left(conversations.body_text, 500), left(conversations.body, 1000)),
          '[^0-9A-Za-z#/._:?=&%,+@-]+'
        )
      ),
      '.,:?/'
    ) as word
  from closing
  join freshdesk.conversations
    on conversations.id = closing.conversation_id
    and conversations.ticket_id = closing.ticket_id
  where conversations.source = 2
),
named as (
  select
    words.ticket_id,
    words.conversation_id,
    words.at,
    words.agent_id,
    try_cast(regexp_extract(words.word, '^(?:#|.*/tickets/)?([1-9][0-9]{0,8})$', 1) as bigint) as number,
    not regexp_full_match(words.word, '[0-9]+') as is_marked
  from words
)
select
  named.ticket_id,
  named.conversation_id,
  named.at,
  named.agent_id,
  named.number,
  bool_or(named.is_marked) as is_marked
from named
where named.number is not null and named.number <> named.ticket_id
group by named.ticket_id, named.conversation_id, named.at, named.agent_id, named.number

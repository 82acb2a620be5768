-- One row per ticket that was probably merged into another one: a guess, as the API does not say it.
--
-- Freshdesk closes the ticket and leaves a note in it that names the other one; its words depend on the language,
-- and agents may change them. So it is guessed without them: the last message within two minutes of the closing is a
-- note that names another ticket; either the same agent wrote in that one within two minutes too, or the number
-- stands after a # or in a link. A note that names several such tickets tells nothing. A message that was deleted
-- counts no more; those of a ticket that Freshdesk no longer has do.
--
-- ticket_id: Ticket number, as customers see it. -> tickets.id
-- merged_guess: Ticket that it was probably merged into. -> tickets.id
-- at: When that was: when the note was written.
-- agent_id: Agent who wrote the note; null if nobody is named. -> agents.id
-- because: the agent wrote in both, or the note names it as a ticket.

with pointed as (
  select
    merge_notes.ticket_id,
    merge_notes.number,
    merge_notes.at,
    merge_notes.agent_id,
    merge_notes.is_marked
  from metrics.merge_notes
  join freshdesk.tickets on tickets.id = merge_notes.number
),
noted as (
  select distinct
    pointed.ticket_id,
    pointed.number
  from pointed
  join metrics.ticket_messages
    on ticket_messages.ticket_id = pointed.number
    and ticket_messages.actor in ('note', 'agent')
    and ticket_messages.agent_id is not distinct from pointed.agent_id
    and ticket_messages.at >= pointed.at - interval 2 minute
    and ticket_messages.at <= pointed.at + interval 2 minute
),
found as (
  select
    pointed.ticket_id,
    pointed.number,
    pointed.at,
    pointed.agent_id,
    case
      when noted.number is not null then 'the agent wrote in both'
      else 'the note names it as a ticket'
    end as because,
    rank() over (
      partition by pointed.ticket_id order by case when noted.number is not null then 1 else 2 end
    ) as place
  from pointed
  left join noted
    on noted.ticket_id = pointed.ticket_id
    and noted.number = pointed.number
  where noted.number is not null or pointed.is_marked
)
select
  found.ticket_id,
  found.number as merged_guess,
  found.at,
  found.agent_id,
  cast(found.because as varchar) as because
from found
where found.place = 1
qualify count(*) over (partition by found.ticket_id) = 1

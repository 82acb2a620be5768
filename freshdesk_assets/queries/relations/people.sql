-- Which agents opened tickets themselves, and how many?

select
  people.name,
  people.email,
  count(*) as tickets
from relations.people
join relations.tickets on tickets.requester_id = people.id
where people.kind = 'agent'
  and not tickets.spam
  and not tickets.deleted
group by people.id, people.name, people.email
order by tickets desc;

-- To whom do most e-mails go, contacts and agents alike?

select
  people.name,
  people.kind,
  people.company_name,
  count(*) as e_mails
from relations.people
join freshdesk.conversation_recipients on lower(conversation_recipients.email) = lower(people.email)
where not people.deleted
group by people.id, people.name, people.kind, people.company_name
order by e_mails desc
limit 20;

-- One row per further company of a contact, with both names.
--
-- contact_id: Row of contacts it is part of. -> contacts.id
-- contact_name: Name of the contact.
-- company_id: Company. -> companies.id
-- company_name: Name of the company.
-- view_all_tickets: Whether they see all its tickets.
-- deleted_in_freshdesk: Whether Freshdesk no longer has the row.

select
  contact_other_companies.contact_id,
  contacts.name as contact_name,
  contact_other_companies.company_id,
  companies.name as company_name,
  contact_other_companies.view_all_tickets,
  contact_other_companies._deleted_at is not null as deleted_in_freshdesk
from freshdesk.contact_other_companies
left join freshdesk.contacts on contacts.id = contact_other_companies.contact_id
left join freshdesk.companies on companies.id = contact_other_companies.company_id

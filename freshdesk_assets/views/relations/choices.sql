-- One row per code of a ticket field and the words for it, the account's own included.
--
-- The words are those of the account's ticket fields. Codes that the fields do not list have the words that
-- every account begins with. So have all codes if the key may not read the fields.
--
-- field: Field the code is of: status, priority, source, group, agent or product.
-- code: Code, as the tickets have it.
-- label: Label that agents see.
-- label_for_customers: Label that customers see; statuses only.
-- is_listed: Whether the account lists it among its choices.

with listed as (
  select
    cast(replace(ticket_fields.type, 'default_', '') as varchar) as field,
    ticket_field_choices.code,
    min(ticket_field_choices.value) as label,
    min(ticket_field_choices.label_for_customers) as label_for_customers
  from freshdesk.ticket_field_choices
  join freshdesk.ticket_fields on ticket_fields.id = ticket_field_choices.ticket_field_id
  where ticket_field_choices.code is not null and ticket_field_choices._deleted_at is null
  group by all
),
stock as (
  select
    cast(words.field as varchar) as field,
    cast(words.code as bigint) as code,
    cast(words.label as varchar) as label
  from (values
    ('status', 2, 'Open'),
    ('status', 3, 'Pending'),
    ('status', 4, 'Resolved'),
    ('status', 5, 'Closed'),
    ('status', 6, 'Waiting on Customer'),
    ('status', 7, 'Waiting on Third Party'),
    ('priority', 1, 'Low'),
    ('priority', 2, 'Medium'),
    ('priority', 3, 'High'),
    ('priority', 4, 'Urgent'),
    ('source', 1, 'Email'),
    ('source', 2, 'Portal'),
    ('source', 3, 'Phone'),
    ('source', 4, 'Forum'),
    ('source', 5, 'Twitter'),
    ('source', 6, 'Facebook'),
    ('source', 7, 'Chat'),
    ('source', 8, 'MobiHelp'),
    ('source', 9, 'Feedback Widget'),
    ('source', 10, 'Outbound Email'),
    ('source', 11, 'Ecommerce'),
    ('source', 12, 'Bot'),
    ('source', 13, 'WhatsApp')
  ) as words(field, code, label)
)
select
  coalesce(listed.field, stock.field) as field,
  coalesce(listed.code, stock.code) as code,
  coalesce(listed.label, stock.label) as label,
  listed.label_for_customers,
  listed.code is not null as is_listed
from listed
full join stock on stock.field = listed.field and stock.code = listed.code

-- Which languages do agents write in, and which do customers see?

select
  helpdesk_settings.primary_language,
  helpdesk_settings.supported_languages,
  helpdesk_settings.portal_languages,
  helpdesk_settings.help_widget_languages
from freshdesk.helpdesk_settings;

-- How many contacts have a language that the helpdesk does not have?

select
  contacts."language",
  count(*) as contacts
from freshdesk.contacts
join freshdesk.helpdesk_settings
  on contacts."language" <> helpdesk_settings.primary_language
  and not list_contains(helpdesk_settings.supported_languages, contacts."language")
where contacts._deleted_at is null
  and not contacts.deleted
group by contacts."language"
order by contacts desc;

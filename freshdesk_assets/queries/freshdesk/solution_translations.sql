-- Which published articles are not translated into which language?

select
  languages.language,
  solution_articles.title
from freshdesk.solution_articles
cross join (
  select unnest(helpdesk_settings.supported_languages) as language
  from freshdesk.helpdesk_settings
) as languages
left join freshdesk.solution_translations
  on solution_translations.id = solution_articles.id
  and solution_translations.language = languages.language
  and solution_translations._deleted_at is null
where solution_articles.status = 2
  and solution_articles._deleted_at is null
  and solution_translations.id is null
order by languages.language, solution_articles.title;

-- How many articles are there in each language, and how many of them are drafts?

select
  solution_translations.language,
  count(*) as articles,
  count(*) filter (solution_translations.status = 1) as drafts
from freshdesk.solution_translations
where solution_translations._deleted_at is null
group by solution_translations.language
order by articles desc;

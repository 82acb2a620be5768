-- Which folders can the contacts of each company read beside those of everybody?

select
  companies.name as company_name,
  solution_folders.name as folder
from freshdesk.solution_folder_companies
join freshdesk.solution_folders on solution_folders.id = solution_folder_companies.solution_folder_id
left join freshdesk.companies on companies.id = solution_folder_companies.company_id
where solution_folder_companies._deleted_at is null
order by companies.name, solution_folders.name;

-- How many contacts can read each folder that is for companies?

select
  solution_folders.name as folder,
  count(distinct contacts.id) as contacts
from freshdesk.solution_folder_companies
join freshdesk.solution_folders on solution_folders.id = solution_folder_companies.solution_folder_id
left join freshdesk.contacts
  on contacts.company_id = solution_folder_companies.company_id
  and not contacts.deleted
where solution_folder_companies._deleted_at is null
group by solution_folders.id, solution_folders.name
order by contacts desc;

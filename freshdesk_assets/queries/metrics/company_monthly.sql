-- Which companies wrote most this year, and how fast were they answered?

select
  company_monthly.company_name,
  sum(company_monthly.created) as created,
  sum(company_monthly.first_replies) as answered,
  round(sum(company_monthly.seconds_tracked) / 3600, 1) as hours_tracked
from metrics.company_monthly
group by company_monthly.company_name
order by created desc
limit 20;

-- How did the companies' tickets develop, month by month?

select
  company_monthly.month,
  count(*) as companies,
  sum(company_monthly.created) as created,
  sum(company_monthly.resolved) as resolved
from metrics.company_monthly
group by company_monthly.month
order by company_monthly.month desc;

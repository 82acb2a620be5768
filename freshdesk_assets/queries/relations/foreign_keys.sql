-- By how many rows does each table refer to another, and what part of that leads to rows we do not have?

select
  foreign_keys.from_table,
  foreign_keys.from_column,
  foreign_keys.to_table,
  foreign_keys."references",
  round(100.0 * foreign_keys.orphans / nullif(foreign_keys."references", 0), 1) as percent_orphans
from relations.foreign_keys
order by percent_orphans desc nulls last, foreign_keys."references" desc;

-- By which columns can each table be joined to others?

select
  foreign_keys.to_table,
  list(
    concat(foreign_keys.from_table, '.', foreign_keys.from_column)
    order by foreign_keys.from_table, foreign_keys.from_column
  ) as referred_to_by
from relations.foreign_keys
group by foreign_keys.to_table
order by foreign_keys.to_table;

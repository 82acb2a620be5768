"""What a database is told so that it knows who has the lake, and refuses the commit of one who has not."""

BEARER = "freshdesk-assets/"
"""How the application name of our connections begins; the number of the process follows."""

TURNS = """
create schema if not exists {schema};
create table if not exists {schema}.freshdesk_turn (
  one boolean primary key default true check (one),
  number bigint not null,
  session integer not null,
  holder text not null
);
create sequence if not exists {schema}.freshdesk_turn_number;
insert into {schema}.freshdesk_turn values (true, 0, 0, '') on conflict do nothing;
"""
"""Who has the lake: the number of its process, the session that has the lock, and a name for messages."""

OVER = "freshdesk-assets: this process does not have the lake any more"
"""What the database says to one that is too late. No word in it makes DuckLake try again."""

FENCE = """
create or replace function {schema}.freshdesk_fence() returns trigger language plpgsql as $$
declare
  bearer bigint := substring(current_setting('application_name') from '^{bearer}([0-9]+)$')::bigint;
begin
  if bearer is null then
    return new;
  end if;
  perform 1
  from {schema}.freshdesk_turn t
  where
    t.number = bearer
    and exists (
      select 1
      from pg_catalog.pg_locks l
      where
        l.locktype = 'advisory' and l.granted and l.pid = t.session and l.objsubid = 1
        and (l.classid::bigint << 32) | l.objid::bigint = {key}
    )
  for share of t;
  if not found then
    raise exception '{over}';
  end if;
  return new;
end
$$;
create or replace trigger freshdesk_fence before insert on {schema}.ducklake_snapshot
for each row execute function {schema}.freshdesk_fence();
"""
"""Every commit of a lake makes a snapshot. The row of the turn is locked until the commit is done, so that
the next one takes its turn before it or after it. Connections of others, who bear no number, may commit."""

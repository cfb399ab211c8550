-- Who did what, from where, when, and with which result: for every change that somebody asked for, in the same transaction, and for every
-- refusal. Rows are added, and nobody changes or removes one, except prune_audit. The control plane does not hold them in memory.

alter table public.kinds add column archive boolean not null default false;
comment on column public.kinds.archive is 'Written by commit_batch and not loaded at start.';

create table public.audit (
  id uuid primary key,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  resource_version bigint not null check (resource_version > 0),
  at timestamptz not null,
  actor_id text not null,
  remote text not null,
  operation text,
  result text not null,
  body jsonb not null default '{}'
);
create index audit_at on public.audit (at, id);
create index audit_actor on public.audit (actor_id, at);
alter table public.audit enable row level security;
revoke all on table public.audit from public, anon, authenticated;

insert into public.kinds (kind, table_name, position, archive) values ('audit', 'audit', 15, true);
select stark.compile_kind('audit');

create or replace function public.store_schema() returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_agg(jsonb_build_object('kind', kinds.kind, 'archive', kinds.archive, 'columns', columns.list) order by kinds.position)
  from public.kinds
  cross join lateral (
    select jsonb_agg(jsonb_build_object('name', attname, 'type', format_type(atttypid, atttypmod)) order by attnum) as list
    from pg_catalog.pg_attribute
    where attrelid = format('public.%I', kinds.table_name)::regclass and attnum > 0 and not attisdropped
  ) as columns
$$;

create function stark.refuse_audit_change() returns trigger
language plpgsql set search_path = '' as $$
begin
  if tg_op = 'DELETE' and current_setting('stark.pruning_audit', true) = 'yes' then
    return old;
  end if;
  raise exception 'the audit is append-only: % refused', lower(tg_op);
end $$;
create trigger audit_append_only before update or delete on public.audit
  for each row execute function stark.refuse_audit_change();
create trigger audit_no_truncate before truncate on public.audit
  for each statement execute function stark.refuse_audit_change();

-- The newest first, before a moment and an id. p_query: { limit, before?: { at, id }, actorId?, operation?, result?, since?, until? }.
create function public.audit_read(p_query jsonb) returns json
language sql stable security definer set search_path = '' set timezone = 'UTC' as $$
  select coalesce(json_agg(page order by page.at desc, page.id desc), '[]') from (
    select * from public.audit
    where (p_query -> 'before' is null or (at, id) < ((p_query -> 'before' ->> 'at')::timestamptz, (p_query -> 'before' ->> 'id')::uuid))
      and (p_query -> 'actorId' is null or actor_id = p_query ->> 'actorId')
      and (p_query -> 'operation' is null or operation = p_query ->> 'operation')
      and (p_query -> 'result' is null or result = p_query ->> 'result')
      and (p_query -> 'since' is null or at >= (p_query ->> 'since')::timestamptz)
      and (p_query -> 'until' is null or at < (p_query ->> 'until')::timestamptz)
    order by at desc, id desc
    limit (p_query ->> 'limit')::integer
  ) as page
$$;

-- Removes what is older than a time, for those who must not keep it for ever. Nothing calls this by itself. @returns rows removed
create function public.prune_audit(p_before timestamptz) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  v_removed bigint;
begin
  perform set_config('stark.pruning_audit', 'yes', true);
  delete from public.audit where at < p_before;
  get diagnostics v_removed = row_count;
  perform set_config('stark.pruning_audit', '', true);
  return v_removed;
end $$;

revoke execute on function public.store_schema(), public.audit_read(jsonb), public.prune_audit(timestamptz) from public, anon, authenticated;
revoke execute on function stark.apply_audit(jsonb), stark.refuse_audit_change() from public, anon, authenticated;
grant execute on function public.store_schema(), public.audit_read(jsonb), public.prune_audit(timestamptz) to service_role;
grant execute on function stark.refuse_audit_change() to service_role;

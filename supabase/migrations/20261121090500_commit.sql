-- The one way to write: commit_batch. One call is one transaction over all kinds of records; it happens at most once however often it
-- is sent, only for the holder of the lease, and only if every record is still what the change was computed from.
--
-- All calls queue up on the one row of cluster_revision. So there is one writer at a time, nothing can deadlock, and what was checked
-- under that lock is still true at the end.
--
-- A refusal has SQLSTATE PT409 (version conflict, lease lost, lease expired) or PT422 (a constraint or a value): PostgREST sends those
-- as HTTP 409 and 422, and the caller knows that nothing was written. Any other error leaves that open: send the same batch again.

-- The kinds of records, in the order in which they are loaded.
create table public.kinds (
  kind text primary key,
  table_name text not null unique,
  position integer not null unique
);

create table public.cluster_revision (
  one boolean primary key default true check (one),
  revision bigint not null
);
insert into public.cluster_revision (revision) values (1);

-- Who leads. The epoch grows each time that the lease is taken, so a late write of an earlier holder is known by its number.
create table public.leases (
  name text primary key,
  holder text not null,
  epoch bigint not null,
  expires_at timestamptz not null
);

-- Batches that were committed, kept for an hour (prune_store), for the one that is sent again because its answer was lost.
create table public.commits (
  batch_id uuid primary key,
  revision bigint not null,
  committed_at timestamptz not null default clock_timestamp()
);
create index commits_committed_at on public.commits (committed_at);

-- Takes the lease if it is free, expired, or this holder's own from before a restart. Asking waits for a commit in progress.
create function public.lease_acquire(p_name text, p_holder text, p_ttl_ms integer) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_lease public.leases;
begin
  perform from public.cluster_revision for update;
  insert into public.leases as lease (name, holder, epoch, expires_at)
  values (p_name, p_holder, 1, clock_timestamp() + p_ttl_ms * interval '1 millisecond')
  on conflict (name) do update set holder = excluded.holder, epoch = lease.epoch + 1, expires_at = excluded.expires_at
    where lease.holder = excluded.holder or lease.expires_at <= clock_timestamp()
  returning * into v_lease;
  if found then
    return jsonb_build_object('acquired', true, 'holder', v_lease.holder, 'epoch', v_lease.epoch);
  end if;
  select * into v_lease from public.leases where name = p_name;
  return jsonb_build_object('acquired', false, 'holder', v_lease.holder, 'epoch', v_lease.epoch);
end $$;

-- Prolongs the lease for the one who has it; also after it expired, as long as nobody else took it. A ttl of 0 gives it up.
create function public.lease_renew(p_name text, p_holder text, p_epoch bigint, p_ttl_ms integer) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
  perform from public.cluster_revision for update;
  update public.leases set expires_at = clock_timestamp() + p_ttl_ms * interval '1 millisecond'
  where name = p_name and holder = p_holder and epoch = p_epoch;
  return found;
end $$;

-- Refuses unless the lease is held now, by the database's clock. The caller has the lock that lease_acquire would need.
create function stark.require_lease(p_lease jsonb) returns void
language plpgsql set search_path = '' as $$
declare
  v_lease public.leases;
begin
  select * into v_lease from public.leases where name = p_lease ->> 'name';
  if v_lease.holder is distinct from p_lease ->> 'holder' or v_lease.epoch is distinct from (p_lease ->> 'epoch')::bigint then
    raise exception 'lease lost' using errcode = 'PT409', detail = format('held by %s, epoch %s', v_lease.holder, v_lease.epoch);
  end if;
  if v_lease.expires_at <= clock_timestamp() then
    raise exception 'lease expired' using errcode = 'PT409', detail = format('at %s', v_lease.expires_at);
  end if;
end $$;

-- Refuses when fewer rows were found in the expected version than were to be changed.
create function stark.require_rows(p_table text, p_changed bigint, p_wanted integer) returns void
language plpgsql set search_path = '' as $$
begin
  if p_changed <> p_wanted then
    raise exception 'version conflict' using errcode = 'PT409',
      detail = format('%s: %s of %s rows are not in the expected version', p_table, p_wanted - p_changed, p_wanted);
  end if;
end $$;

-- Writes stark.apply_TABLE(changes), which inserts, updates and deletes rows of one kind with static SQL, whose plans Postgres keeps.
-- A migration that adds a column to a kind's table calls this again.
create function stark.compile_kind(p_kind text) returns void
language plpgsql set search_path = '' as $$
declare
  v_table text;
  v_columns text;
  v_typed text;
  v_assignments text;
begin
  select table_name into strict v_table from public.kinds where kind = p_kind;
  select
    string_agg(format('%I', attname), ', ' order by attnum),
    string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' order by attnum),
    string_agg(format('%1$I = new.%1$I', attname), ', ' order by attnum) filter (where attname <> 'id')
  into v_columns, v_typed, v_assignments
  from pg_catalog.pg_attribute
  where attrelid = format('public.%I', v_table)::regclass and attnum > 0 and not attisdropped;

  execute format($function$
    create or replace function stark.%1$I(p_changes jsonb) returns bigint
    language plpgsql set search_path = '' as $body$
    declare
      v_rows jsonb;
      v_changed bigint;
      v_total bigint := 0;
    begin
      -- Deletes come first and inserts last: they free and take names that have to be unique.
      v_rows := p_changes -> 'deletes';
      if v_rows is not null then
        delete from public.%2$I as old using jsonb_to_recordset(v_rows) as gone (id uuid, expected bigint)
        where old.id = gone.id and old.resource_version = gone.expected;
        get diagnostics v_changed = row_count;
        perform stark.require_rows(%2$L, v_changed, jsonb_array_length(v_rows));
        v_total := v_total + v_changed;
      end if;
      v_rows := p_changes -> 'updates';
      if v_rows is not null then
        update public.%2$I as old set %5$s
        from jsonb_to_recordset(v_rows) as new (%4$s, expected bigint)
        where old.id = new.id and old.resource_version = new.expected;
        get diagnostics v_changed = row_count;
        perform stark.require_rows(%2$L, v_changed, jsonb_array_length(v_rows));
        v_total := v_total + v_changed;
      end if;
      v_rows := p_changes -> 'inserts';
      if v_rows is not null then
        insert into public.%2$I (%3$s) select %3$s from jsonb_to_recordset(v_rows) as new (%4$s)
        on conflict (id) do nothing;
        get diagnostics v_changed = row_count;
        perform stark.require_rows(%2$L, v_changed, jsonb_array_length(v_rows));
        v_total := v_total + v_changed;
      end if;
      return v_total;
    end $body$
  $function$, 'apply_' || v_table, v_table, v_columns, v_typed, v_assignments);
end $$;

-- p_batch: { batchId, revision, lease: { name, holder, epoch }, kinds: { KIND: { inserts?: [row], updates?: [row and expected],
-- deletes?: [{ id, expected }] } } }. Answers { revision, rows, replayed }.
create function public.commit_batch(p_batch jsonb) returns jsonb
language plpgsql security definer set search_path = ''
-- Rows are found by primary key, whatever the statistics said when a plan was made and kept.
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
declare
  v_batch_id constant uuid := (p_batch ->> 'batchId')::uuid;
  v_revision constant bigint := (p_batch ->> 'revision')::bigint;
  v_current bigint;
  v_table text;
  v_changes jsonb;
  v_changed bigint;
  v_rows bigint := 0;
  v_constraint text;
begin
  select revision into strict v_current from public.cluster_revision for update;
  if exists (select from public.commits where batch_id = v_batch_id) then
    return jsonb_build_object('revision', v_current, 'rows', 0, 'replayed', true);
  end if;
  perform stark.require_lease(p_batch -> 'lease');
  if v_revision <= v_current then
    raise exception 'version conflict' using errcode = 'PT409',
      detail = format('the batch makes revision %s, but the database is at %s', v_revision, v_current);
  end if;

  begin
    for v_table, v_changes in
      select kinds.table_name, batch.value from jsonb_each(p_batch -> 'kinds') as batch left join public.kinds on kinds.kind = batch.key
    loop
      if v_table is null then
        raise exception 'a change of a kind that public.kinds does not have';
      end if;
      execute format('select stark.%I($1)', 'apply_' || v_table) into v_changed using v_changes;
      v_rows := v_rows + v_changed;
    end loop;
    set constraints all immediate;
  exception
    -- What is wrong with the values will be wrong again: tell it apart from trouble that passes.
    when integrity_constraint_violation or data_exception or program_limit_exceeded or syntax_error_or_access_rule_violation
      or raise_exception then
      get stacked diagnostics v_constraint = constraint_name;
      raise exception '%', sqlerrm using errcode = 'PT422', detail = sqlstate, hint = coalesce(v_constraint, '');
  end;

  update public.cluster_revision set revision = v_revision;
  insert into public.commits (batch_id, revision) values (v_batch_id, v_revision);
  return jsonb_build_object('revision', v_revision, 'rows', v_rows, 'replayed', false);
end $$;

insert into public.kinds (kind, table_name, position) values
  ('clusterConfigs', 'cluster_configs', 1),
  ('namespaces', 'namespaces', 2),
  ('priorityClasses', 'priority_classes', 3),
  ('users', 'users', 4),
  ('sessions', 'sessions', 5),
  ('tokens', 'tokens', 6),
  ('nodes', 'nodes', 7),
  ('packs', 'packs', 8),
  ('deployments', 'deployments', 9),
  ('pods', 'pods', 10),
  ('podHistory', 'pod_history', 11),
  ('events', 'events', 12),
  ('idempotencyKeys', 'idempotency_keys', 13);
select stark.compile_kind(kind) from public.kinds;

-- Logs of pods, which are not records: they come in chunks, outside of the cluster's revision. And what removes what grows.

-- Appends chunks; one that is there already, or whose pod is gone, is left out, so sending twice does no harm.
create function public.logs_append(p_chunks jsonb) returns void
language sql security definer set search_path = '' as $$
  insert into public.pod_logs (pod_id, first_seq, last_seq, incarnation, bytes, lines)
  select chunk.pod_id, chunk.first_seq, chunk.last_seq, chunk.incarnation, chunk.bytes, chunk.lines
  from jsonb_to_recordset(p_chunks)
    as chunk (pod_id uuid, first_seq bigint, last_seq bigint, incarnation integer, bytes integer, lines jsonb)
  where exists (select from public.pods where pods.id = chunk.pod_id)
  on conflict do nothing
$$;

create function public.logs_read(p_pod_id uuid) returns json
language sql stable security definer set search_path = '' as $$
  select coalesce(json_agg(chunk order by chunk.first_seq), '[]') from public.pod_logs as chunk where chunk.pod_id = p_pod_id
$$;

-- Removes the chunks that lie wholly before a seq.
create function public.logs_trim(p_pod_id uuid, p_before_seq bigint) returns void
language sql security definer set search_path = '' as $$
  delete from public.pod_logs where pod_id = p_pod_id and last_seq < p_before_seq
$$;

create function public.logs_delete(p_pod_ids uuid[]) returns void
language sql security definer set search_path = '' as $$
  delete from public.pod_logs where pod_id = any (p_pod_ids)
$$;

-- History is an audit: rows are added, and nobody changes or removes one, except prune_pod_history.
create function stark.refuse_history_change() returns trigger
language plpgsql set search_path = '' as $$
begin
  if tg_op = 'DELETE' and current_setting('stark.pruning_history', true) = 'yes' then
    return old;
  end if;
  raise exception 'pod history is append-only: % refused', lower(tg_op);
end $$;
create trigger pod_history_append_only before update or delete on public.pod_history
  for each row execute function stark.refuse_history_change();
create trigger pod_history_no_truncate before truncate on public.pod_history
  for each statement execute function stark.refuse_history_change();

-- Removes history older than a time, for those who must not keep it for ever. Nothing calls this by itself. @returns rows removed
create function public.prune_pod_history(p_before timestamptz) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  v_removed bigint;
begin
  perform set_config('stark.pruning_history', 'yes', true);
  delete from public.pod_history where at < p_before;
  get diagnostics v_removed = row_count;
  perform set_config('stark.pruning_history', '', true);
  return v_removed;
end $$;

-- Removes what nobody will ask for again: ids of batches after an hour, and Supabase Auth's audit log after 30 days where that is ours.
create function public.prune_store() returns void
language plpgsql security definer set search_path = '' as $$
begin
  delete from public.commits where committed_at < clock_timestamp() - interval '1 hour';
  if has_table_privilege(to_regclass('auth.audit_log_entries'), 'delete') then
    execute 'delete from auth.audit_log_entries where created_at < clock_timestamp() - interval ''30 days''';
  end if;
end $$;

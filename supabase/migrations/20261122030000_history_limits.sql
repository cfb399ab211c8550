-- The control plane forgets history that is over its limits (ClusterConfig.podHistoryTtlSeconds and podHistoryMax): by commit_batch, which
-- only the holder of the lease can call, and never what is younger than an hour. Everybody else goes on being refused.

alter function stark.apply_pod_history(jsonb) rename to apply_pod_history_rows;

-- A migration that adds a column to pod_history does with apply_pod_history_rows what compile_kind does with its own.
create function stark.apply_pod_history(p_changes jsonb) returns bigint
language plpgsql set search_path = '' as $$
declare
  v_changed bigint;
begin
  if p_changes -> 'deletes' is null then
    return stark.apply_pod_history_rows(p_changes);
  end if;
  if exists (
    select from public.pod_history as entry
    join jsonb_to_recordset(p_changes -> 'deletes') as gone (id uuid) on gone.id = entry.id
    where entry.at > clock_timestamp() - interval '1 hour'
  ) then
    raise exception 'pod history is append-only: what is younger than an hour is not forgotten';
  end if;
  perform set_config('stark.pruning_history', 'yes', true);
  v_changed := stark.apply_pod_history_rows(p_changes);
  perform set_config('stark.pruning_history', '', true);
  return v_changed;
end $$;

revoke execute on function stark.apply_pod_history(jsonb), stark.apply_pod_history_rows(jsonb) from public, anon, authenticated;

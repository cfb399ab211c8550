-- Who may read and call. The control plane comes with the secret key, as service_role, which row-level security does not hold back.
-- Everybody else comes with the public key and gets nothing: no table has a policy yet, so each is closed to anon and authenticated.
-- Some fronts grant tables to all roles when they start, so tables are closed by row-level security and not by privileges alone.

do $$
declare
  v_table text;
begin
  for v_table in select tablename from pg_catalog.pg_tables where schemaname = 'public' loop
    execute format('alter table public.%I enable row level security', v_table);
    execute format('revoke all on table public.%I from public, anon, authenticated', v_table);
  end loop;
end $$;

revoke execute on all functions in schema public from public, anon, authenticated;
revoke execute on all functions in schema stark from public, anon, authenticated;
grant execute on all functions in schema public to service_role;
-- Checks of columns run as whoever writes the row.
grant execute on function stark.is_dns_label, stark.is_dns_name, stark.refuse_history_change to service_role;

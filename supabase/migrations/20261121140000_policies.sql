-- The second wall: what somebody who holds a token of Supabase Auth may read past the control plane is what the API would show, and
-- nobody writes anything. Roles are those of public.users, for as long as the session of the token goes on and the account is not
-- disabled; a token says nothing about them. With the public key alone nothing is read.
--
-- Closed to all but the secret key: sessions and tokens (their hashes), secrets, idempotency keys, and what the store keeps for itself.

-- Claims are what PostgREST hands on of a verified token. A caller without one has none.
create function stark.claim(p_name text) returns text
language sql stable set search_path = '' as $$
  select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> p_name
$$;

create function stark.my_id() returns uuid
language sql stable set search_path = '' as $$
  select nullif(stark.claim('sub'), '')::uuid
$$;

-- The roles that count now.
create function stark.my_roles() returns text[]
language sql stable security definer set search_path = '' as $$
  select coalesce((
    select users.roles from public.users
    join public.sessions on sessions.user_id = users.id
    where users.id = stark.my_id() and not users.disabled
      and sessions.id = nullif(stark.claim('session_id'), '')::uuid and sessions.expires_at > now()
  ), '{}')
$$;

create function stark.i_read() returns boolean
language sql stable set search_path = '' as $$
  select stark.my_roles() && array['admin', 'user', 'viewer']
$$;

create function stark.i_administer() returns boolean
language sql stable set search_path = '' as $$
  select 'admin' = any (stark.my_roles())
$$;

revoke execute on function stark.claim(text), stark.my_id(), stark.my_roles(), stark.i_read(), stark.i_administer() from public, anon;
grant usage on schema stark to authenticated;
grant execute on function stark.claim(text), stark.my_id(), stark.my_roles(), stark.i_read(), stark.i_administer() to authenticated;

-- A subselect is evaluated once a statement and not once a row.
do $$
declare
  v_table text;
begin
  foreach v_table in array array[
    'cluster_configs', 'namespaces', 'priority_classes', 'nodes', 'deployments', 'pods', 'pod_history', 'pod_logs', 'events'
  ] loop
    execute format('create policy readers_read on public.%I for select to authenticated using ((select stark.i_read()))', v_table);
    execute format('grant select on public.%I to authenticated', v_table);
  end loop;
end $$;

create policy seen_packs on public.packs for select to authenticated
  using ((select stark.i_administer()) or ((select stark.i_read()) and (visibility = 'public' or owner_id = (select stark.my_id()))));
create policy own_account on public.users for select to authenticated
  using ((select stark.i_administer()) or (id = (select stark.my_id()) and (select stark.i_read())));
create policy administrators_read on public.audit for select to authenticated using ((select stark.i_administer()));
grant select on public.packs, public.users, public.audit to authenticated;

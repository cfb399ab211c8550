-- Secrets of namespaces, sealed before they come here: whoever has the database alone has none of them.

create table public.secrets (
  id uuid primary key,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  resource_version bigint not null check (resource_version > 0),
  namespace text not null,
  name text not null check (stark.is_dns_name(name)),
  created_by uuid,
  key_id text not null,
  sealed text not null,
  body jsonb not null default '{}',
  unique (namespace, name)
);
alter table public.secrets enable row level security;
revoke all on table public.secrets from public, anon, authenticated;

insert into public.kinds (kind, table_name, position) values ('secrets', 'secrets', 14);
select stark.compile_kind('secrets');
revoke execute on function stark.apply_secrets(jsonb) from public, anon, authenticated;

-- Pods say which secrets they want.
update public.pods set body = '{ "secrets": [] }'::jsonb || body;

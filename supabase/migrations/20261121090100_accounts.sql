-- Who may come in: users with their roles, the sessions they hold, and the tokens of nodes and machines.
-- Passwords are Supabase Auth's; a user here has the id that it has there. Roles live here only, never in a token or in metadata.

create table public.users (
  id uuid primary key,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  resource_version bigint not null check (resource_version > 0),
  email text not null check (length(email) between 3 and 254),
  roles text[] not null check (roles <@ array['admin', 'user', 'viewer', 'node']),
  disabled boolean not null,
  body jsonb not null default '{}'
);
create unique index users_email on public.users (lower(email));

create table public.sessions (
  id uuid primary key,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  resource_version bigint not null check (resource_version > 0),
  user_id uuid not null references public.users on delete cascade deferrable initially deferred,
  refresh_hash text not null,
  expires_at timestamptz not null,
  body jsonb not null default '{}'
);
create index sessions_user on public.sessions (user_id);
create index sessions_refresh_hash on public.sessions (refresh_hash);

create table public.tokens (
  id uuid primary key,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  resource_version bigint not null check (resource_version > 0),
  kind text not null check (kind in ('join', 'api', 'node')),
  hash text not null unique,
  role text not null check (role in ('admin', 'user', 'viewer', 'node')),
  owner_id uuid,
  node_id uuid,
  expires_at timestamptz,
  last_used_at timestamptz,
  uses integer check (uses > 0),
  labels jsonb not null default '{}' check (jsonb_typeof(labels) = 'object'),
  body jsonb not null default '{}'
);
create index tokens_owner on public.tokens (owner_id);
create index tokens_node on public.tokens (node_id);

-- What happened, in words, and which requests were already answered.

create table public.events (
  id uuid primary key,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  resource_version bigint not null check (resource_version > 0),
  type text,
  reason text,
  body jsonb not null default '{}'
);
create index events_created on public.events (created_at);
create index events_reason on public.events (reason);

create table public.idempotency_keys (
  id uuid primary key,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  resource_version bigint not null check (resource_version > 0),
  principal_id text,
  operation text,
  expires_at timestamptz,
  body jsonb not null default '{}'
);
create index idempotency_keys_expires on public.idempotency_keys (expires_at);

-- What runs: packs, pods with their history and logs, deployments.
-- A pod that has ended may outlive its node, its pack and its deployment, so it names them without a foreign key.

create table public.packs (
  id uuid primary key,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  resource_version bigint not null check (resource_version > 0),
  name text not null check (name ~ '^(@[a-z0-9][a-z0-9._-]{0,62}/)?[a-z0-9][a-z0-9._-]{0,62}$'),
  version text not null check (length(version) <= 128),
  runtime_tag text not null check (runtime_tag in ('node', 'browser', 'universal')),
  owner_id uuid,
  visibility text not null check (visibility in ('private', 'public')),
  labels jsonb not null default '{}' check (jsonb_typeof(labels) = 'object'),
  body jsonb not null default '{}',
  unique (name, version)
);
create index packs_owner on public.packs (owner_id);
create index packs_labels on public.packs using gin (labels jsonb_path_ops);

create table public.deployments (
  id uuid primary key,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  resource_version bigint not null check (resource_version > 0),
  namespace text not null references public.namespaces (name) deferrable initially deferred,
  name text not null check (stark.is_dns_name(name)),
  pack_name text not null,
  pack_version text not null,
  mode text not null check (mode in ('replicated', 'daemon')),
  replicas integer check (replicas >= 0),
  labels jsonb not null default '{}' check (jsonb_typeof(labels) = 'object'),
  body jsonb not null default '{}',
  unique (namespace, name)
);
create index deployments_labels on public.deployments using gin (labels jsonb_path_ops);

create table public.pods (
  id uuid primary key,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  resource_version bigint not null check (resource_version > 0),
  namespace text not null references public.namespaces (name) deferrable initially deferred,
  name text not null check (stark.is_dns_name(name)),
  pack_id uuid not null,
  pack_name text not null,
  pack_version text not null,
  node_id uuid,
  deployment_id uuid,
  status text not null check (
    status in ('pending', 'scheduled', 'starting', 'running', 'stopping', 'succeeded', 'failed', 'stopped', 'evicted', 'unknown')
  ),
  reason text,
  labels jsonb not null default '{}' check (jsonb_typeof(labels) = 'object'),
  priority integer not null,
  incarnation integer not null check (incarnation >= 0),
  created_by uuid,
  scheduled_at timestamptz,
  started_at timestamptz,
  stopped_at timestamptz,
  deleted_at timestamptz,
  body jsonb not null default '{}'
);
-- A name is free again as soon as the pod that had it has ended, also while its record is still kept.
create unique index pods_live_name on public.pods (namespace, name)
  where status not in ('succeeded', 'failed', 'stopped', 'evicted');
create index pods_namespace_status on public.pods (namespace, status);
create index pods_node on public.pods (node_id) where node_id is not null;
create index pods_deployment on public.pods (deployment_id) where deployment_id is not null;
create index pods_pack on public.pods (pack_id);
create index pods_labels on public.pods using gin (labels jsonb_path_ops);

create table public.pod_history (
  id uuid primary key,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  resource_version bigint not null check (resource_version > 0),
  pod_id uuid not null,
  pod_name text not null,
  namespace text not null,
  action text not null,
  at timestamptz not null,
  actor_id text,
  new_status text,
  new_node_id uuid,
  reason text,
  body jsonb not null default '{}'
);
create index pod_history_pod on public.pod_history (pod_id, at);
create index pod_history_at on public.pod_history (at);

-- Lines of a pod's log in chunks, in the order of seq. They go with their pod.
create table public.pod_logs (
  pod_id uuid not null references public.pods on delete cascade,
  first_seq bigint not null,
  last_seq bigint not null check (last_seq >= first_seq),
  incarnation integer not null,
  bytes integer not null check (bytes >= 0),
  lines jsonb not null,
  primary key (pod_id, first_seq)
);

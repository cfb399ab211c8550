-- The cluster around its pods: configuration, namespaces, priority classes and nodes.

-- One row, always: its index has one possible value.
create table public.cluster_configs (
  id uuid primary key,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  resource_version bigint not null check (resource_version > 0),
  max_pods_per_node integer not null check (max_pods_per_node between 1 and 10000),
  default_namespace text not null,
  scheduling_policy text not null check (scheduling_policy in ('spread', 'binpack', 'random', 'affinity', 'least_loaded')),
  heartbeat_interval_ms integer not null check (heartbeat_interval_ms > 0),
  heartbeat_timeout_ms integer not null check (heartbeat_timeout_ms > 0),
  unreachable_toleration_seconds integer not null check (unreachable_toleration_seconds >= 0),
  enable_preemption boolean not null,
  body jsonb not null default '{}'
);
create unique index cluster_configs_one_row on public.cluster_configs ((true));

create table public.namespaces (
  id uuid primary key,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  resource_version bigint not null check (resource_version > 0),
  name text not null unique check (stark.is_dns_label(name)),
  phase text not null check (phase in ('active', 'terminating')),
  labels jsonb not null default '{}' check (jsonb_typeof(labels) = 'object'),
  body jsonb not null default '{}'
);

create table public.priority_classes (
  id uuid primary key,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  resource_version bigint not null check (resource_version > 0),
  name text not null unique check (stark.is_dns_name(name)),
  value integer not null,
  global_default boolean not null,
  preemption_policy text not null check (preemption_policy in ('PreemptLowerPriority', 'Never')),
  body jsonb not null default '{}'
);

create table public.nodes (
  id uuid primary key,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  resource_version bigint not null check (resource_version > 0),
  name text not null unique check (stark.is_dns_name(name)),
  runtime_type text not null check (runtime_type in ('node', 'browser')),
  status text not null check (status in ('online', 'unhealthy', 'offline')),
  last_heartbeat timestamptz,
  labels jsonb not null default '{}' check (jsonb_typeof(labels) = 'object'),
  unschedulable boolean not null,
  trusted boolean not null,
  registered_by uuid,
  incarnation integer not null check (incarnation >= 0),
  body jsonb not null default '{}'
);
create index nodes_runtime_status on public.nodes (runtime_type, status);
create index nodes_labels on public.nodes using gin (labels jsonb_path_ops);

-- What every cluster has from the first start and cannot lose: three namespaces, six priority classes, one configuration, and the
-- bucket for bundles. They are revision 1 of the cluster.

insert into public.namespaces (id, created_at, updated_at, resource_version, name, phase, body)
select id::uuid, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 1, name, 'active',
  '{ "resourceQuota": null, "limitRange": null, "annotations": {} }'
from (values
  ('00000000-0000-4000-8000-000000000001', 'default'),
  ('00000000-0000-4000-8000-000000000002', 'stark-system'),
  ('00000000-0000-4000-8000-000000000003', 'stark-public')
) as reserved (id, name);

insert into public.priority_classes
  (id, created_at, updated_at, resource_version, name, value, global_default, preemption_policy, body)
select id::uuid, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 1, name, value, name = 'default', 'PreemptLowerPriority',
  jsonb_build_object('description', description)
from (values
  ('00000000-0000-4000-8000-000000000011', 'system-node-critical', 2000001000, 'What a node cannot do without'),
  ('00000000-0000-4000-8000-000000000012', 'system-cluster-critical', 2000000000, 'What the cluster cannot do without'),
  ('00000000-0000-4000-8000-000000000013', 'high-priority', 1000000, 'Goes before ordinary work'),
  ('00000000-0000-4000-8000-000000000014', 'default', 0, 'Pods that name no class'),
  ('00000000-0000-4000-8000-000000000015', 'low-priority', -1000, 'Gives way to ordinary work'),
  ('00000000-0000-4000-8000-000000000016', 'best-effort', -1000000, 'Runs where nothing else wants to')
) as reserved (id, name, value, description);

insert into public.cluster_configs (
  id, created_at, updated_at, resource_version, max_pods_per_node, default_namespace, scheduling_policy, heartbeat_interval_ms,
  heartbeat_timeout_ms, unreachable_toleration_seconds, enable_preemption, body
) values (
  '00000000-0000-4000-8000-000000000021', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 1, 110, 'default', 'spread', 10000,
  30000, 300, true, '{ "defaultRequests": { "cpu": 100, "memory": 128 }, "defaultLimits": { "cpu": 500, "memory": 512 } }'
);

do $$
begin
  if to_regclass('storage.buckets') is not null then
    insert into storage.buckets (id, name, public) values ('bundles', 'bundles', false) on conflict do nothing;
  end if;
end $$;

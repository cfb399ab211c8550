-- Sessions say when and from where they were last used; users and API tokens where they may create; the cluster whether registration is
-- open. All of these are fields of `body`; this gives them to the rows that were written before.
update public.users set body = body || jsonb_build_object(
  'namespaces', case when 'admin' = any (roles) then '["*"]'::jsonb else '["default"]'::jsonb end
) where not body ? 'namespaces';
update public.sessions set body = body || jsonb_build_object(
  'lastUsedAt', to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'remote', ''
) where not body ? 'lastUsedAt';
update public.tokens set body = '{ "scopes": null, "namespaces": null }'::jsonb || body;
update public.cluster_configs set body = '{ "registration": "closed" }'::jsonb || body;

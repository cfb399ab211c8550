-- Something for a developer to look at after `supabase db reset`: one public pack without a bundle. Nothing depends on it.

insert into public.packs (
  id, created_at, updated_at, resource_version, name, version, runtime_tag, owner_id, visibility, labels, body
) values (
  '00000000-0000-4000-8000-000000000031', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 1, 'hello', '1.0.0', 'universal', null, 'public',
  '{ "example": "true" }', '{ "description": "A sample", "bundle": null, "metadata": {}, "annotations": {} }'
) on conflict do nothing;

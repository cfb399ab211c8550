-- How the store reads: what kinds of records there are, and the records themselves, page by page.

-- [{ kind, columns: [{ name, type }] }] in the order of loading.
create function public.store_schema() returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_agg(jsonb_build_object('kind', kinds.kind, 'columns', columns.list) order by kinds.position)
  from public.kinds
  cross join lateral (
    select jsonb_agg(jsonb_build_object('name', attname, 'type', format_type(atttypid, atttypmod)) order by attnum) as list
    from pg_catalog.pg_attribute
    where attrelid = format('public.%I', kinds.table_name)::regclass and attnum > 0 and not attisdropped
  ) as columns
$$;

create function public.store_revision() returns bigint
language sql stable security definer set search_path = '' as $$
  select revision from public.cluster_revision
$$;

-- The rows of one kind after an id, in the order of ids: a page is stable whatever is written meanwhile.
create function public.load_page(p_kind text, p_after uuid, p_limit integer) returns json
language plpgsql stable security definer set search_path = '' set timezone = 'UTC' as $$
declare
  v_table text;
  v_page json;
begin
  select table_name into strict v_table from public.kinds where kind = p_kind;
  execute format(
    'select coalesce(json_agg(page), ''[]'') from (select * from public.%I where id > $1 order by id limit $2) as page', v_table
  ) into v_page using p_after, p_limit;
  return v_page;
end $$;

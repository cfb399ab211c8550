-- What every table below stands on: the private schema for functions that are nobody's business outside the database, and what the
-- roles of the API may do unless a migration says otherwise, which is nothing.
--
-- Records and rows: a record's field `nodeId` is kept in the column `node_id` where there is one, and every other field in `body`.
-- A field is a column when people filter, sort or join by it; `body` holds what only Stark reads.

create schema stark;
comment on schema stark is 'Functions of the store that no API exposes.';
revoke all on schema stark from public;

alter default privileges in schema public revoke all on tables from anon, authenticated;
alter default privileges in schema public revoke all on sequences from anon, authenticated;

-- Shapes that several tables check. Source of the rules: kernel/schema/common.ts. Lengths are checked beside the expression and not
-- by a counted repetition in it, which would cost a third of an insert.
create function stark.is_dns_label(p_text text) returns boolean language sql immutable parallel safe
  return length(p_text) <= 63 and p_text ~ '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$';
create function stark.is_dns_name(p_text text) returns boolean language sql immutable parallel safe
  return length(p_text) <= 253 and p_text ~ '^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$';

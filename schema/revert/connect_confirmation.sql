begin;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 22;

drop function tocsin.is_binding_of_session(bytea, bytea);
alter table tocsin.connect_flows drop column token_id, drop column refused_org_id, drop column allowed_org_id;
alter table tocsin.sentry_organization_choices drop column installation_id, drop column session_hash;

commit;

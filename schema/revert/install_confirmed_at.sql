begin;

create index integrations_untold_idx on tocsin.integrations (organization_id, integration_id)
    where mode = 'public' and status = 'connected' and told_installed_at is null;
drop trigger copy_install_confirmed_at on tocsin.integrations;
drop function tocsin.copy_install_confirmed_at();
alter table tocsin.integrations drop column install_confirmed_at;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 9;

commit;

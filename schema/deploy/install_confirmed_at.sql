-- requires: integration_ended
begin;

-- When Tocsin confirmed to Sentry that the installation is complete. Until then Sentry sends no webhooks to a public
-- integration, so the scheduler repeats the confirmation. This was told_installed_at, which processes of the earlier release
-- use while they are restarted; a later release drops it together with the trigger.
alter table tocsin.integrations add column install_confirmed_at timestamptz;

alter table tocsin.integrations no force row level security;
update tocsin.integrations set install_confirmed_at = told_installed_at where told_installed_at is not null;
alter table tocsin.integrations force row level security;

create function tocsin.copy_install_confirmed_at() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp
    as $$
begin
    if new.install_confirmed_at is distinct from old.install_confirmed_at then
        new.told_installed_at := new.install_confirmed_at;
    else
        new.install_confirmed_at := new.told_installed_at;
    end if;
    return new;
end
$$;
create trigger copy_install_confirmed_at before update on tocsin.integrations
    for each row
    when ((old.install_confirmed_at, old.told_installed_at) is distinct from (new.install_confirmed_at, new.told_installed_at))
    execute function tocsin.copy_install_confirmed_at();

create index integrations_unconfirmed_idx on tocsin.integrations (organization_id, integration_id)
    where mode = 'public' and status = 'connected' and install_confirmed_at is null;
drop index tocsin.integrations_untold_idx;

grant update (install_confirmed_at) on tocsin.integrations to tocsin_scheduler;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 10;

commit;

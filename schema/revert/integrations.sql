begin;

drop function tocsin.find_connect_flows(bytea);
drop function tocsin.claim_installation(text, uuid, text, uuid);
drop table tocsin.mappings;
drop table tocsin.connect_flows;
drop table tocsin.refresh_attempts;
drop table tocsin.credentials;
drop table tocsin.unclaimed_installations;
drop table tocsin.sentry_organization_owners;
drop table tocsin.installation_owners;
drop table tocsin.integrations;

commit;

begin;

drop function tocsin.find_connect_flows(bytea);
drop function tocsin.find_connect_flow_of_state(bytea);
drop function tocsin.claim_connection(text, text, uuid, uuid);
drop function tocsin.note_refused_claim(text, text, uuid, uuid);
drop table tocsin.mappings;
drop table tocsin.connect_flows;
drop table tocsin.refresh_attempts;
drop table tocsin.vault_keys;
drop table tocsin.sentry_organization_choices;
drop table tocsin.webhook_secrets;
drop table tocsin.credentials;
drop table tocsin.unclaimed_installations;
drop table tocsin.sentry_organization_owners;
drop table tocsin.installation_owners;
drop table tocsin.integrations;

commit;

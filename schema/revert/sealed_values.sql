begin;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 34;

drop function tocsin.needed_vault_keys();
drop function tocsin.sealing_key(bytea);
drop policy for_operator on tocsin.approvals;
revoke select (organization_id, approval_id, result_sealed), update (result_sealed) on tocsin.approvals from tocsin_operator;
drop policy for_lookup on tocsin.credentials;
drop policy for_lookup on tocsin.webhook_secrets;
drop policy for_lookup on tocsin.approvals;
revoke select (access_token_sealed, refresh_token_sealed) on tocsin.credentials from tocsin_lookup;
revoke select (secret_sealed, previous_sealed, previous_until) on tocsin.webhook_secrets from tocsin_lookup;
revoke select (result_sealed) on tocsin.approvals from tocsin_lookup;

commit;

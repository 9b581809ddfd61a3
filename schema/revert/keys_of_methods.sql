begin;

set local row_security = on;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 37;

revoke select (address_sealed) on tocsin.methods from tocsin_lookup;
drop function tocsin.needed_vault_keys();
create function tocsin.needed_vault_keys() returns setof text
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$
        select distinct key_id
          from (select tocsin.sealing_key(access_token_sealed) from tocsin.credentials
                union all select tocsin.sealing_key(refresh_token_sealed) from tocsin.credentials
                union all select tocsin.sealing_key(secret_sealed) from tocsin.webhook_secrets
                union all select tocsin.sealing_key(previous_sealed) from tocsin.webhook_secrets where previous_until > tocsin.now()
                union all select tocsin.sealing_key(result_sealed) from tocsin.approvals
                union all select tocsin.sealing_key(verifier_sealed) from tocsin.connect_flows
                           where used_at is null and expires_at > tocsin.now()) as sealed (key_id)
         where key_id is not null
    $$;
grant execute on function tocsin.needed_vault_keys() to tocsin_scheduler, tocsin_operator;
call tocsin.give_to_lookup(array['tocsin.needed_vault_keys()']::regprocedure[]);

commit;

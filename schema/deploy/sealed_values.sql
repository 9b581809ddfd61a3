-- requires: paging
begin;

set local row_security = on;

-- The results of approvals are sealed, too: the command line opens them, and seals them under another key.
create policy for_operator on tocsin.approvals to tocsin_operator using (true);
grant select (organization_id, approval_id, result_sealed), update (result_sealed) on tocsin.approvals to tocsin_operator;

-- The id of the vault key that sealed a value; null where it is none. A sealed value begins with its version, the length of the
-- id, and the id.
create function tocsin.sealing_key(sealed bytea) returns text
    language sql immutable parallel safe
    as $$ select case when length(sealed) > 2 and get_byte(sealed, 0) = 1 and get_byte(sealed, 1) between 1 and 32
                      then encode(substr(sealed, 3, get_byte(sealed, 1)), 'escape') end $$;
revoke all on function tocsin.sealing_key(bytea) from public;
grant execute on function tocsin.sealing_key(bytea) to tocsin_lookup;

-- The vault keys that sealed values need, of all organizations and columns. It reveals nothing else.
create policy for_lookup on tocsin.credentials for select to tocsin_lookup using (true);
create policy for_lookup on tocsin.webhook_secrets for select to tocsin_lookup using (true);
create policy for_lookup on tocsin.approvals for select to tocsin_lookup using (true);
grant select (access_token_sealed, refresh_token_sealed) on tocsin.credentials to tocsin_lookup;
grant select (secret_sealed, previous_sealed, previous_until) on tocsin.webhook_secrets to tocsin_lookup;
grant select (result_sealed) on tocsin.approvals to tocsin_lookup;

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

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 35;

commit;

-- requires: organizations
begin;

-- Who changed what in an organization: written in the transaction of the change, by the function and the triggers below alone,
-- appended to and read, never changed. Values hold no secrets, not even sealed or hashed ones.
create table tocsin.audit_log (
    organization_id uuid not null references tocsin.organizations,
    audit_id        bigint generated always as identity,
    at              timestamptz not null default tocsin.now(),
    actor_kind      text not null check (actor_kind in ('user', 'token', 'operator', 'sentry', 'system')),
    actor_id        uuid,
    actor_name      text not null default '' check (length(actor_name) <= 300),
    action          text not null check (action ~ '^[a-z_]+[.][a-z_]+$'),
    subject_kind    text not null check (length(subject_kind) <= 50),
    subject_id      uuid,
    subject_name    text not null default '' check (length(subject_name) <= 300),
    before_value    jsonb,
    after_value     jsonb,
    address         text not null default '' check (length(address) <= 100),
    request_id      text not null default '' check (length(request_id) <= 64),
    primary key (organization_id, audit_id)
);
call tocsin.protect('tocsin.audit_log');

-- Appends one entry. Who acts is what the transaction says (app.actor and the like, set where it begins); where it says
-- nothing, it is the command line or `otherwise`.
create function tocsin.note(of_organization uuid, otherwise text, what text, of_kind text, of_id uuid, of_name text, before jsonb, after jsonb)
    returns void
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
begin
    -- Here the wall's policy does not hold: these are the rights of another role.
    if current_setting('role') = 'tocsin_gateway' and of_organization is distinct from tocsin.current_organization() then
        raise exception 'an entry of another organization' using errcode = 'insufficient_privilege';
    end if;
    insert into tocsin.audit_log (organization_id, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name,
                                  before_value, after_value, address, request_id)
    values (of_organization,
            coalesce(nullif(current_setting('app.actor_kind', true), ''),
                     case when current_setting('role') = 'tocsin_operator' then 'operator' else otherwise end),
            nullif(current_setting('app.actor_id', true), '')::uuid,
            left(coalesce(current_setting('app.actor', true), ''), 300),
            what, of_kind, of_id,
            left(coalesce(of_name, (select u.email from tocsin.users u where of_kind = 'member' and u.user_id = of_id), ''), 300),
            before, after,
            left(coalesce(current_setting('app.address', true), ''), 100),
            left(coalesce(current_setting('app.request_id', true), ''), 64));
end
$$;

-- What changed in a row. Arguments: the kind, the columns of its id and its name ('' where it has none).
create function tocsin.note_change() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp
    as $$
declare
    kind    constant text := tg_argv[0];
    before  jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
    after   jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
    subject constant jsonb := coalesce(after, before);
    hidden  constant text[] := array['organization_id', 'token_hash', 'last_used_at', 'created_at', 'created_by', 'created_by_name',
                                     'invited_by', 'invited_by_token', 'invited_by_name', tg_argv[1]];
    verb    text;
begin
    before := before - hidden;
    after := after - hidden;
    if tg_op = 'UPDATE' then
        select jsonb_object_agg(was.key, was.value), jsonb_object_agg(was.key, after -> was.key) into before, after
          from jsonb_each(before) was where was.value is distinct from after -> was.key;
        if before is null then
            return null;
        end if;
    end if;
    verb := case when tg_op = 'INSERT' and kind = 'member' then 'added'
                 when tg_op = 'INSERT' then 'created'
                 when tg_op = 'DELETE' then 'removed'
                 when after ->> 'archived_at' is not null then 'archived'
                 when after ->> 'revoked_at' is not null then 'revoked'
                 when after ->> 'accepted_at' is not null then 'accepted'
                 else 'changed' end;
    perform tocsin.note((subject ->> 'organization_id')::uuid, 'system', kind || '.' || verb, kind, (subject ->> tg_argv[1])::uuid,
                        subject ->> tg_argv[2], before, after);
    return null;
end
$$;
revoke all on function tocsin.note_change() from public;

create trigger note_change after insert on tocsin.organizations
    for each row execute function tocsin.note_change('organization', 'organization_id', 'name');
create trigger note_change after insert or update or delete on tocsin.members
    for each row execute function tocsin.note_change('member', 'user_id', '');
create trigger note_change after insert or update of name, role, expires_at, revoked_at on tocsin.api_tokens
    for each row execute function tocsin.note_change('token', 'token_id', 'name');
create trigger note_change after insert or update on tocsin.services
    for each row execute function tocsin.note_change('service', 'service_id', 'name');

grant select on tocsin.audit_log to tocsin_gateway;
create policy for_lookup on tocsin.audit_log for insert to tocsin_lookup with check (true);
grant insert on tocsin.audit_log to tocsin_lookup;

-- Migrations run with row_security off, with which the bodies of these functions would be refused; making them touches no rows.
set local row_security = on;

-- The same entry in every organization of a person, who is the actor: for what a person does to the own account. It has the
-- rights of its caller, which is one of the look-up functions.
create function tocsin.note_person(of_user uuid, what text, from_address text, before jsonb, after jsonb) returns void
    language sql volatile set search_path = pg_catalog, pg_temp
    as $$
    insert into tocsin.audit_log (organization_id, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name,
                                  before_value, after_value, address, request_id)
    select m.organization_id, 'user', u.user_id, u.email, what, 'member', u.user_id, u.email, before, after, left(from_address, 100),
           left(coalesce(current_setting('app.request_id', true), ''), 64)
      from tocsin.members m join tocsin.users u on u.user_id = m.user_id
     where m.user_id = of_user
$$;
revoke all on function tocsin.note_person(uuid, text, text, jsonb, jsonb) from public;
grant execute on function tocsin.note_person(uuid, text, text, jsonb, jsonb) to tocsin_lookup;
grant execute on function tocsin.note(uuid, text, text, text, uuid, text, jsonb, jsonb) to tocsin_ingest, tocsin_scheduler, tocsin_operator;
call tocsin.give_to_lookup(array['tocsin.note(uuid, text, text, text, uuid, text, jsonb, jsonb)']::regprocedure[]);

commit;

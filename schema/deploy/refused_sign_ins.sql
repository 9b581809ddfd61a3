-- requires: deployment_checks
begin;

set local row_security = on;

-- A sign-in with a wrong password, in every organization of the account; nothing without an account. Who tried is not known.
create function tocsin.note_refused_sign_in(of_user uuid, from_address text) returns void
    language sql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
    insert into tocsin.audit_log (organization_id, actor_kind, action, subject_kind, subject_id, subject_name, address, request_id)
    select m.organization_id, 'system', 'session.refused', 'member', u.user_id, u.email, left(from_address, 100),
           left(coalesce(current_setting('app.request_id', true), ''), 64)
      from tocsin.members m join tocsin.users u on u.user_id = m.user_id
     where m.user_id = of_user
    $$;
call tocsin.give_to_lookup(array['tocsin.note_refused_sign_in(uuid, text)']::regprocedure[]);

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 37;

commit;

begin;

drop policy of_current_organization on tocsin.users;
drop table tocsin.services;
drop table tocsin.api_tokens;
drop table tocsin.sessions;
drop table tocsin.members;
drop function tocsin.keep_an_owner();
drop table tocsin.users;
drop table tocsin.organizations;
drop procedure tocsin.give_to_lookup(regprocedure[]);
drop procedure tocsin.protect(regclass);
drop function tocsin.current_organization();
drop function tocsin.now();
drop schema tocsin;

-- Stays where something else uses it, or somebody else made it.
do $$
begin
    drop extension btree_gin;
exception when dependent_objects_still_exist or insufficient_privilege then
    raise notice 'the extension btree_gin stays';
end
$$;

commit;

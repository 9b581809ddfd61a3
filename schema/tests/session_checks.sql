-- A check of a session is no use of it.
\ir support/fixture.sql

select no_plan();

create function pg_temp.check_session(idle text, age text) returns text
    language sql as $$ select pg_temp.as_role('tocsin_gateway', '', format($f$ select user_id from tocsin.check_session(sha256('checked'), %L, %L) $f$, idle, age)) $$;
create procedure pg_temp.move_time(offset_ interval)
    language plpgsql as $$
begin
    execute format('create or replace function tocsin.now() returns timestamptz language sql stable parallel safe '
                   'as $f$ select pg_catalog.now() + interval %L $f$', offset_);
end
$$;
insert into tocsin.sessions (token_hash, user_id) select sha256('checked'), user_id from tocsin.users order by user_id limit 1;

call pg_temp.move_time('50 minutes');
select is(pg_temp.check_session('1 hour', '2 hours'), (select user_id::text from tocsin.users order by user_id limit 1), 'it is found');
call pg_temp.move_time('70 minutes');
select is(pg_temp.check_session('1 hour', '2 hours'), null, 'but it goes idle');
select is(pg_temp.check_session('3 hours', '1 hour'), null, 'and ends');
select is(pg_temp.as_role('tocsin_ingest', '', $$ select user_id from tocsin.check_session('', '1 hour', '1 hour') $$), '42501', 'only the gateway checks sessions');

select * from finish();
rollback;

-- The ends of sessions and changes of webhook keys are announced, whatever their number. Who receives which is tested with open streams.
\ir support/fixture.sql

select no_plan();

select has_trigger('tocsin', 'sessions', 'tell_ended', 'the end of a session is announced');
select has_trigger('tocsin', 'webhook_secrets', name, name || ' of webhook keys')
  from unnest(array['tell_made', 'tell_changed', 'tell_deleted']) as name;

insert into tocsin.sessions (token_hash, user_id)
select sha256(n::text::bytea), (select user_id from tocsin.users limit 1) from generate_series(1, 101) as n;
select lives_ok($$ delete from tocsin.sessions where token_hash in (select sha256(n::text::bytea) from generate_series(1, 100) as n) $$,
                'a hundred sessions fit into a notification');
select lives_ok('delete from tocsin.sessions', 'so do all others');
select lives_ok('delete from tocsin.sessions', 'and none');

select * from finish();
rollback;

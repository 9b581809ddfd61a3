begin;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 28;

alter table tocsin.grant_calls no force row level security;
update tocsin.grant_calls set result = 'refused' where result = 'asked';
alter table tocsin.grant_calls force row level security;
alter table tocsin.grant_calls drop constraint grant_calls_result_check;
alter table tocsin.grant_calls add constraint grant_calls_result_check check (result in ('running', 'answered', 'refused', 'failed'));
drop table tocsin.approvals;
drop function tocsin.note_approval();

commit;

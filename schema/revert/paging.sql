begin;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 33;

drop function tocsin.find_page_link(bytea);
drop table tocsin.page_attempts;
drop table tocsin.pages;
drop table tocsin.alarms;
drop trigger create_method_of_account on tocsin.users;
drop function tocsin.create_method_of_account();
drop table tocsin.methods;
drop function tocsin.mask_mail(text);
revoke select (number, title, severity, service_id, environment, release, url) on tocsin.incidents from tocsin_scheduler;
revoke select (organization_id, service_id, name) on tocsin.services from tocsin_scheduler;
revoke select (organization_id, slug, name) on tocsin.organizations from tocsin_scheduler;
revoke select (organization_id, user_id, role) on tocsin.members from tocsin_scheduler;
revoke select (user_id, email, name) on tocsin.users from tocsin_scheduler;
drop policy for_scheduler on tocsin.organizations;
drop policy for_scheduler on tocsin.members;
drop policy for_scheduler on tocsin.users;
drop policy for_scheduler on tocsin.services;
alter table tocsin.services drop column policy_id, drop column urgency;
drop trigger create_default_policy on tocsin.organizations;
drop function tocsin.create_default_policy();
drop table tocsin.policy_targets;
drop table tocsin.policy_steps;
drop table tocsin.policy_versions;
drop table tocsin.policies;

commit;

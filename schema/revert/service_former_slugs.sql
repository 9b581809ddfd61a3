begin;

create or replace function tocsin.schema_version() returns integer language sql stable parallel safe return 19;

alter table tocsin.deliveries drop column requested_service;
drop trigger keep_former_slug_of_rename on tocsin.services;
drop trigger keep_former_slug on tocsin.services;
drop function tocsin.keep_former_slug();
drop table tocsin.service_former_slugs;

commit;

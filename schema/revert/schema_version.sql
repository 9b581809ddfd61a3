begin;

drop function tocsin.schema_version();

commit;

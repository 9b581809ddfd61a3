begin;

drop function tocsin.search_incidents(text, bigint, bigint, text[], text[], text[], uuid, text, boolean, timestamptz, timestamptz);
drop policy for_lookup on tocsin.services;
revoke select on tocsin.services from tocsin_lookup;
drop table tocsin.timeline;
drop table tocsin.incidents;
drop function tocsin.search_words(text, text, text, text);
drop table tocsin.incident_counters;
drop table tocsin.doubts;
drop table tocsin.applied_events;
drop table tocsin.sources;
drop function tocsin.drop_delivery_partitions(interval);
drop function tocsin.make_delivery_partitions(integer);
drop table tocsin.deliveries;

commit;

-- Only rows were added.
select 1;

do $$
begin
    if to_regprocedure('tocsin.check_session(bytea, interval, interval)') is null then
        raise exception 'sessions cannot be checked without being used';
    end if;
end
$$;

do $$
begin
    if not has_function_privilege('tocsin_gateway', 'tocsin.note_refused_sign_in(uuid, text)', 'execute') then
        raise exception 'the gateway cannot note refused sign-ins';
    end if;
end
$$;

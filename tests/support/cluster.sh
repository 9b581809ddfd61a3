# shellcheck shell=bash
# For tests/run and its like, which source this file after deploy/lib.sh.

# test_cluster FOLDER LOG: starts a private PostgreSQL in FOLDER with the migrated database tocsin_template, and exports the variables by
# which tests find it. tests/README.md describes them.
test_cluster() {
    local password
    step "starting a private PostgreSQL"
    cluster_start "$1" fsync=off full_page_writes=off max_connections=200
    password=$(openssl rand -hex 16)
    # Like an operator's login: no superuser, owner of the database, can create roles, inherits no rights.
    cluster_sql postgres -c "create role tocsin_tester login noinherit createrole createdb password '$password'"
    cluster_sql postgres -c 'create database tocsin_template owner tocsin_tester'
    export TOCSIN_TEST_DATABASE_URL TOCSIN_TEST_SUPERUSER_URL
    TOCSIN_TEST_DATABASE_URL=$(cluster_url postgres tocsin_tester "$password")
    TOCSIN_TEST_SUPERUSER_URL=$(cluster_url postgres)
    TOCSIN_DATABASE_URL=$(cluster_url tocsin_template tocsin_tester "$password") run_logged "$2" "$ROOT/deploy/migrate"
}

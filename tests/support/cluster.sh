# shellcheck shell=bash
# For tests/run and its like, which source this file after deploy/lib.sh.

# test_cluster FOLDER LOG: starts a private PostgreSQL in FOLDER with the migrated database tocsin_template, and exports the variables by
# which tests find it. tests/README.md describes them.
test_cluster() {
    local owner_password program_password
    owner_password=$(openssl rand -hex 16)
    program_password=$(openssl rand -hex 16)
    step "starting a private PostgreSQL"
    cluster_start "$1" fsync=off full_page_writes=off max_connections=200
    cluster_create_database tocsin_template tocsin_tester "$owner_password" tocsin_program "$program_password"
    cluster_sql postgres -c 'alter role tocsin_tester createdb'
    export TOCSIN_TEST_DATABASE_URL TOCSIN_TEST_PROGRAM_URL TOCSIN_TEST_SUPERUSER_URL
    TOCSIN_TEST_DATABASE_URL=$(cluster_url postgres tocsin_tester "$owner_password")
    TOCSIN_TEST_PROGRAM_URL=$(cluster_url postgres tocsin_program "$program_password")
    TOCSIN_TEST_SUPERUSER_URL=$(cluster_url postgres)
    TOCSIN_DATABASE_URL=$(cluster_url tocsin_template tocsin_program "$program_password") \
        TOCSIN_MIGRATE_DATABASE_URL=$(cluster_url tocsin_template tocsin_tester "$owner_password") run_logged "$2" "$ROOT/deploy/migrate" || return 1
    # The tests in C++ assume the program's roles with the owner's login.
    cluster_sql postgres -c 'grant tocsin_gateway, tocsin_ingest, tocsin_scheduler, tocsin_operator to tocsin_tester'
}

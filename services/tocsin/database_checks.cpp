#include "tocsin/database_checks.hpp"

#include "tocsin/pools.hpp"
#include "tocsin/schema_version.hpp"

#include <tocsin/base/text.hpp>

#include <algorithm>
#include <chrono>

namespace tocsin::program {

namespace {

constexpr db::statement read_server{
    "checks_read_server",
    R"(select current_setting('server_version_num')::integer / 10000 as version,
              current_setting('fsync') = 'on' and current_setting('full_page_writes') = 'on' as durable,
              clock_timestamp() as now,
              current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
                  - coalesce(current_setting('reserved_connections', true)::integer, 0) as connections,
              (select nullif(rolconnlimit, -1) from pg_roles where rolname = session_user) as login_connections,
              (select nullif(datconnlimit, -1) from pg_database where datname = current_database()) as database_connections,
              session_user::text as login, r.rolsuper, r.rolcreaterole, r.rolbypassrls, r.rolinherit,
              exists (select from pg_class c where c.relnamespace = to_regnamespace('tocsin') and c.relowner = r.oid) as owns_schema,
              current_setting('synchronous_standby_names') as synchronous_standbys,
              (select count(*)::integer from pg_stat_replication) as standbys
         from pg_roles r where r.rolname = session_user)"
};

// Days are those of UTC. The fingerprints are compared only if they are of this version of the schema,
// because an upgrade records them last, and of this version of PostgreSQL, which writes definitions in its
// own way.
constexpr db::statement read_schema{
    "checks_read_schema",
    R"(select array(select day::date::text
                      from generate_series((tocsin.now() at time zone 'UTC')::date, (tocsin.now() at time zone 'UTC')::date + 1, interval '1 day') day
                     where not exists (select from pg_inherits i join pg_class c on c.oid = i.inhrelid
                                        where i.inhparent = 'tocsin.deliveries'::regclass
                                          and c.relname = 'deliveries_' || to_char(day, 'YYYYMMDD'))) as missing_partitions,
              r.version is not null as recorded,
              coalesce(r.structure <> f.structure, false) as changed,
              coalesce(r.rights <> f.rights, false) as rights_changed
         from tocsin.schema_fingerprint() f
         left join tocsin.schema_record r
                on r.version = tocsin.schema_version() and r.server = current_setting('server_version_num')::integer / 10000)"
};

// More rows than fit into work_mem go to a file, which needs room on the disk of the database.
constexpr db::statement limit_memory{"checks_limit_memory", "select set_config('work_mem', '64kB', true)"};
constexpr db::statement fill_file{
    "checks_fill_file", "select count(*) as count from generate_series(1, 50000)"
};
// Commits, also to synchronous standbys, without changing a row.
constexpr db::statement write_message{
    "checks_write_message", "select pg_logical_emit_message(true, 'tocsin', 'check') is not null as written"
};

/// Longer than this, webhooks are answered too late.
constexpr std::chrono::milliseconds slow_commit{2'000};

server_facts read_facts(db::transaction& tx) {
    auto const row = tx.run(read_server)[0];
    return {
        .version = row.get<int>("version"),
        .is_durable = row.get<bool>("durable"),
        .now = row.get<timestamp>("now"),
        .connections = row.get<int>("connections"),
        .login_connections = row.get<std::optional<int>>("login_connections"),
        .database_connections = row.get<std::optional<int>>("database_connections"),
        .login = row.text("login"),
        .is_superuser = row.get<bool>("rolsuper"),
        .creates_roles = row.get<bool>("rolcreaterole"),
        .bypasses_row_security = row.get<bool>("rolbypassrls"),
        .inherits = row.get<bool>("rolinherit"),
        .owns_schema = row.get<bool>("owns_schema"),
        .synchronous_standbys = row.text("synchronous_standbys"),
        .standbys = row.get<int>("standbys"),
    };
}

schema_facts read_schema_facts(db::transaction& tx) {
    auto const row = tx.run(read_schema)[0];
    return {
        .missing_partitions = row.get<std::vector<std::string>>("missing_partitions"),
        .is_recorded = row.get<bool>("recorded"),
        .has_changed = row.get<bool>("changed"),
        .rights_have_changed = row.get<bool>("rights_changed"),
    };
}

std::string joined(std::vector<std::string> const& words) {
    std::string text;
    for (auto const& each : words) text += (text.empty() ? "" : ", ") + each;
    return text;
}

finding durability(server_facts const& facts, allowed_states const& allowed) {
    if (facts.is_durable) return {"durability", outcome::ok, "fsync and full_page_writes are on"};
    std::string const problem =
        "fsync or full_page_writes is off, so acknowledged webhooks can be lost: set both to on in postgresql.conf";
    auto const refused = allowed.refuse(unsafe_state::database_durability, problem);
    return {"durability", refused ? outcome::failed : outcome::note, refused.value_or(problem)};
}

finding login_rights(server_facts const& facts) {
    std::vector<std::string> excess;
    if (facts.is_superuser) excess.emplace_back("is a superuser");
    if (facts.creates_roles) excess.emplace_back("can create roles, which is enough to become a superuser");
    if (facts.bypasses_row_security) excess.emplace_back("bypasses row-level security");
    if (facts.owns_schema) excess.emplace_back("owns the schema");
    auto const login = "the login " + printable(facts.login, 80);
    if (!excess.empty())
        return {
            "login",
            outcome::failed,
            login + " " + joined(excess) +
                ". Give the program a login of its own, which only assumes the roles of the program (docs/operating.md)."
        };
    if (facts.inherits)
        return {
            "login",
            outcome::note,
            login +
                " has the rights of the program's roles at once, instead of one role for each connection. Run ALTER ROLE ... NOINHERIT."
        };
    return {"login", outcome::ok, login + " has no rights of its own"};
}

finding connections(server_facts const& facts) {
    auto available = facts.connections;
    if (facts.login_connections) available = std::min(available, *facts.login_connections);
    if (facts.database_connections) available = std::min(available, *facts.database_connections);
    auto const text = "PostgreSQL allows " + std::to_string(available) +
                      " connections, and each process opens up to " + std::to_string(connections_per_process);
    auto const remedy = ". Raise max_connections, or the connection limit of the login or the database.";
    if (available < connections_per_process) return {"connections", outcome::failed, text + remedy};
    // A restart runs two processes at a time.
    if (available < 2 * connections_per_process) return {"connections", outcome::note, text + remedy};
    return {"connections", outcome::ok, text};
}

finding standbys(server_facts const& facts) {
    if (facts.synchronous_standbys.empty())
        return {
            "standbys",
            outcome::ok,
            "commits wait for no standby; connected: " + std::to_string(facts.standbys)
        };
    auto const names = printable(facts.synchronous_standbys, 100);
    return check(
        "standbys",
        facts.standbys > 0,
        "commits wait for " + names + "; connected: " + std::to_string(facts.standbys),
        "commits wait for " + names +
            ", but no standby is connected, so nothing can be written. Start the standby, or empty synchronous_standby_names."
    );
}

finding clock_difference(server_facts const& facts, timestamp now) {
    return check(
        "clock",
        std::chrono::abs(facts.now - now) < std::chrono::seconds(5),
        "this host and the database agree",
        "the clocks of this host and the database differ by seconds. Run a time service on both: Sentry refuses assertions with a wrong time."
    );
}

finding schema_finding(schema_check const& schema) {
    switch (schema.fit) {
        case schema_fit::matching:
            return {"schema", outcome::ok, schema.message};
        case schema_fit::newer:
            return {"schema", outcome::note, schema.message};
        case schema_fit::older:
            break;
    }
    return {"schema", outcome::failed, schema.message};
}

async::task<> check_writing(db::pool& pool, findings& found) {
    auto const start = std::chrono::steady_clock::now();
    std::string problem;
    try {
        co_await pool.transact(db::no_tenant, [](db::transaction& tx) {
            tx.run(limit_memory);
            tx.run(fill_file);
            tx.run(write_message);
        });
        if (std::chrono::steady_clock::now() - start > slow_commit) problem = "a commit took seconds";
    } catch (std::exception const& failed) {
        problem = printable(failed.what(), 300);
    }
    found.push_back(check(
        "writing",
        problem.empty(),
        "a commit succeeds at once",
        "writing fails: " + problem +
            ". Check the room on the disk of the database, its synchronous standbys, and that it is the primary."
    ));
}

async::task<> check_schema_objects(db::pool& pool, findings& found) {
    auto const schema = co_await check_schema(pool);
    found.push_back(schema_finding(schema));
    // An older schema has no record, and a foreign one may have no tables.
    if (schema.fit == schema_fit::older) co_return;
    for (auto& each : judge_schema(co_await pool.transact(db::no_tenant, read_schema_facts)))
        found.push_back(std::move(each));
}

}  // namespace

findings judge_server(server_facts const& facts, allowed_states const& allowed, timestamp now) {
    return {
        {"database", outcome::ok, "PostgreSQL " + std::to_string(facts.version)},
        durability(facts, allowed),
        login_rights(facts),
        connections(facts),
        standbys(facts),
        clock_difference(facts, now),
    };
}

findings judge_schema(schema_facts const& facts) {
    findings found;
    if (facts.has_changed || facts.rights_have_changed)
        found.push_back(
            {"schema objects",
             outcome::failed,
             std::string(facts.has_changed ? "tables or functions" : "the rights of the program's roles") +
                 " differ from those that deploy/migrate recorded. Undo the change, or restore a backup after the roles exist (docs/operating.md)."
            }
        );
    else if (!facts.is_recorded)
        found.push_back(
            {"schema objects",
             outcome::note,
             "the schema has not been recorded yet, so changes of it are not noticed. Run deploy/migrate."}
        );
    else
        found.push_back({"schema objects", outcome::ok, "as deploy/migrate recorded them"});
    found.push_back(check(
        "partitions",
        facts.missing_partitions.empty(),
        "deliveries of today and tomorrow can be stored",
        "there is no partition for deliveries of " + joined(facts.missing_partitions) +
            ". Run a process with the role scheduler, which creates them."
    ));
    return found;
}

async::task<findings> check_database(db::pool& pool, allowed_states const& allowed) {
    findings found;
    bool const answers = co_await run_check("database", found, [&]() -> async::task<> {
        auto const facts = co_await pool.transact(db::no_tenant, read_facts);
        for (auto& each : judge_server(facts, allowed, system_clock().now()))
            found.push_back(std::move(each));
    });
    if (!answers) {
        found.back().detail += " Check TOCSIN_DATABASE_URL, and run deploy/migrate.";
        co_return found;
    }
    co_await run_check("schema", found, [&]() -> async::task<> {
        co_await check_schema_objects(pool, found);
    });
    co_await check_writing(pool, found);
    co_return found;
}

}  // namespace tocsin::program

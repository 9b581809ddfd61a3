#include <tocsin/identity/retention.hpp>

namespace tocsin::identity {

namespace {

constexpr db::statement delete_sessions{
    "identity_delete_outdated_sessions",
    R"(delete from tocsin.sessions
        where last_seen_at < tocsin.now() - $1::bigint * interval '1 millisecond'
           or created_at < tocsin.now() - $2::bigint * interval '1 millisecond')"
};
constexpr db::statement delete_attempts{
    "identity_delete_outdated_attempts",
    "delete from tocsin.attempts where last_at < tocsin.now() - interval '1 day'"
};
constexpr db::statement delete_devices{
    "identity_delete_outdated_devices",
    "delete from tocsin.known_devices where last_used_at < tocsin.now() - interval '400 days'"
};
constexpr db::statement delete_password_resets{
    "identity_delete_outdated_password_resets",
    "delete from tocsin.password_resets where expires_at < tocsin.now() - interval '1 day'"
};

}  // namespace

async::task<> delete_outdated_rows(db::pool& pool, session_limits limits) {
    return pool.transact(db::no_tenant, [limits](db::transaction& tx) {
        tx.run(delete_sessions, limits.idle, limits.max);
        tx.run(delete_attempts);
        tx.run(delete_devices);
        tx.run(delete_password_resets);
    });
}

}  // namespace tocsin::identity

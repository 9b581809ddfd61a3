#include <tocsin/grants/maintenance.hpp>

namespace tocsin::grants {

namespace {

constexpr db::statement delete_calls{
    "delete_outdated_grant_calls",
    "delete from tocsin.grant_calls where at < tocsin.now() - interval '400 days'"
};

constexpr db::statement delete_approvals{
    "delete_outdated_approvals",
    "delete from tocsin.approvals where asked_at < tocsin.now() - interval '30 days'"
};

}  // namespace

async::task<> delete_outdated_rows(db::pool& pool) {
    return pool.transact(db::no_tenant, [](db::transaction& tx) {
        tx.run(delete_calls);
        tx.run(delete_approvals);
    });
}

}  // namespace tocsin::grants

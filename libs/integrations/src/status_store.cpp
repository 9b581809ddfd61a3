#include <tocsin/base/enum_names.hpp>
#include <tocsin/integrations/status_store.hpp>

namespace tocsin::integrations {

namespace {

constexpr db::statement lock_status{
    "lock_integration_status",
    R"(select status, status_reason from tocsin.integrations
        where organization_id = $1 and integration_id = $2 for update)"
};

constexpr db::statement write_status{
    "write_integration_status",
    R"(update tocsin.integrations set status = $3, status_reason = $4, status_since = tocsin.now()
        where organization_id = $1 and integration_id = $2)"
};

}  // namespace

bool move_status(db::transaction& tx, organization_id org, integration_id id, standing to, mover by) {
    auto const row = tx.run(lock_status, org, id).first();
    if (!row) return false;
    standing const from{
        known(parse_status(row->text("status")), "status"),
        known(parse_reason(row->text("status_reason")), "status_reason")
    };
    if (!may_move(from, to, by)) return false;
    tx.run(write_status, org, id, to.status, to.reason);
    return true;
}

}  // namespace tocsin::integrations

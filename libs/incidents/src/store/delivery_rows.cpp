#include "store/delivery_rows.hpp"

namespace tocsin::incidents {

namespace {

constexpr auto insert_columns = db::columns<new_delivery>(
    db::column("organization_id", &new_delivery::organization),
    delivery_columns<new_delivery>,
    db::column("hook_timestamp", &new_delivery::hook_timestamp),
    db::column("signing_key", &new_delivery::signing_key),
    db::column("requested_service", &new_delivery::requested_service, db::empty_is_null),
    db::column("body", &new_delivery::body),
    db::column("body_sha256", [](new_delivery const& row) -> auto const& { return *row.body_hash; })
);
constexpr auto insert_text = db::insert_into("tocsin.deliveries", insert_columns);
constexpr db::statement insert{"insert_deliveries", insert_text.c_str()};

}  // namespace

void insert_deliveries(db::transaction& tx, std::vector<new_delivery> const& all) {
    if (!all.empty()) db::run(tx, insert, insert_columns, all);
}

}  // namespace tocsin::incidents

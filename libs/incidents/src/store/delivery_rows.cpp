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

constexpr db::statement find_body{
    "find_stored_body",
    R"(select resource, body from tocsin.deliveries
        where organization_id = $1 and integration_id = $2 and delivery_id = $3 and body is not null)"
};

}  // namespace

std::optional<stored_body> find_stored_body(
    db::transaction& tx, organization_id org, integration_id integration, delivery_id id
) {
    auto const row = tx.run(find_body, org, integration, id).first();
    if (!row) return std::nullopt;
    auto const body = row->get<byte_string>("body");
    return stored_body{row->text("resource"), std::string(as_text(body))};
}

void insert_deliveries(db::transaction& tx, std::vector<new_delivery> const& all) {
    if (!all.empty()) db::run(tx, insert, insert_columns, all);
}

}  // namespace tocsin::incidents

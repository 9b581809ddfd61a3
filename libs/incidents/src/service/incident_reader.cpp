#include "service/incident_reader.hpp"

namespace tocsin::incidents {

namespace {

constexpr auto find_text = select_incidents + " and i.number = $2";
constexpr db::statement find_one{"find_incident", find_text.c_str()};

constexpr db::statement select_now{"database_now", "select tocsin.now() as now"};

}  // namespace

incident read_incident(db::row const& row) {
    auto one = db::read(row, incident_columns);
    one.service_slug = row.text("service_slug");
    one.service_name = row.text("service_name");
    if (!row.is_null("current_project_slug")) one.project_slug = row.text("current_project_slug");
    return one;
}

result<incident> find_incident(db::transaction& tx, organization_id org, std::int64_t number) {
    auto const row = tx.run(find_one, org, number).first();
    if (!row) return error{errc::not_found, "There is no incident #" + std::to_string(number) + "."};
    return read_incident(*row);
}

timestamp database_now(db::transaction& tx) {
    return tx.run(select_now)[0].get<timestamp>("now");
}

}  // namespace tocsin::incidents

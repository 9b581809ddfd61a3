#include "store/timeline_rows.hpp"

namespace tocsin::incidents {

namespace {

constexpr auto insert_columns = db::columns<
    new_timeline_entry>(db::column("organization_id", &new_timeline_entry::organization), db::column("incident_number", &new_timeline_entry::incident), db::column("actor_user_id", &new_timeline_entry::actor_user), timeline_columns<new_timeline_entry>);
constexpr auto insert_text = db::insert_into("tocsin.timeline", insert_columns);
constexpr db::statement insert{"insert_timeline_entries", insert_text.c_str()};

}  // namespace

void append_timeline(db::transaction& tx, std::vector<new_timeline_entry> const& all) {
    if (!all.empty()) db::run(tx, insert, insert_columns, all);
}

}  // namespace tocsin::incidents

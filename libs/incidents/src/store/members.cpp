#include "store/members.hpp"

#include <tocsin/db/columns.hpp>

namespace tocsin::incidents {

namespace {

constexpr auto key_columns = db::columns<member_key>(
    db::column("organization_id", &member_key::organization), db::column("email", &member_key::email)
);
// Ingest cannot read users.
constexpr db::statement find{
    "find_member_emails", "select nth, email from tocsin.find_member_emails($1::uuid[], $2::text[])"
};

}  // namespace

std::vector<std::string> find_member_emails(db::transaction& tx, std::vector<member_key> const& keys) {
    std::vector<std::string> emails(keys.size());
    if (keys.empty()) return emails;
    for (auto const& row : db::run(tx, find, key_columns, keys))
        emails[db::parameter_index(row)] = row.text("email");
    return emails;
}

}  // namespace tocsin::incidents

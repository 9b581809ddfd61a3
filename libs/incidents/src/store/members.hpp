#pragma once

#include <tocsin/base/uuid.hpp>
#include <tocsin/db/transaction.hpp>

#include <string>
#include <vector>

namespace tocsin::incidents {

/// A person by the e-mail address that Sentry knows.
struct member_key {
    organization_id organization;
    std::string email;
};

/// For each key the address as the member's account has it; empty if no member has it.
std::vector<std::string> find_member_emails(db::transaction& tx, std::vector<member_key> const& keys);

}  // namespace tocsin::incidents

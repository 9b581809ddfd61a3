#pragma once

#include <tocsin/base/enum_names.hpp>
#include <tocsin/db/transaction.hpp>
#include <tocsin/identity/principal.hpp>
#include <tocsin/identity/token_scope.hpp>

#include <string>
#include <vector>

namespace tocsin::identity {

inline std::vector<token_scope> read_scopes(db::row const& from) {
    std::vector<token_scope> scopes;
    for (auto const& each : from.get<std::vector<std::string>>("scopes"))
        scopes.push_back(known(parse_token_scope(each), "scope"));
    return scopes;
}

inline token_role read_token_role(db::row const& from) {
    return known(parse_token_role(from.text("role")), "role");
}

inline role read_role(db::row const& from) {
    return known(parse_role(from.text("role")), "role");
}

}  // namespace tocsin::identity

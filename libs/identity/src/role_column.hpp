#pragma once

#include <tocsin/base/enum_names.hpp>
#include <tocsin/db/transaction.hpp>
#include <tocsin/identity/principal.hpp>

namespace tocsin::identity {

inline role read_role(db::row const& from) {
    return known(parse_role(from.text("role")), "role");
}

}  // namespace tocsin::identity

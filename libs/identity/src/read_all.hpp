#pragma once

#include <tocsin/db/transaction.hpp>

#include <type_traits>
#include <vector>

namespace tocsin::identity {

/// The values of all rows; `read(row)` returns one.
template <class Read>
auto read_all(db::rows const& rows, Read const& read) {
    std::vector<std::invoke_result_t<Read const&, db::row const&>> all;
    all.reserve(rows.size());
    for (auto const& row : rows) all.push_back(read(row));
    return all;
}

}  // namespace tocsin::identity

#pragma once

#include <tocsin/db/rows.hpp>

#include <pqxx/result>

#include <utility>
#include <vector>

namespace tocsin::db {

struct result_content {
    /// Caches the numbers by the address of the name: names are literals, mostly the same for each row.
    pqxx::row_size_type column(char const* name) const {
        for (auto const& [known, place] : columns_)
            if (known == name) return place;
        auto const place = result.column_number(name);
        columns_.emplace_back(name, place);
        return place;
    }

    pqxx::result result;

private:
    mutable std::vector<std::pair<char const*, pqxx::row_size_type>> columns_;
};

}  // namespace tocsin::db

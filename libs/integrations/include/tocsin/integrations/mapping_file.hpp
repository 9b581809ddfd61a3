#pragma once

#include <tocsin/base/error.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::integrations {

/// One line of a CSV file of mappings.
struct mapping_line {
    std::size_t line = 0;  ///< in the file, from 1
    std::string sentry_project;
    std::string service;
};

/// Reads CSV (RFC 4180) with the columns `sentry_project` and `service` in any order, and skips empty lines.
/// errc::invalid with all problems; the path of each is `line N`.
result<std::vector<mapping_line>> parse_mapping_file(std::string_view text);

}  // namespace tocsin::integrations

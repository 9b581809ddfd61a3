#pragma once

#include <tocsin/base/error.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::integrations {

/// One line of a table of mappings.
struct mapping_line {
    std::size_t line = 0;  ///< in the file, from 1
    std::string sentry_project;
    std::string service;
};

/// Reads CSV (RFC 4180) with the header `sentry_project,service`, in any order of columns; empty lines are
/// passed over. errc::invalid with every problem, its path being `line N`.
result<std::vector<mapping_line>> parse_mapping_file(std::string_view text);

}  // namespace tocsin::integrations

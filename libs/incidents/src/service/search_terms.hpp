#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::incidents {

/// What a person typed or pasted into the search. At most one of the optional members has a value.
struct search_terms {
    std::optional<std::int64_t> number = {};  ///< of an incident: `#42`, or a link to it
    std::optional<std::string> source = {};   ///< Sentry's id or short id, from a link to Sentry
    std::string words = {};                   ///< for tocsin.search_query; with `source`, the same
};
search_terms parse_search(std::string_view query);

}  // namespace tocsin::incidents

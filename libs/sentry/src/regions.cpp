#include <tocsin/sentry/regions.hpp>

#include <algorithm>

namespace tocsin::sentry {

std::optional<config::base_url> allowed_region(config::base_url const& base, std::string_view url) {
    if (base.str() != sentry_regions.front()) return std::nullopt;
    if (std::ranges::find(sentry_regions, url) == sentry_regions.end()) return std::nullopt;
    return config::parse_base_url(url);
}

}  // namespace tocsin::sentry

#include <tocsin/base/text.hpp>
#include <tocsin/sentry/regions.hpp>

#include <algorithm>

namespace tocsin::sentry {

std::optional<config::base_url> allowed_region(config::base_url const& base, std::string_view url) {
    if (base.str() != sentry_regions.front()) return std::nullopt;
    if (std::ranges::find(sentry_regions, url) == sentry_regions.end()) return std::nullopt;
    return config::parse_base_url(url);
}

std::optional<std::string> address_problem(config::base_url const& configured) {
    auto const url = configured.str();
    if (url == sentry_regions.front()) return std::nullopt;
    auto const host = to_lower(configured.host);
    auto const what = [&]() -> std::string_view {
        if (host == "sentry.io") return "a page of sentry.io";
        if (!host.ends_with(".sentry.io")) return {};
        if (std::ranges::find(sentry_regions, "https://" + host) != sentry_regions.end())
            return "the host of a region of sentry.io";
        return "the address of one organization at sentry.io";
    }();
    if (what.empty()) return std::nullopt;
    return "TOCSIN_SENTRY_URL is " + url + ", " + std::string(what) +
           ", but organizations are connected at sentry.io itself. Set it to https://sentry.io: Tocsin finds the region of each organization.";
}

}  // namespace tocsin::sentry

#pragma once

#include <tocsin/config/options.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::sentry {

/// The hosts of Sentry's own service: sentry.io and the regions that store organizations' data.
inline constexpr std::array<std::string_view, 3> sentry_regions{
    "https://sentry.io", "https://us.sentry.io", "https://de.sentry.io"
};

/// The region in `url`, which came from a response, if a token may be sent there: `url` is one of
/// `sentry_regions`, and `base`, the configured Sentry, is https://sentry.io. If none, calls stay at `base`.
std::optional<config::base_url> allowed_region(config::base_url const& base, std::string_view url);

/// What is wrong with the configured address of Sentry, with the remedy: sentry.io is named as such, never by
/// the host of a region or of one of its customers, because OAuth and installations exist only there. Nothing
/// if it is right, or another Sentry.
std::optional<std::string> address_problem(config::base_url const& configured);

}  // namespace tocsin::sentry

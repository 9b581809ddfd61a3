#pragma once

#include <tocsin/config/options.hpp>

#include <array>
#include <optional>
#include <string_view>

namespace tocsin::sentry {

/// The hosts of Sentry's own service: sentry.io, and where it keeps organizations' data.
inline constexpr std::array<std::string_view, 3> sentrys_regions{
    "https://sentry.io", "https://us.sentry.io", "https://de.sentry.io"
};

/// The region that `url`, found in an answer, names, where a token may be sent there: `url` is exactly one of
/// `sentrys_regions`, and `base`, the Sentry of this deployment, is https://sentry.io. Else nothing: calls
/// then stay at `base`.
std::optional<config::base_url> allowed_region(config::base_url const& base, std::string_view url);

}  // namespace tocsin::sentry

#pragma once

#include <tocsin/base/secret.hpp>

#include <span>
#include <string>
#include <string_view>

namespace tocsin::sentry {

/// `text` with "[redacted]" in place of each secret, also where it is percent-encoded. Must come before the
/// text is cut or escaped, which would hide a part of a secret from it.
std::string redacted(std::string_view text, std::span<secret const> secrets);

}  // namespace tocsin::sentry

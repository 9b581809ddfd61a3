#include <tocsin/base/encoding.hpp>
#include <tocsin/crypto/digest.hpp>
#include <tocsin/sentry/webhook.hpp>

#include <algorithm>

namespace tocsin::sentry {

namespace {

bool is_lower_hex_digest(std::string_view text) noexcept {
    return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

}  // namespace

std::optional<std::string> verify_signature(
    std::vector<signing_key> const& keys, std::string_view body, std::string_view signature
) {
    // The digests are computed for a malformed signature as well, so that it takes as long as a wrong one.
    bool const well_formed = is_lower_hex_digest(signature);
    byte_string const claimed = well_formed ? from_hex(signature).value() : byte_string(32);
    std::optional<std::string> matching_key;
    for (auto const& each : keys) {
        auto const expected = crypto::hmac_sha256(each.key).sign(body);
        bool const matches = crypto::equal_in_constant_time(expected, claimed);
        if (matches && well_formed && !matching_key) matching_key = each.name;
    }
    return matching_key;
}

}  // namespace tocsin::sentry

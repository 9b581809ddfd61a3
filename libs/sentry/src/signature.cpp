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
    // A malformed signature costs as much as a wrong one: the digests are computed all the same.
    bool const well_formed = is_lower_hex_digest(signature);
    byte_string const claimed = well_formed ? from_hex(signature).value() : byte_string(32);
    std::optional<std::string> found;
    for (auto const& one : keys) {
        auto const expected = crypto::hmac_sha256(one.key).sign(body);
        bool const fits = crypto::equal_in_constant_time(expected, claimed);
        if (fits && well_formed && !found) found = one.name;
    }
    return found;
}

}  // namespace tocsin::sentry

#include <tocsin/sentry/webhook.hpp>

#include <boost/test/unit_test.hpp>

using namespace tocsin;
using sentry::verify_signature;

namespace {

std::vector<sentry::signing_key> const keys{
    {"current", secret("fake-client-secret")}, {"previous", secret("fake-previous-secret")}
};
std::string const body =
    R"({"action":"created","data":{"issue":{"id":"1","title":"Zahlung \u2013 fehlgeschlagen"}}})";
// printf %s "$body" | openssl dgst -sha256 -hmac fake-client-secret
std::string const signature = "f46dede8df349f46298363d61caa81ef2fba8924cc80b2db66ca2d4d56da92b7";
std::string const signature_by_previous = "cfbba0039972128b631a03b7034a2a0b35a6309a44afd3983b3eef490a634ba7";

}  // namespace

BOOST_AUTO_TEST_SUITE(webhook_signature)

BOOST_AUTO_TEST_CASE(matching_key_is_named) {
    BOOST_TEST(verify_signature(keys, body, signature).value_or("") == "current");
    BOOST_TEST(verify_signature(keys, body, signature_by_previous).value_or("") == "previous");
    BOOST_TEST(!verify_signature({keys[1]}, body, signature).has_value());
}

BOOST_AUTO_TEST_CASE(any_changed_character_of_the_signature_is_rejected) {
    for (std::size_t i = 0; i < signature.size(); ++i) {
        for (char const c : std::string("0123456789abcdefABCDEFg \0", 25)) {
            if (c == signature[i]) continue;
            auto changed = signature;
            changed[i] = c;
            BOOST_TEST(
                !verify_signature(keys, body, changed).has_value(), "position " << i << " character " << c
            );
        }
    }
}

BOOST_AUTO_TEST_CASE(any_changed_bit_of_the_body_is_rejected) {
    for (std::size_t i = 0; i < body.size(); ++i) {
        for (int bit = 0; bit < 8; ++bit) {
            auto changed = body;
            changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
            BOOST_TEST(
                !verify_signature(keys, changed, signature).has_value(), "byte " << i << " bit " << bit
            );
        }
    }
    BOOST_TEST(!verify_signature(keys, body + " ", signature).has_value());
    BOOST_TEST(!verify_signature(keys, body.substr(1), signature).has_value());
}

BOOST_AUTO_TEST_CASE(malformed_signatures_are_rejected) {
    for (auto const& malformed :
         {std::string(),
          std::string("sha256=") + signature,
          signature + "0",
          signature.substr(1),
          " " + signature,
          std::string(64, 'z'),
          std::string(64, '0'),
          std::string("*")})
        BOOST_TEST(!verify_signature(keys, body, malformed).has_value(), malformed);
}

BOOST_AUTO_TEST_SUITE_END()

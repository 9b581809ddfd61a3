#include <tocsin/crypto/digest.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace tocsin;

BOOST_AUTO_TEST_SUITE(digests)

// FIPS 180-4, examples.
BOOST_AUTO_TEST_CASE(sha256_of_known_texts) {
    std::vector<std::pair<std::string, std::string_view>> const table{
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {std::string(1'000'000, 'a'), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
    };
    for (auto const& [text, expected] : table) {
        BOOST_TEST_CONTEXT(expected) {
            BOOST_TEST(to_hex(crypto::sha256(text)) == expected);
        }
    }
}

// RFC 4231, section 4 (5 is about cut digests).
BOOST_AUTO_TEST_CASE(hmac_of_known_texts) {
    struct row {
        std::string key, message;
        std::string_view expected;
    };
    std::string counted;
    for (char next = 1; next <= 25; ++next) counted += next;
    std::vector<row> const table{
        {std::string(20, '\x0b'),
         "Hi There",
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {"Jefe",
         "what do ya want for nothing?",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {std::string(20, '\xaa'),
         std::string(50, '\xdd'),
         "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
        {counted, std::string(50, '\xcd'), "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
        },
        {std::string(131, '\xaa'),
         "Test Using Larger Than Block-Size Key - Hash Key First",
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        {std::string(131, '\xaa'),
         "This is a test using a larger than block-size key and a larger than block-size data. The key needs "
         "to be hashed before being used by "
         "the HMAC algorithm.",
         "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
        {"", "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
    };
    for (auto const& [key, message, expected] : table) {
        BOOST_TEST_CONTEXT(expected) {
            crypto::hmac_sha256 mac{secret(key)};
            for (int again = 0; again < 3; ++again) {
                BOOST_TEST(to_hex(mac.sign(message)) == expected);
                mac.sign("something in between");
            }
            auto moved = std::move(mac);
            BOOST_TEST(to_hex(moved.sign(message)) == expected);
        }
    }
}

BOOST_AUTO_TEST_CASE(comparison) {
    auto const equal = [](std::string_view a, std::string_view b) {
        return crypto::equal_in_constant_time(as_bytes(a), as_bytes(b));
    };
    BOOST_TEST(equal("", ""));
    BOOST_TEST(equal("abc", "abc"));
    BOOST_TEST(!equal("abc", "abd"));
    BOOST_TEST(!equal("abc", "Abc"));
    BOOST_TEST(!equal("abc", "ab"));
    BOOST_TEST(!equal("", "a"));
}

// RFC 7636, appendix B.
BOOST_AUTO_TEST_CASE(pkce) {
    secret const verifier(std::string("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
    BOOST_TEST(crypto::pkce_challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

BOOST_AUTO_TEST_SUITE_END()

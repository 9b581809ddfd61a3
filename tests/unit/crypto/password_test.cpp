#include <tocsin/crypto/password.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace tocsin;
using namespace std::string_view_literals;

namespace {

secret fake(std::string_view text) {
    return secret(std::string(text));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(passwords)

BOOST_AUTO_TEST_CASE(a_hash_opens_for_its_password_only) {
    auto const stored = crypto::hash_password(fake("fake-password"));
    BOOST_TEST(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    BOOST_TEST(crypto::hash_password(fake("fake-password")) != stored);
    BOOST_TEST(crypto::verify_password(stored, fake("fake-password")));
    for (auto const wrong :
         {""sv, "fake-passwor"sv, "fake-password "sv, "Fake-password"sv, "fake-password\0"sv}) {
        BOOST_TEST_CONTEXT(wrong) {
            BOOST_TEST(!crypto::verify_password(stored, fake(wrong)));
        }
    }
    BOOST_TEST(!crypto::needs_rehash(stored));
}

BOOST_AUTO_TEST_CASE(odd_passwords_are_passwords) {
    for (auto const text : {""sv, "a\0b"sv, "\xFF\xFE"sv}) {
        auto const stored = crypto::hash_password(fake(text));
        BOOST_TEST(crypto::verify_password(stored, fake(text)));
    }
    BOOST_TEST(!crypto::verify_password(crypto::hash_password(fake("a\0b"sv)), fake("a\0c"sv)));
}

BOOST_AUTO_TEST_CASE(other_texts_open_for_nobody) {
    auto const stored = crypto::hash_password(fake("fake-password"));
    std::vector<std::string> const table{
        "",
        "fake-password",
        "$argon2id$v=19$",
        "$argon2id$v=19$m=19456,t=2,p=1$$",
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA",
        "$argon2i" + stored.substr(9),
        "$2b$12$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        " " + stored,
        stored + std::string(1, '\0'),
        stored + std::string(200, 'A'),
        stored.substr(0, stored.size() - 1),
    };
    for (auto const& text : table) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(!crypto::verify_password(text, fake("fake-password")));
        }
    }
}

BOOST_AUTO_TEST_CASE(weaker_hashes_are_to_be_made_again) {
    struct row {
        std::string_view stored;
        bool weaker;
    };
    std::vector<row> const table{
        {"$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA", false},
        {"$argon2id$v=19$m=65536,t=3,p=1$c2FsdA$aGFzaA", false},
        {"$argon2id$v=19$m=19455,t=2,p=1$c2FsdA$aGFzaA", true},
        {"$argon2id$v=19$m=65536,t=1,p=1$c2FsdA$aGFzaA", true},
        {"$argon2id$v=16$m=19456,t=2,p=1$c2FsdA$aGFzaA", true},
        {"$argon2i$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA", true},
        {"$argon2id$v=19$m=,t=2,p=1$", true},
        {"$argon2id$v=19$m=99999999999999999999,t=2,p=1$", true},
        {"$argon2id$v=19$t=2,m=19456,p=1$", true},
        {"", true},
    };
    for (auto const& [stored, weaker] : table) {
        BOOST_TEST_CONTEXT(stored) {
            BOOST_TEST(crypto::needs_rehash(stored) == weaker);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

#include <tocsin/crypto/vault.hpp>

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace tocsin;

namespace {

std::string key_text(std::uint8_t filled_with, std::size_t size = 32) {
    return to_base64(byte_string(size, filled_with));
}

result<std::vector<crypto::vault_key>> parse(std::string text) {
    return crypto::parse_vault_keys(secret(std::move(text)));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(vault_keys)

BOOST_AUTO_TEST_CASE(good_lists) {
    auto const one = parse("k1:" + key_text(1));
    BOOST_REQUIRE(one.has_value());
    BOOST_TEST(one->size() == 1U);
    BOOST_TEST(one->front().id == "k1");
    BOOST_TEST(one->front().bytes.reveal() == std::string(32, '\x01'));

    auto const two = parse(" 2026-03_b:" + key_text(2) + " , a:" + key_text(1) + "\n");
    BOOST_REQUIRE(two.has_value());
    BOOST_TEST(two->front().id == "2026-03_b");
    BOOST_TEST(two->back().id == "a");
    BOOST_TEST(parse(std::string(32, 'k') + ":" + key_text(1)).has_value());
}

BOOST_AUTO_TEST_CASE(a_bad_entry_is_named_and_its_key_is_not_shown) {
    auto const good = key_text(1);
    struct row {
        std::string text;
        std::string_view detail;
    };
    std::vector<row> const table{
        {"", "Vault key 1 is not of the form id:base64."},
        {good, "Vault key 1 is not of the form id:base64."},
        {"k1:" + good + ",", "Vault key 2 is not of the form id:base64."},
        {"k1:" + good + ",,k2:" + good, "Vault key 2 is not of the form id:base64."},
        {":" + good, "Vault key 1 needs an id of 1 to 32 of a-z, 0-9, - and _."},
        {"K1:" + good, "Vault key 1 needs an id of 1 to 32 of a-z, 0-9, - and _."},
        {"k 1:" + good, "Vault key 1 needs an id of 1 to 32 of a-z, 0-9, - and _."},
        {std::string(33, 'k') + ":" + good, "Vault key 1 needs an id of 1 to 32 of a-z, 0-9, - and _."},
        {good + ":k1", "Vault key 1 needs an id of 1 to 32 of a-z, 0-9, - and _."},
        {"k1:", "Vault key 1 (\"k1\") must be 32 bytes long, not 0."},
        {"k1:" + key_text(1, 31), "Vault key 1 (\"k1\") must be 32 bytes long, not 31."},
        {"k1:" + key_text(1, 33), "Vault key 1 (\"k1\") must be 32 bytes long, not 33."},
        {"k1:" + good.substr(0, 43), "Vault key 1 (\"k1\") is not base64 with padding."},
        {"k1:" + good + good, "Vault key 1 (\"k1\") is not base64 with padding."},
        {"k1:fake-key", "Vault key 1 (\"k1\") is not base64 with padding."},
        {"k1:" + good + ",k2:" + key_text(2) + ",k1:" + key_text(3),
         "Vault key 3 (\"k1\") has an id that another key has."},
    };
    for (auto const& [text, detail] : table) {
        BOOST_TEST_CONTEXT(text) {
            auto const keys = parse(text);
            BOOST_REQUIRE(!keys.has_value());
            BOOST_TEST((keys.error().code == errc::invalid));
            BOOST_TEST(keys.error().detail == detail);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_vault_without_sound_keys_is_a_bug) {
    auto const make = [](std::vector<crypto::vault_key> keys) { crypto::vault const made(std::move(keys)); };
    secret const bytes(std::string(32, 'x'));
    BOOST_CHECK_THROW(make({}), std::invalid_argument);
    BOOST_CHECK_THROW(make({{"k1", secret(std::string(31, 'x'))}}), std::invalid_argument);
    BOOST_CHECK_THROW(make({{"", bytes}}), std::invalid_argument);
    BOOST_CHECK_THROW(make({{"k1", bytes}, {"k1", bytes}}), std::invalid_argument);
    BOOST_CHECK_NO_THROW(make({{"k1", bytes}}));
}

BOOST_AUTO_TEST_SUITE_END()

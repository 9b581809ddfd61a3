#include <tocsin/crypto/vault.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace tocsin;

namespace {

crypto::vault_key key(std::string id, char filled_with) {
    return {std::move(id), secret(std::string(32, filled_with))};
}

crypto::vault ring(std::vector<std::pair<std::string, char>> const& keys) {
    std::vector<crypto::vault_key> made;
    for (auto const& [id, filled_with] : keys) made.push_back(key(id, filled_with));
    return crypto::vault(std::move(made));
}

crypto::vault_place const place{"credentials", "access_token", "org-1", "row-1"};

secret fake(std::string_view text) {
    return secret(std::string(text));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(vaults)

BOOST_AUTO_TEST_CASE(what_was_sealed_opens) {
    auto const vault = ring({{"k1", 'a'}});
    for (std::size_t const size : {0U, 1U, 15U, 16U, 17U, 64U, 100'000U}) {
        BOOST_TEST_CONTEXT(size) {
            std::string text(size, 'x');
            if (size > 1) text[1] = '\0';
            auto const blob = vault.seal(secret(text), place);
            BOOST_TEST(blob.size() == 2 + 2 + 12 + 48 + 12 + size + 16);
            BOOST_TEST(vault.open(blob, place).value().reveal() == text);
            BOOST_TEST(as_text(blob).find("xxxx") == std::string_view::npos);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_format_stays) {
    // Made with another implementation of AES-256-GCM: key bytes 0 to 31, data key of 0x42, nonces of 1 and
    // of 2.
    std::string_view const hex =
        "01026b310101010101010101010101013581a7772ac72a249616255a5a25109a892ccd99d3c1549eb19945aedf4bbc73208c"
        "66beed05c3a810c17f7413"
        "af053902020202020202020202020294846d67f19d34e0c8d9e01cbe89d89aa14ecfe847b741fd49a8fb3d7e7eab4d09";
    auto keys = crypto::parse_vault_keys(fake("k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="));
    crypto::vault const vault(std::move(keys).value());
    auto const blob = from_hex(hex).value();
    BOOST_TEST(vault.open(blob, place).value().reveal() == "fake-access-token");
}

BOOST_AUTO_TEST_CASE(the_same_text_is_never_sealed_the_same) {
    auto const vault = ring({{"k1", 'a'}});
    std::set<byte_string> blobs;
    for (int round = 0; round < 100; ++round)
        BOOST_TEST(blobs.insert(vault.seal(fake("fake-token"), place)).second);
}

BOOST_AUTO_TEST_CASE(every_changed_bit_is_noticed) {
    auto const vault = ring({{"k1", 'a'}, {"k2", 'b'}, {"k3", 'c'}});
    auto const blob = vault.seal(secret(std::string(100, 'x')), place);
    std::size_t refused = 0;
    for (std::size_t bit = 0; bit < blob.size() * 8; ++bit) {
        auto changed = blob;
        changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << (bit % 8)));
        auto const opened = vault.open(changed, place);
        bool const noticed = !opened && opened.error().code == errc::internal;
        // The content is not opened when its data key is sealed anew, so only what stands before it is looked
        // at.
        bool const is_before_content = bit / 8 < blob.size() - 100 - 16 - 12;
        bool const rewrapped = vault.rewrap(changed, place).has_value();
        if (noticed && rewrapped == !is_before_content) ++refused;
    }
    BOOST_TEST(refused == blob.size() * 8);
}

BOOST_AUTO_TEST_CASE(every_length_but_its_own_is_noticed) {
    auto const vault = ring({{"k1", 'a'}});
    auto blob = vault.seal(fake("fake-token"), place);
    for (std::size_t size = 0; size < blob.size(); ++size) {
        BOOST_TEST_CONTEXT(size) {
            BOOST_TEST(!vault.open(byte_view(blob).first(size), place));
        }
    }
    blob.push_back(0);
    BOOST_TEST(!vault.open(blob, place));
    BOOST_TEST(crypto::vault::key_id({}).empty());
}

BOOST_AUTO_TEST_CASE(another_place_does_not_open) {
    auto const vault = ring({{"k1", 'a'}});
    auto const blob = vault.seal(fake("fake-token"), place);
    std::vector<crypto::vault_place> const others{
        {"connect_flows", "access_token", "org-1", "row-1"},
        {"credentials", "refresh_token", "org-1", "row-1"},
        {"credentials", "access_token", "org-2", "row-1"},
        {"credentials", "access_token", "org-1", "row-2"},
        {"credentials", "access_token", "row-1", "org-1"},
        {"credentials", "access_token", "org-1", ""},
        {"credential", "saccess_token", "org-1", "row-1"},
        {"", "", "", ""},
    };
    for (auto const& other : others) {
        BOOST_TEST_CONTEXT(
            other.table << " " << other.column << " " << other.organization << " " << other.row
        ) {
            auto const opened = vault.open(blob, other);
            BOOST_REQUIRE(!opened);
            BOOST_TEST((opened.error().code == errc::internal));
            BOOST_TEST(!vault.rewrap(blob, other));
        }
    }
    BOOST_CHECK_THROW(vault.seal(fake("x"), {"a|b", "c", "d", "e"}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(data_keys_and_contents_do_not_mix) {
    auto const vault = ring({{"k1", 'a'}});
    auto const first = vault.seal(fake("fake-token-1"), place);
    auto mixed = vault.seal(fake("fake-token-2"), place);
    constexpr std::size_t content_at = 2 + 2 + 12 + 48;
    std::copy(first.begin() + content_at, first.end(), mixed.begin() + content_at);
    BOOST_TEST(!vault.open(mixed, place));
}

BOOST_AUTO_TEST_CASE(all_keys_open_and_the_first_seals) {
    auto const old_ring = ring({{"old", 'a'}});
    auto const both = ring({{"new", 'b'}, {"old", 'a'}});
    auto const new_ring = ring({{"new", 'b'}});
    auto const blob = old_ring.seal(fake("fake-token"), place);
    BOOST_TEST(crypto::vault::key_id(blob) == "old");
    BOOST_TEST(both.sealing_key_id() == "new");
    BOOST_TEST(both.open(blob, place).value().reveal() == "fake-token");

    auto const fresh = both.rewrap(blob, place).value();
    BOOST_TEST(crypto::vault::key_id(fresh) == "new");
    BOOST_TEST(new_ring.open(fresh, place).value().reveal() == "fake-token");
    BOOST_TEST(!old_ring.open(fresh, place));
    // The content itself is the same.
    BOOST_TEST((byte_string(fresh.end() - 38, fresh.end()) == byte_string(blob.end() - 38, blob.end())));
    BOOST_TEST(new_ring.open(new_ring.rewrap(fresh, place).value(), place).value().reveal() == "fake-token");
}

BOOST_AUTO_TEST_CASE(a_missing_key_is_named) {
    auto const blob = ring({{"k-2025", 'a'}}).seal(fake("fake-token"), place);
    auto const other = ring({{"k-2026", 'a'}});
    for (auto const& problem : {other.open(blob, place).error(), other.rewrap(blob, place).error()}) {
        BOOST_TEST((problem.code == errc::internal));
        BOOST_TEST(
            problem.detail == "The vault key \"k-2025\" that sealed a value is missing from the key ring."
        );
    }
}

BOOST_AUTO_TEST_CASE(a_key_with_another_id_or_other_bytes_does_not_open) {
    auto blob = ring({{"k1", 'a'}}).seal(fake("fake-token"), place);
    BOOST_TEST(!ring({{"k1", 'b'}}).open(blob, place));
    blob[3] = '2';  // "k2", with the bytes of k1: the id is authenticated
    BOOST_TEST(crypto::vault::key_id(blob) == "k2");
    BOOST_TEST(!ring({{"k2", 'a'}}).open(blob, place));
}

BOOST_AUTO_TEST_SUITE_END()

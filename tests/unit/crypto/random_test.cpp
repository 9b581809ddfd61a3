#include <tocsin/crypto/random.hpp>

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>
#include <string_view>

using namespace tocsin;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(random_values)

BOOST_AUTO_TEST_CASE(counts_are_exact) {
    for (std::size_t const count : {0U, 1U, 16U, 257U, 100'000U})
        BOOST_TEST(crypto::random_bytes(count).size() == count);
}

BOOST_AUTO_TEST_CASE(all_bits_move) {
    byte_string ever_set(32);
    byte_string always_set(32, 0xFF);
    std::uint64_t number_ever_set = 0;
    for (int round = 0; round < 200; ++round) {
        auto const bytes = crypto::random_bytes(32);
        for (std::size_t index = 0; index < bytes.size(); ++index) {
            ever_set[index] |= bytes[index];
            always_set[index] &= bytes[index];
        }
        number_ever_set |= crypto::random_u64();
    }
    BOOST_TEST((ever_set == byte_string(32, 0xFF)));
    BOOST_TEST((always_set == byte_string(32, 0)));
    BOOST_TEST(number_ever_set == ~std::uint64_t{0});
}

BOOST_AUTO_TEST_CASE(tokens) {
    std::set<std::string, std::less<>> seen;
    for (int round = 0; round < 1000; ++round) {
        auto const token = crypto::random_token();
        BOOST_TEST(token.reveal().size() == 43U);
        BOOST_TEST(from_base64url(token.reveal()).value().size() == 32U);
        BOOST_TEST(seen.emplace(token.reveal()).second);
    }
    BOOST_TEST(crypto::random_token(8).reveal().size() == 11U);
}

BOOST_AUTO_TEST_CASE(version_4_ids) {
    std::set<uuid> seen;
    for (int round = 0; round < 1000; ++round) {
        auto const id = crypto::uuid_v4();
        BOOST_TEST((id.bytes()[6] >> 4) == 4);
        BOOST_TEST((id.bytes()[8] >> 6) == 2);
        BOOST_TEST(seen.insert(id).second);
    }
}

BOOST_AUTO_TEST_CASE(version_7_ids) {
    // RFC 9562, appendix A.6: 2022-02-22 14:22:22 in UTC-5 is 0x017F22E279B0.
    auto const at = parse_rfc3339("2022-02-22T14:22:22.000999-05:00").value();
    auto const id = crypto::uuid_v7(at);
    BOOST_TEST(id.str().substr(0, 15) == "017f22e2-79b0-7");
    BOOST_TEST((id.bytes()[8] >> 6) == 2);
    BOOST_TEST((crypto::uuid_v7(at) != id));

    auto last = id;
    for (auto later = at + 1ms; later < at + 500ms; later += 1ms) {
        auto const next = crypto::uuid_v7(later);
        BOOST_TEST((last < next));
        last = next;
    }
}

BOOST_AUTO_TEST_SUITE_END()

#include <tocsin/base/uuid.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_set>

using namespace tocsin;
using namespace std::string_view_literals;

static_assert(!std::is_same_v<service_id, user_id>);
static_assert(!std::is_convertible_v<service_id, user_id>);
static_assert(!std::is_convertible_v<uuid, service_id>);

namespace {

constexpr std::string_view dashed = "0192f0a1-7b3c-7def-8123-456789abcdef";

}  // namespace

BOOST_AUTO_TEST_SUITE(uuids)

BOOST_AUTO_TEST_CASE(all_forms_of_a_uuid) {
    auto const id = uuid::parse(dashed);
    BOOST_REQUIRE(id.has_value());
    BOOST_TEST(id->str() == dashed);
    BOOST_TEST(id->bytes().front() == 0x01);
    BOOST_TEST(id->bytes().back() == 0xEF);
    BOOST_TEST((uuid::parse("0192F0A1-7B3C-7DEF-8123-456789ABCDEF") == id));
    BOOST_TEST((uuid::parse("0192f0a17b3c7def8123456789abcdef") == id));
}

BOOST_AUTO_TEST_CASE(other_forms_are_nothing) {
    std::string const whole(dashed);
    for (auto const text :
         {""sv,
          "0192f0a1-7b3c-7def-8123-456789abcde"sv,
          "0192f0a1-7b3c-7def-8123-456789abcdef0"sv,
          "{0192f0a1-7b3c-7def-8123-456789abcdef}"sv,
          "0192f0a17-b3c-7def-8123-456789abcdef"sv,
          "0192f0a1_7b3c_7def_8123_456789abcdef"sv,
          "0192f0a1-7b3c-7def-8123-456789abcdeg"sv,
          "0192f0a1-7b3c7def-8123-456789abcdef"sv,
          "0192f0a1-7b3c-7def-8123-456789abcd-f"sv,
          "0192f0a17b3c7def8123456789abcde\0"sv,
          " 192f0a17b3c7def8123456789abcdef"sv}) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(!uuid::parse(text));
        }
    }
}

BOOST_AUTO_TEST_CASE(nil_and_order) {
    BOOST_TEST(uuid().is_nil());
    BOOST_TEST(uuid().str() == "00000000-0000-0000-0000-000000000000");
    auto const low = uuid::parse("00000000000000000000000000000001").value();
    auto const high = uuid::parse("01000000000000000000000000000000").value();
    BOOST_TEST((low < high));
    BOOST_TEST(!low.is_nil());
}

BOOST_AUTO_TEST_CASE(different_ids_have_different_hashes) {
    std::unordered_set<std::size_t> hashes;
    std::unordered_set<service_id> ids;
    for (std::size_t byte = 0; byte < 16; ++byte) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            auto bytes = uuid::parse(dashed)->bytes();
            bytes[byte] = static_cast<std::uint8_t>(bytes[byte] ^ (1U << bit));
            hashes.insert(std::hash<uuid>{}(uuid(bytes)));
            ids.insert(service_id{uuid(bytes)});
        }
    }
    BOOST_TEST(hashes.size() == 128U);
    BOOST_TEST(ids.size() == 128U);
}

BOOST_AUTO_TEST_CASE(strong_ids) {
    auto const id = service_id::parse(dashed);
    BOOST_REQUIRE(id.has_value());
    BOOST_TEST(id->str() == dashed);
    BOOST_TEST(!service_id::parse("acme"));
    BOOST_TEST((id->value == uuid::parse(dashed)));
}

BOOST_AUTO_TEST_SUITE_END()

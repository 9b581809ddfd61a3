#include "gateway/paging.hpp"

#include <boost/test/unit_test.hpp>

using namespace tocsin;
using namespace tocsin::gateway;

BOOST_AUTO_TEST_SUITE(paging)

namespace {

http::request with_query(std::vector<http::query_parameter> query) {
    http::request request;
    request.query = std::move(query);
    return request;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_first_page_has_fifty_items) {
    auto const page = read_page(with_query({{"other", "1"}}));
    BOOST_TEST(page.value().limit == 50);
    BOOST_TEST(!page.value().after.has_value());
}

BOOST_AUTO_TEST_CASE(limits) {
    for (auto const* good : {"1", "50", "200"})
        BOOST_TEST(read_page(with_query({{"limit", good}})).has_value(), good);
    for (auto const* bad : {"", "0", "201", "-1", "+5", "5 ", "5.0", "0x5", "99999999999999999999", "many"}) {
        auto const page = read_page(with_query({{"limit", bad}}));
        BOOST_TEST_REQUIRE(!page.has_value(), bad);
        BOOST_TEST((page.error().code == errc::invalid));
        BOOST_TEST(page.error().fields.at(0).path == "limit");
    }
    BOOST_TEST(!read_page(with_query({{"limit", "1"}, {"limit", "1"}})).has_value());
}

BOOST_AUTO_TEST_CASE(cursors_round_trip) {
    for (auto const* key : {"checkout", "", "a/b c", "\xC3\xBC", "2026-01-01T00:00:00.000000Z 5"}) {
        auto const page = read_page(with_query({{"cursor", encode_cursor(key)}}));
        BOOST_TEST_REQUIRE(page.has_value());
        BOOST_TEST(page->after.value() == key);
    }
}

BOOST_AUTO_TEST_CASE(other_cursors_are_refused) {
    std::string const nul = encode_cursor(std::string_view("a\0b", 3));
    std::string const ill_formed = encode_cursor("\xFF");
    std::string const huge = encode_cursor(std::string(4000, 'a'));
    std::string const other_version = "MmFi";  // "2ab"
    for (auto const& bad :
         {std::string(), std::string("!"), std::string("Y2hlY2tvdXQ"), nul, ill_formed, huge, other_version
         }) {
        auto const page = read_page(with_query({{"cursor", bad}}));
        BOOST_TEST_REQUIRE(!page.has_value(), bad);
        BOOST_TEST(page.error().fields.at(0).path == "cursor");
    }
    auto const good = encode_cursor("a");
    BOOST_TEST(!read_page(with_query({{"cursor", good}, {"cursor", good}})).has_value());
}

BOOST_AUTO_TEST_CASE(a_page_ends_at_its_limit_and_has_a_cursor_only_if_there_is_more) {
    auto const body_of = [](std::vector<int> const& items, std::int64_t limit) {
        auto const write = [](tocsin::json::writer& out, int each) {
            out.begin_object().field("n", each).end_object();
        };
        return key_page(
                   text_page{.limit = limit}, items, write, [](int last) { return std::to_string(last); }
        ).body;
    };
    BOOST_TEST(body_of({}, 2) == R"({"items":[],"next_cursor":null})");
    BOOST_TEST(body_of({7, 8}, 2) == R"({"items":[{"n":7},{"n":8}],"next_cursor":null})");
    BOOST_TEST(
        body_of({7, 8, 9}, 2) ==
        R"({"items":[{"n":7},{"n":8}],"next_cursor":")" + encode_cursor("8") + R"("})"
    );
}

BOOST_AUTO_TEST_SUITE_END()

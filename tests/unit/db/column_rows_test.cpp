#include "support/test_database.hpp"

#include <tocsin/db/columns.hpp>
#include <tocsin/db/pool.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <vector>

using namespace tocsin;

namespace {

enum class color { red, green };
constexpr std::string_view to_string(color c) {
    return c == color::red ? "red" : "green";
}
std::optional<color> parse_color(std::string_view name) {
    if (name == "red") return color::red;
    return name == "green" ? std::optional(color::green) : std::nullopt;
}

struct inner_row {
    std::string note;
    color painted = color::red;
    std::optional<color> painted_before;
    friend bool operator==(inner_row const&, inner_row const&) = default;
};
struct row {
    organization_id id;
    std::optional<delivery_id> delivery;
    std::string text;
    std::optional<std::string> name;
    int count = 0;
    std::int64_t number = 0;
    bool flag = false;
    std::optional<timestamp> at;
    std::array<std::uint8_t, 4> hash{};
    std::optional<byte_string> bytes;
    db::tuple_id place;
    inner_row inner;
    friend bool operator==(row const&, row const&) = default;
};

constexpr auto inner_columns = db::columns<inner_row>(
    db::column("note", &inner_row::note, db::empty_is_null),
    db::column("color", &inner_row::painted, parse_color),
    db::column("previous_color", &inner_row::painted_before, parse_color)
);
constexpr auto columns = db::columns<row>(
    db::column("id", &row::id),
    db::column("delivery", &row::delivery),
    db::column("text", &row::text),
    db::column("name", &row::name),
    db::column("count", &row::count),
    db::column("number", &row::number),
    db::column("flag", &row::flag),
    db::column("at", &row::at),
    db::column("hash", &row::hash),
    db::column("bytes", &row::bytes),
    db::column("place", &row::place),
    db::within<row>(&row::inner, inner_columns)
);
constexpr auto echo_text =
    "select " + names(columns, "k") + " from " + numbered_parameters(columns) + " order by k.nth";
constexpr db::statement echo{"test_echo_columns", echo_text.c_str()};

struct columns_fixture {
    columns_fixture() : pool(database.pool_options("tocsin_gateway")) {}

    std::vector<row> echoed(std::vector<row> const& all) {
        return test::run(pool.transact(db::no_tenant, [&all](db::transaction& tx) {
            std::vector<row> read;
            for (auto const& each : db::run(tx, echo, columns, all)) read.push_back(db::read(each, columns));
            return read;
        }));
    }

    test::test_database database;
    db::pool pool;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(column_rows)

BOOST_FIXTURE_TEST_CASE(rows_are_read_as_they_were_written, columns_fixture) {
    row const full{
        .id = *organization_id::parse("01900000-0000-7000-8000-00000000000a"),
        .delivery = delivery_id::parse("01900000-0000-7000-8000-00000000000b"),
        .text = "a \"text\", {quoted}",
        .name = "",
        .count = -1,
        .number = std::int64_t{1} << 60,
        .flag = true,
        .at = parse_rfc3339("2026-03-02T09:14:05.123456Z"),
        .hash = {0, 1, 254, 255},
        .bytes = byte_string{0, 255},
        .place = {.block = 1u << 20, .offset = 7},
        .inner = {.note = "noted", .painted = color::green, .painted_before = color::red}
    };
    std::vector<row> const all{full, row{}};
    BOOST_TEST((echoed(all) == all));
    BOOST_TEST(echoed({}).empty());
}

BOOST_AUTO_TEST_SUITE_END()

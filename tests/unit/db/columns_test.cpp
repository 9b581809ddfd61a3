#include <tocsin/db/columns.hpp>
#include <tocsin/db/errors.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdint>
#include <vector>

using namespace tocsin;

namespace {

enum class color { red, green };
constexpr std::string_view to_string(color c) {
    return c == color::red ? "red" : "green";
}
std::optional<color> parse_color(std::string_view name) {
    return name == "red" ? std::optional(color::red) : std::nullopt;
}

struct widget_state {
    std::string title;
    std::string note;
    color painted = color::red;
    std::optional<color> painted_before;
    int parts = 1;
    bool pinned = false;
    std::optional<timestamp> seen_at;
};

struct widget {
    organization_id organization;
    std::int64_t number = 0;
    std::int64_t version = 1;
    std::optional<delivery_id> last_delivery;
    db::tuple_id place;
    std::array<std::uint8_t, 2> hash{1, 2};
    widget_state state;
    std::string code() const { return "code " + std::to_string(number); }
};

constexpr auto state_columns = db::columns<widget_state>(
    db::column("title", &widget_state::title),
    db::column("note", &widget_state::note, db::empty_is_null),
    db::column("color", &widget_state::painted, parse_color),
    db::column("previous_color", &widget_state::painted_before, parse_color),
    db::column("parts", &widget_state::parts),
    db::column("pinned", &widget_state::pinned),
    db::column("seen_at", &widget_state::seen_at)
);
constexpr auto key_columns = db::columns<widget>(
    db::column("organization_id", &widget::organization), db::column("number", &widget::number)
);
constexpr auto seen_columns = db::columns<widget>(
    db::column("ctid", &widget::place), db::column("last_delivery_id", &widget::last_delivery)
);
constexpr auto value_columns = db::within<widget>(&widget::state, state_columns);
constexpr auto insert_columns = db::columns<widget>(
    key_columns,
    value_columns,
    db::column("hash", &widget::hash),
    db::column("code", &widget::code, db::empty_or_longer_is_null(6))
);

constexpr auto insert_text = db::insert_into("tocsin.widgets", insert_columns, {{"made_at", "tocsin.now()"}});
constexpr db::statement insert_widgets{"insert_widgets", insert_text.c_str()};

std::string image_of(auto const& array) {
    return to_hex(array.image());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(columns)

BOOST_AUTO_TEST_CASE(select_list) {
    BOOST_TEST(names(key_columns, "w").view() == "w.organization_id, w.number");
    BOOST_TEST(names(key_columns).view() == "organization_id, number");
    BOOST_TEST(names(value_columns, "w").view() == names(state_columns, "w").view());
}

BOOST_AUTO_TEST_CASE(keys_as_a_table) {
    BOOST_TEST(
        numbered_parameters(key_columns).view() ==
        "unnest($1::uuid[], $2::bigint[]) with ordinality as k (organization_id, number, nth)"
    );
    BOOST_TEST(
        matches(key_columns, "w").view() == "w.organization_id = k.organization_id and w.number = k.number"
    );
    BOOST_TEST(
        matches(seen_columns, "w").view() ==
        "w.ctid = k.ctid and w.last_delivery_id is not distinct from k.last_delivery_id"
    );
}

BOOST_AUTO_TEST_CASE(insert) {
    BOOST_TEST(
        std::string_view(insert_widgets.sql) ==
        "insert into tocsin.widgets (organization_id, number, title, note, color, previous_color, parts, pinned, seen_at, hash, code, made_at) "
        "select k.organization_id, k.number, k.title, k.note, k.color, k.previous_color, k.parts, k.pinned, k.seen_at, k.hash, k.code, tocsin.now() "
        "from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::boolean[], "
        "$9::timestamptz[], $10::bytea[], $11::text[]) "
        "as k (organization_id, number, title, note, color, previous_color, parts, pinned, seen_at, hash, code)"
    );
}

BOOST_AUTO_TEST_CASE(update_of_what_was_read) {
    BOOST_TEST(
        db::update("tocsin.widgets", seen_columns, key_columns, value_columns, "version = t.version + 1")
            .view() ==
        "update tocsin.widgets t "
        "set title = k.title, note = k.note, color = k.color, previous_color = k.previous_color, parts = k.parts, pinned = k.pinned, seen_at = k.seen_at, "
        "version = t.version + 1 "
        "from unnest($1::tid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[], "
        "$10::boolean[], $11::timestamptz[]) "
        "as k (seen_ctid, seen_last_delivery_id, organization_id, number, title, note, color, previous_color, parts, pinned, seen_at) "
        "where t.ctid = k.seen_ctid and t.last_delivery_id is not distinct from k.seen_last_delivery_id "
        "and t.organization_id = k.organization_id and t.number = k.number"
    );
}

BOOST_AUTO_TEST_CASE(each_column_is_one_array_in_the_order_of_the_list) {
    std::vector<widget> const all(3);
    auto const arrays = arrays_of(insert_columns, all);
    static_assert(std::tuple_size_v<decltype(arrays)> == 11);
    auto const sizes = std::apply([](auto const&... each) { return std::vector{each.size()...}; }, arrays);
    BOOST_TEST(sizes == std::vector<std::size_t>(11, 3), boost::test_tools::per_element());
    static_assert(std::same_as<std::tuple_element_t<0, decltype(arrays)>, db::array<uuid> const>);
    static_assert(std::same_as<std::tuple_element_t<9, decltype(arrays)>, db::array<byte_view> const>);
}

BOOST_AUTO_TEST_CASE(values_and_nulls) {
    widget one;
    one.state = {
        .title = "",
        .note = "",
        .painted = color::green,
        .painted_before = color::red,
        .parts = 7,
        .pinned = true,
        .seen_at = {}
    };
    one.number = 1;
    std::vector<widget> const all{one};
    auto const arrays = arrays_of(insert_columns, all);

    db::array<std::string_view> empty, null, green, red;
    empty.add("");
    null.add_null();
    green.add("green");
    red.add("red");
    BOOST_TEST(image_of(std::get<2>(arrays)) == image_of(empty));
    BOOST_TEST(image_of(std::get<3>(arrays)) == image_of(null));
    BOOST_TEST(image_of(std::get<4>(arrays)) == image_of(green));
    BOOST_TEST(image_of(std::get<5>(arrays)) == image_of(red));
    db::array<std::int64_t> seven;
    seven.add(7);
    BOOST_TEST(image_of(std::get<6>(arrays)) == image_of(seven));
    db::array<timestamp> never;
    never.add_null();
    BOOST_TEST(image_of(std::get<8>(arrays)) == image_of(never));
    db::array<byte_view> hash;
    hash.add(one.hash);
    BOOST_TEST(image_of(std::get<9>(arrays)) == image_of(hash));
    db::array<std::string_view> code;
    code.add("code 1");
    BOOST_TEST(image_of(std::get<10>(arrays)) == image_of(code));
}

BOOST_AUTO_TEST_CASE(a_text_that_is_too_long_is_null) {
    widget one;
    one.number = 10;
    db::array<std::string_view> null;
    null.add_null();
    auto const arrays = arrays_of(insert_columns, std::vector{one});
    BOOST_TEST(image_of(std::get<10>(arrays)) == image_of(null));
}

BOOST_AUTO_TEST_CASE(a_text_with_a_nul_is_refused) {
    widget one;
    one.state.title = std::string("a\0b", 3);
    BOOST_CHECK_THROW(arrays_of(insert_columns, std::vector{one}), db::bad_value);
}

BOOST_AUTO_TEST_SUITE_END()

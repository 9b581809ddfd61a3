#pragma once

#include <tocsin/base/enum_names.hpp>
#include <tocsin/db/array.hpp>
#include <tocsin/db/sql_text.hpp>
#include <tocsin/db/transaction.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace tocsin::db {

// The columns of a table in one list, from which its statements, their parameters, and the reader of its rows
// are generated:
//
//     constexpr auto columns = db::columns<service>(
//         db::column("slug", &service::slug), db::column("url", &service::url, db::empty_is_null)
//     );
//     constexpr auto insert_text = db::insert_into("tocsin.services", columns);
//     constexpr db::statement insert{"insert_services", insert_text.c_str()};
//     db::run(tx, insert, columns, services);

/// Which texts are written as NULL. An std::optional without a value is always NULL.
struct null_texts {
    bool empty = false;
    std::size_t longer_than = std::string_view::npos;

    constexpr bool contains(std::string_view text) const {
        return (empty && text.empty()) || text.size() > longer_than;
    }
};
inline constexpr null_texts empty_is_null{.empty = true};
/// For a column that is too short for some values, which are treated as unknown.
constexpr null_texts empty_or_longer_is_null(std::size_t longer_than) {
    return {.empty = true, .longer_than = longer_than};
}

namespace detail {

struct no_parser {};

template <class Get, class Parse>
struct column {
    char const* name;
    Get get;
    null_texts nulls;
    Parse parse;
};

/// The value of an inner object's column.
template <class Outer, class Inner>
struct nested {
    Outer outer;
    Inner inner;
    template <class Row>
    constexpr decltype(auto) operator()(Row&& row) const {
        static_assert(!std::is_rvalue_reference_v<Row&&>);
        return std::invoke(inner, std::invoke(outer, row));
    }
};

template <class T>
struct array_type_of : std::type_identity<T> {};
template <class T>
    requires std::is_enum_v<T> || std::convertible_to<T const&, std::string_view>
struct array_type_of<T> : std::type_identity<std::string_view> {};
template <class T>
    requires std::integral<T> && (!std::same_as<T, bool>)
struct array_type_of<T> : std::type_identity<std::int64_t> {};
template <class T>
    requires std::convertible_to<T const&, byte_view>
struct array_type_of<T> : std::type_identity<byte_view> {};
template <class Tag>
struct array_type_of<id_of<Tag>> : std::type_identity<uuid> {};
template <class T>
struct array_type_of<std::optional<T>> : array_type_of<T> {};

template <class Row, class Column>
using value_of_column = std::remove_cvref_t<std::invoke_result_t<decltype(Column::get) const&, Row const&>>;
template <class Row, class Column>
using array_of_column = array<typename array_type_of<value_of_column<Row, Column>>::type>;

template <class Value>
std::size_t size_in_array(Value const& value) {
    if constexpr (is_optional<Value>::value)
        return value ? size_in_array(*value) : 4;
    else
        return 4 + byte_view(value).size();
}

template <class Element, class Value>
void add_value(array<Element>& elements, Value const& value, null_texts nulls) {
    if constexpr (is_optional<Value>::value) {
        if (value)
            add_value(elements, *value, nulls);
        else
            elements.add_null();
    } else if constexpr (std::is_enum_v<Value>) {
        elements.add(to_string(value));
    } else if constexpr (std::same_as<Element, std::string_view>) {
        std::string_view const text(value);
        if (nulls.contains(text))
            elements.add_null();
        else
            elements.add(text);
    } else {
        elements.add(value);
    }
}

template <class Value, class Parse>
void read_value(row const& row, char const* name, Value& value, null_texts nulls, Parse const& parse) {
    if constexpr (!std::same_as<Parse, no_parser>) {
        if constexpr (is_optional<Value>::value) {
            auto const text = row.get<std::optional<std::string>>(name);
            value = text ? std::optional(known(parse(*text), name)) : std::nullopt;
        } else {
            value = known(parse(row.text(name)), name);
        }
    } else if constexpr (std::same_as<Value, std::string>) {
        value = nulls.empty ? row.get<std::optional<std::string>>(name).value_or("") : row.text(name);
    } else {
        value = row.get<Value>(name);
    }
}

}  // namespace detail

/// A column of a member of the row or, for writing only, of the result of a function of the row.
template <class Get>
constexpr auto column(char const* name, Get get, null_texts nulls = {}) {
    return detail::column<Get, detail::no_parser>{name, get, nulls, {}};
}
/// A column of an enum, which is written with its `to_string` and read with `parse`.
template <class Get, class Parse>
    requires std::invocable<Parse, std::string_view>
constexpr auto column(char const* name, Get get, Parse parse) {
    return detail::column<Get, Parse>{name, get, {}, parse};
}

template <class Row, class... Columns>
struct column_list {
    using row_type = Row;
    std::tuple<Columns...> all;

    template <class F>
    constexpr void for_each(F const& f) const {
        std::apply([&](auto const&... each) { (f(each), ...); }, all);
    }
};

namespace detail {
template <class Get, class Parse>
constexpr auto tuple_of(column<Get, Parse> const& one) {
    return std::tuple(one);
}
template <class Row, class... Columns>
constexpr auto tuple_of(column_list<Row, Columns...> const& list) {
    return list.all;
}
template <class Row, class... Columns>
constexpr column_list<Row, Columns...> list_of(std::tuple<Columns...> const& all) {
    return {all};
}
}  // namespace detail

/// A list of columns and of lists of columns, in this order.
template <class Row, class... Parts>
constexpr auto columns(Parts const&... parts) {
    return detail::list_of<Row>(std::tuple_cat(detail::tuple_of(parts)...));
}

/// The columns of a row's inner object: `within<row>(&row::state, state_columns)`.
template <class Row, class Outer, class Inner, class... Columns>
constexpr auto within(Outer outer, column_list<Inner, Columns...> const& list) {
    return std::apply(
        [&]<class... Get, class... Parse>(detail::column<Get, Parse> const&... each) {
            return columns<Row>(detail::column<detail::nested<Outer, Get>, Parse>{
                each.name, {outer, each.get}, each.nulls, each.parse
            }...);
        },
        list.all
    );
}

// --- the text of statements
// ---------------------------------------------------------------------------------

namespace detail {

template <class Row, class... Columns, class F>
constexpr sql_text joined(
    column_list<Row, Columns...> const& list, std::string_view separator, F const& append
) {
    sql_text text;
    list.for_each([&](auto const& each) {
        if (!text.empty()) text.append(separator);
        append(text, each);
    });
    return text;
}

template <class... Lists>
constexpr sql_text unnest(std::string_view names, Lists const&... lists) {
    sql_text text("unnest(");
    std::size_t number = 0;
    auto const append = [&]<class Row, class... Columns>(column_list<Row, Columns...> const&) {
        auto const append_one = [&](std::string_view type) {
            text.append(number == 0 ? "$" : ", $");
            text.append_number(++number);
            text.append("::");
            text.append(type);
            text.append("[]");
        };
        (append_one(array_of_column<Row, Columns>::type_name), ...);
    };
    (append(lists), ...);
    text.append(")");
    text.append(names);
    return text;
}

}  // namespace detail

/// `i.title, i.culprit`: for select lists. Without an alias: `title, culprit`.
template <class Row, class... Columns>
constexpr sql_text names(column_list<Row, Columns...> const& list, std::string_view alias = {}) {
    return detail::joined(list, ", ", [&](sql_text& text, auto const& each) {
        text.append(alias);
        if (!alias.empty()) text.append(".");
        text.append(each.name);
    });
}

/// The parameters of `run` as a table `k`: `unnest($1::uuid[], $2::text[]) as k (id, slug)`.
template <class Row, class... Columns>
constexpr sql_text parameters(column_list<Row, Columns...> const& list) {
    return detail::unnest((" as k (" + names(list) + ")").view(), list);
}
/// The same with a column `nth`; where a statement selects it, `parameter_index` reads it.
template <class Row, class... Columns>
constexpr sql_text numbered_parameters(column_list<Row, Columns...> const& list) {
    return detail::unnest((" with ordinality as k (" + names(list) + ", nth)").view(), list);
}

/// `s.kind = k.kind and s.id = k.id`; columns that may be NULL are compared as `is not distinct from`. The
/// names in `k` begin with `prefix`.
template <class Row, class... Columns>
constexpr sql_text matches(
    column_list<Row, Columns...> const& list, std::string_view alias, std::string_view prefix = {}
) {
    return detail::joined(list, " and ", [&]<class Column>(sql_text& text, Column const& each) {
        bool const may_be_null = detail::is_optional<detail::value_of_column<Row, Column>>::value;
        text.append(alias);
        text.append(".");
        text.append(each.name);
        text.append(may_be_null ? " is not distinct from k." : " = k.");
        text.append(prefix);
        text.append(each.name);
    });
}

/// A column whose value the database computes.
struct computed {
    std::string_view column;
    std::string_view value;
};

/// `insert into TABLE (...) select ... from unnest(...)`, for `run` with the same list.
template <class Row, class... Columns>
constexpr sql_text insert_into(
    std::string_view table,
    column_list<Row, Columns...> const& list,
    std::initializer_list<computed> also = {}
) {
    auto columns = names(list);
    auto values = names(list, "k");
    for (auto const& each : also) {
        columns = columns + ", " + each.column;
        values = values + ", " + each.value;
    }
    return sql_text("insert into ") + table + " (" + columns + ") select " + values + " from " +
           parameters(list);
}

/// Updates the rows of these keys, each only where the columns `seen` are as they were read: those are
/// `seen_...` among the parameters. For `run` with `columns<Row>(seen, keys, values)`. `also` is set, too,
/// such as `version = t.version + 1`: `t` is the table.
template <class Row, class... Seen, class... Keys, class... Values>
constexpr sql_text update(
    std::string_view table,
    column_list<Row, Seen...> const& seen,
    column_list<Row, Keys...> const& keys,
    column_list<Row, Values...> const& values,
    std::string_view also = {}
) {
    constexpr std::string_view prefix = "seen_";
    auto const set = detail::joined(values, ", ", [](sql_text& text, auto const& each) {
        text.append(each.name);
        text.append(" = k.");
        text.append(each.name);
    });
    auto const seen_names = detail::joined(seen, ", ", [&](sql_text& text, auto const& each) {
        text.append(prefix);
        text.append(each.name);
    });
    auto const k = " as k (" + seen_names + ", " + names(columns<Row>(keys, values)) + ")";
    return sql_text("update ") + table + " t set " + set + (also.empty() ? "" : ", ") + also + " from " +
           detail::unnest(k.view(), seen, keys, values) + " where " + matches(seen, "t", prefix) + " and " +
           matches(keys, "t");
}

// --- values
// -------------------------------------------------------------------------------------------------

/// One array for each column.
template <class Row, class... Columns, class Rows>
std::tuple<detail::array_of_column<Row, Columns>...> arrays_of(
    column_list<Row, Columns...> const& list, Rows const& all
) {
    std::tuple<detail::array_of_column<Row, Columns>...> arrays;
    auto const fill = [&]<class Element>(array<Element>& elements, auto const& column) {
        if constexpr (std::same_as<Element, byte_view>) {
            std::size_t bytes = 0;
            for (Row const& row : all) bytes += detail::size_in_array(std::invoke(column.get, row));
            elements.reserve(bytes);
        }
        for (Row const& row : all) detail::add_value(elements, std::invoke(column.get, row), column.nulls);
    };
    std::apply(
        [&](auto&... array) { std::apply([&](auto const&... each) { (fill(array, each), ...); }, list.all); },
        arrays
    );
    return arrays;
}

/// Runs a statement whose parameters are `list`: `parameters`, `insert_into`, or `update`.
template <class Row, class... Columns, class Rows>
rows run(
    transaction& tx, statement const& statement, column_list<Row, Columns...> const& list, Rows const& all
) {
    auto const arrays = arrays_of(list, all);
    return std::apply([&](auto const&... each) { return tx.run(statement, each...); }, arrays);
}

/// The index of the parameters that a row answers, where the statement selects `nth`, which counts from 1.
inline std::size_t parameter_index(row const& row) {
    return static_cast<std::size_t>(row.get<std::int64_t>("nth") - 1);
}

/// Reads the columns of a list into an object. Enums are known, or std::logic_error is thrown.
template <class Row, class... Columns>
void read_into(row const& row, column_list<Row, Columns...> const& list, Row& object) {
    list.for_each([&](auto const& each) {
        detail::read_value(row, each.name, std::invoke(each.get, object), each.nulls, each.parse);
    });
}
template <class Row, class... Columns>
Row read(row const& row, column_list<Row, Columns...> const& list) {
    Row object{};
    read_into(row, list, object);
    return object;
}

}  // namespace tocsin::db

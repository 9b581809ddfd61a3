#pragma once

#include "gateway/field_formats.hpp"
#include "gateway/input.hpp"

#include <tocsin/base/time.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::gateway {

/// A parameter that is given once and not empty.
std::optional<std::string> query_text(http::request const& request, std::string_view name);
/// The values of a parameter that may be repeated or contain commas.
std::vector<std::string> query_list(http::request const& request, std::string_view name);
/// A time in RFC 3339; errc::invalid for anything else.
result<std::optional<timestamp>> query_time(http::request const& request, std::string_view name);
/// errc::invalid if a value is not in `words`.
result<void> check_words(
    std::string_view name, std::vector<std::string> const& values, std::vector<std::string> const& words
);
error bad_query(std::string_view name, std::string message);
/// What is wrong with the names of the parameters, where any are declared: one that is not declared would
/// have no effect, and of one that is repeated only one value could have.
std::optional<error> misused_parameter(http::request const& request, std::vector<input_field> const& fields);

/// Declares how query parameters become the members of a `T`, for lists with filters:
///
///     query_fields<delivery_filter>()
///         .text("resource", &delivery_filter::resource)
///         .time("since", &delivery_filter::since)
///         .as_input()
///
/// The first problem is the response.
template <class T>
class query_fields {
public:
    using reader = std::function<result<void>(request_context const&, T&)>;

    query_fields& text(std::string name, std::optional<std::string> T::* member, std::size_t max_bytes) {
        return add(
            {.name = name, .length = json::length{0, max_bytes}},
            [=](auto const& ctx, T& into) -> result<void> {
                into.*member = query_text(ctx.request, name);
                if (into.*member && (into.*member)->size() > max_bytes)
                    return bad_query(name, "must be at most " + std::to_string(max_bytes) + " bytes long");
                return {};
            }
        );
    }
    query_fields& text(std::string name, std::optional<std::string> T::* member) {
        return add({.name = name}, [=](auto const& ctx, T& into) -> result<void> {
            into.*member = query_text(ctx.request, name);
            return {};
        });
    }
    query_fields& words(
        std::string name, std::optional<std::string> T::* member, std::vector<std::string> words
    ) {
        return add({.name = name, .words = words}, [=](auto const& ctx, T& into) -> result<void> {
            into.*member = query_text(ctx.request, name);
            if (!(into.*member)) return {};
            return check_words(name, {*(into.*member)}, words);
        });
    }
    query_fields& list(std::string name, std::vector<std::string> T::* member) {
        return add({.name = name, .repeatable = true}, [=](auto const& ctx, T& into) -> result<void> {
            into.*member = query_list(ctx.request, name);
            return {};
        });
    }
    query_fields& list(
        std::string name, std::vector<std::string> T::* member, std::vector<std::string> words
    ) {
        return add(
            {.name = name, .words = words, .repeatable = true},
            [=](auto const& ctx, T& into) -> result<void> {
                into.*member = query_list(ctx.request, name);
                return check_words(name, into.*member, words);
            }
        );
    }
    query_fields& flag(std::string name, bool T::* member) {
        return add({.name = name}, [=](auto const& ctx, T& into) -> result<void> {
            auto const given = query_text(ctx.request, name);
            if (!given) return {};
            into.*member = *given == "true";
            if (*given != "true" && *given != "false") return bad_query(name, "must be true or false");
            return {};
        });
    }
    template <class Id>
    query_fields& id(std::string name, std::optional<Id> T::* member) {
        return add({.name = name}, [=](auto const& ctx, T& into) -> result<void> {
            auto const given = query_text(ctx.request, name);
            if (!given) return {};
            into.*member = Id::parse(*given);
            if (!(into.*member)) return bad_query(name, "must be a UUID");
            return {};
        });
    }
    query_fields& time(std::string name, std::optional<timestamp> T::* member) {
        return add({.name = name}, [=](auto const& ctx, T& into) -> result<void> {
            auto const given = query_time(ctx.request, name);
            if (!given) return given.error();
            into.*member = *given;
            return {};
        });
    }
    /// A parameter with a meaning of its own.
    query_fields& custom(std::string name, std::vector<std::string> words, reader read) {
        return add({.name = std::move(name), .words = std::move(words)}, std::move(read));
    }

    input<T> as_input() const {
        return {
            .read = [readers = readers_](request_context& ctx) -> result<T> {
                T into{};
                for (auto const& read : readers)
                    if (auto const fine = read(ctx, into); !fine) return fine.error();
                return into;
            },
            .fields = declared_
        };
    }

private:
    query_fields& add(input_field field, reader read) {
        field.in = input_field::location::query;
        declared_.push_back(std::move(field));
        readers_.push_back(std::move(read));
        return *this;
    }

    std::vector<input_field> declared_;
    std::vector<reader> readers_;
};

}  // namespace tocsin::gateway

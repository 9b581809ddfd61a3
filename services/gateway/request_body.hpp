#pragma once

#include "gateway/field_formats.hpp"
#include "gateway/input.hpp"

#include <tocsin/json/document.hpp>
#include <tocsin/json/reader.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace tocsin::gateway {

/// The JSON value of a request's body; an empty body is `{}`.
result<json::document> parse_body(http::request const& request, json::root allowed = json::root::object);
/// What is wrong with the body of a request that takes no fields.
std::optional<error> unexpected_fields(http::request const& request);
error nothing_to_change(std::vector<input_field> const& fields);

/// Declares how the fields of a JSON object become the members of a `T`. A body is declared once and read in
/// one place; all problems are reported together, each with its path:
///
///     input<new_service> new_service_body() {
///         return body_fields<new_service>()
///             .required("slug", &new_service::slug, text{{1, 63}, slug_problem})
///             .optional("description", &new_service::description, text{{0, 2000}})
///             .as_input();
///     }
template <class T>
class body_fields {
public:
    template <class Base, class Member, class Format>
    body_fields& required(std::string name, Member Base::* member, Format format) {
        return add(std::move(name), member, std::move(format), presence::required);
    }
    template <class Base, class Member, class Format>
    body_fields& required_nullable(std::string name, Member Base::* member, Format format) {
        return add(std::move(name), member, std::move(format), presence::required_nullable);
    }
    /// A missing field leaves the member as it is. In a PATCH, a member that is an optional of an optional
    /// distinguishes null from missing.
    template <class Base, class Member, class Format>
    body_fields& optional(std::string name, Member Base::* member, Format format) {
        return add(std::move(name), member, std::move(format), presence::optional);
    }
    /// Fields that exist only under a condition on the fields before them.
    body_fields& when(std::function<bool(json::reader const&, T const&)> condition, body_fields part) {
        for (auto field : part.declared_) {
            field.required = false;
            declared_.push_back(std::move(field));
        }
        readers_.push_back([condition = std::move(condition), part = std::move(part)](
                               json::reader& in, T& into
                           ) { return condition(in, into) && part.read_fields(in, into); });
        return *this;
    }
    /// A rule about several fields, which reports its problems to the reader.
    body_fields& check(std::function<void(json::reader&, T const&)> rule) {
        readers_.push_back([rule = std::move(rule)](json::reader& in, T& into) {
            rule(in, into);
            return false;
        });
        return *this;
    }
    /// Refuses an object without any of the fields.
    body_fields& at_least_one() {
        at_least_one_ = true;
        return *this;
    }

    /// `path` prefixes the paths of the problems.
    result<T> read(json::value object, std::string path = {}) const {
        json::reader in(object, std::move(path));
        T into{};
        bool const any = read_fields(in, into);
        if (auto problems = in.problems()) return *problems;
        if (at_least_one_ && !any) return nothing_to_change(declared_);
        return into;
    }

    input<T> as_input() const {
        bool needed = at_least_one_;
        for (auto const& field : declared_) needed = needed || field.required;
        return {
            .read = [body = *this](request_context& ctx) -> result<T> {
                auto const document = parse_body(ctx.request);
                if (!document) return document.error();
                return body.read(document->root());
            },
            .fields = declared_,
            .body = needed ? http::body_kind::json : http::body_kind::optional_json
        };
    }
    std::vector<input_field> const& declared() const noexcept { return declared_; }

private:
    enum class presence { optional, required, required_nullable };

    static void require(json::reader& in, std::string_view name, presence wanted) {
        if (wanted == presence::required && !is_given(in, name)) in.reject(name, "is required");
        if (wanted == presence::required_nullable && !in.has(name))
            in.reject(name, "is required; it may be null");
    }

    template <class>
    struct is_nullable : std::false_type {};
    template <class V>
    struct is_nullable<std::optional<std::optional<V>>> : std::true_type {};

    template <class Base, class Member, class Format>
    body_fields& add(std::string name, Member Base::* member, Format format, presence wanted) {
        input_field field{
            .in = input_field::location::body, .name = name, .required = wanted != presence::optional
        };
        format.describe(field);
        declared_.push_back(std::move(field));
        readers_.push_back(
            [name = std::move(name), member, format = std::move(format), wanted](json::reader& in, T& into) {
                require(in, name, wanted);
                auto value = format.read(in, name);
                bool given = value.has_value();
                if constexpr (is_nullable<Member>::value) {
                    given = in.has(name);
                    if (given) into.*member = std::move(value);
                } else if (given) {
                    into.*member = Member(std::move(*value));
                }
                return given;
            }
        );
        return *this;
    }

    /// Whether any field was given.
    bool read_fields(json::reader& in, T& into) const {
        bool any = false;
        for (auto const& read : readers_) any = read(in, into) || any;
        return any;
    }

    std::vector<input_field> declared_;
    std::vector<std::function<bool(json::reader&, T&)>> readers_;
    bool at_least_one_ = false;
};

}  // namespace tocsin::gateway

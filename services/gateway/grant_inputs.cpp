#include "gateway/grant_inputs.hpp"

#include "gateway/request_body.hpp"
#include "gateway/request_query.hpp"

#include <tocsin/grants/operations.hpp>

#include <utility>

namespace tocsin::gateway {

namespace {

using grants::grant_change;
using grants::named_call;
using grants::new_grant;

constexpr std::size_t max_operations = 100;
constexpr std::size_t max_projects = 100;

/// A number that is written without fraction or exponent.
struct whole {
    std::int64_t min;
    std::int64_t max;

    std::optional<int> read(json::reader& in, std::string_view name) const {
        auto const number = in.optional_int(name, min, max);
        return number ? std::optional(static_cast<int>(*number)) : std::nullopt;
    }
    void describe(input_field&) const noexcept {}
};

/// The members of an object: texts, numbers, flags, and lists of them, which give a field more than once.
struct call_arguments {
    static std::optional<std::string> text_of(json::value const& from) {
        if (auto const text = from.as_id_text()) return std::string(*text);
        if (auto const flag = from.as_bool()) return std::string(*flag ? "true" : "false");
        return std::nullopt;
    }

    std::optional<grants::call_fields> read(json::reader& in, std::string_view name) const {
        auto const given = in.optional_value(name);
        if (!given) return std::nullopt;
        if (given->kind() != json::kind::object) {
            in.reject(name, "must be an object");
            return std::nullopt;
        }
        grants::call_fields fields;
        for (std::size_t i = 0; i < given->size(); ++i) {
            auto const member = given->element(i);
            bool const is_list = member.kind() == json::kind::array;
            for (std::size_t at = 0; at < (is_list ? member.size() : 1); ++at) {
                auto text = text_of(is_list ? member.element(at) : member);
                if (text) {
                    fields.emplace_back(given->key(i), std::move(*text));
                } else {
                    in.reject(name, "has a member that is no text, number, or list of them");
                }
            }
        }
        return fields;
    }
    void describe(input_field&) const noexcept {}
};

grants::sentry_style_call read_sentry_call(http::request const& request) {
    grants::sentry_style_call call{.method = request.method, .path = {}, .query = {}, .body = request.body};
    // What follows api/v1/orgs/{org}/grants/{id}/sentry: as segments, because a decoded one may contain a
    // slash.
    constexpr std::size_t prefix = 7;
    for (std::size_t i = prefix; i < request.segments.size(); ++i) call.path.push_back(request.segments[i]);
    for (auto const& [name, value] : request.query) call.query.emplace_back(name, value);
    return call;
}

}  // namespace

input<grant_filter> grant_filter_input() {
    return query_fields<grant_filter>().text("name", &grant_filter::name, 100).as_input();
}

input<new_grant> new_grant_body() {
    return body_fields<new_grant>()
        .required("name", &new_grant::name, text{{1, 100}, control_character_problem})
        .required("integration_id", &new_grant::integration, id_text<integration_id>{})
        .optional("token_id", &new_grant::token, id_text<identity::token_id>{})
        .optional("member", &new_grant::member, text{{3, 254}, control_character_problem})
        .optional("operations", &new_grant::operations, texts{max_operations, {1, 64}})
        .optional("projects", &new_grant::projects, texts{max_projects, {1, 200}})
        .optional("approval", &new_grant::approval, choice(grants::approval_names))
        .optional("per_minute", &new_grant::per_minute, whole{1, 6'000})
        .optional("expires_at", &new_grant::expires_at, moment{})
        .as_input();
}

input<grant_change> grant_change_body() {
    return body_fields<grant_change>()
        .optional("name", &grant_change::name, text{{1, 100}, control_character_problem})
        .optional("operations", &grant_change::operations, texts{max_operations, {1, 64}})
        .optional("projects", &grant_change::projects, texts{max_projects, {1, 200}})
        .optional("approval", &grant_change::approval, choice(grants::approval_names))
        .optional("per_minute", &grant_change::per_minute, whole{1, 6'000})
        .optional("expires_at", &grant_change::expires_at, moment{})
        .at_least_one()
        .as_input();
}

input<named_call> named_call_body() {
    return body_fields<named_call>()
        .required("operation", &named_call::operation, text{{1, 64}, control_character_problem})
        .optional("args", &named_call::arguments, call_arguments{})
        .optional("cursor", &named_call::cursor, text{{0, 100}, control_character_problem})
        .as_input();
}

input<grants::sentry_style_call> sentry_call_input() {
    return {.read = [](request_context& ctx) -> result<grants::sentry_style_call> {
        return read_sentry_call(ctx.request);
    }};
}

input<grants::sentry_style_call> sentry_call_body() {
    auto made = sentry_call_input();
    made.body = http::body_kind::optional_json;
    return made;
}

}  // namespace tocsin::gateway

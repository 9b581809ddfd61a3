#include "control.hpp"

#include "sentry_json.hpp"

#include <utility>

namespace tocsin::sandbox {

namespace {

/// Webhook bodies are as large as stored events.
constexpr json::limits body_limits{64, 500'000, 10'000, 1'024, 8u << 20, 1'000};

int status_of(errc code) {
    switch (code) {
        case errc::invalid:
            return 400;
        case errc::forbidden:
            return 403;
        case errc::not_found:
            return 404;
        case errc::conflict:
            return 409;
        case errc::unavailable:
            return 502;
        default:
            return 500;
    }
}

response_task forbid(char const* reason) {
    co_return control_problem({errc::forbidden, reason});
}

}  // namespace

void add_control_route(
    route_table& table,
    sandbox_context& context,
    http::method method,
    char const* pattern,
    control_handler handle
) {
    table.add_async(method, pattern, {}, [&context, handle](http::request& request) {
        auto const site = request.headers.find("Sec-Fetch-Site").value_or("none");
        return site == "same-origin" || site == "none" ? handle(context, request)
                                                       : forbid("other sites cannot use the control API");
    });
}

result<json::document> control_body(http::request const& request) {
    if (request.body.empty()) return json::parse("{}");
    if (!is_json(request)) return error{errc::invalid, "Content-Type must be application/json"};
    return json::parse(request.body, json::root::object, body_limits);
}

http::response control_problem(error const& problem) {
    json::writer out;
    out.begin_object().field("detail", problem.detail);
    if (!problem.fields.empty()) {
        out.name("fields").begin_array();
        for (auto const& field : problem.fields)
            out.begin_object().field("path", field.path).field("message", field.message).end_object();
        out.end_array();
    }
    out.end_object();
    return http::response::json(status_of(problem.code), out.take());
}

http::response control_done(int status, json::writer members) {
    members.end_object();
    return http::response::json(status, members.take());
}

http::response control_done(int status, json::writer members, std::vector<webhook_attempt> const& sent) {
    members.name("webhooks").begin_array();
    for (auto const& attempt : sent) write_attempt(members, attempt, attempt_detail::brief);
    members.end_array().end_object();
    return http::response::json(status, members.take());
}

std::optional<std::vector<payloads::setting>> read_settings(json::reader& in) {
    auto const settings = in.optional_value("settings");
    if (!settings) return std::nullopt;
    std::vector<payloads::setting> out;
    for (std::size_t i = 0; i < settings->size(); ++i) {
        auto const element = settings->element(i);
        if (settings->kind() == json::kind::object) {
            out.push_back({std::string(settings->key(i)), sentry_json::serialize(element)});
            continue;
        }
        auto const name = element.find("name");
        auto const value = element.find("value");
        if (!name || !name->as_string() || !value) {
            in.reject("settings", "must be a list of {name, value} or an object");
            break;
        }
        out.push_back({std::string(*name->as_string()), sentry_json::serialize(*value)});
    }
    return out;
}

installation* installation_of_path(sandbox_context& context, http::request const& request) {
    auto const id = uuid::parse(request.capture("uuid"));
    return id ? context.state.installation_by(*id) : nullptr;
}

}  // namespace tocsin::sandbox

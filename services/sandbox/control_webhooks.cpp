#include "control.hpp"
#include "sentry_json.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

/// The control API of webhooks: the log, and sending by hand.
namespace tocsin::sandbox {

namespace {

response_task list_webhooks(sandbox_context& context, http::request&) {
    json::writer out;
    out.begin_object().name("items").begin_array();
    for (auto const& attempt : context.webhooks.log()) write_attempt(out, attempt, attempt_detail::brief);
    out.end_array().end_object();
    co_return http::response::json(200, out.take());
}

webhook_attempt const* attempt_of_path(sandbox_context& context, http::request const& request) {
    auto const text = request.capture("number");
    std::int64_t number = 0;
    auto const end = std::from_chars(text.data(), text.data() + text.size(), number).ptr;
    return end == text.data() + text.size() ? context.webhooks.attempt(number) : nullptr;
}

response_task show_webhook(sandbox_context& context, http::request& request) {
    auto const* const attempt = attempt_of_path(context, request);
    if (!attempt) co_return control_unknown("webhook");
    json::writer out;
    write_attempt(out, *attempt, attempt_detail::full);
    co_return http::response::json(200, out.take());
}

response_task resend_webhook(sandbox_context& context, http::request& request) {
    auto const* const attempt = attempt_of_path(context, request);
    if (!attempt) co_return control_unknown("webhook");
    std::vector<webhook_attempt> sent;
    sent.push_back(co_await context.webhooks.send(attempt->sent));
    json::writer out;
    out.begin_object();
    co_return control_done(200, std::move(out), sent);
}

/// `headers` of a webhook: texts, or null to omit a header.
void read_headers(json::reader& in, webhook& webhook) {
    auto const headers = in.optional_value("headers");
    if (!headers) return;
    for (std::size_t i = 0; i < headers->size() && headers->kind() == json::kind::object; ++i) {
        auto const text = headers->element(i).as_string();
        webhook.headers.emplace_back(
            headers->key(i), text ? std::optional(std::string(*text)) : std::nullopt
        );
    }
}

response_task send_webhook(sandbox_context& context, http::request& request) {
    auto const body = control_body(request);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    webhook webhook;
    webhook.resource = in.required_text("resource", short_text);
    auto const content = in.optional_value("body");
    if (!content) in.reject("body", "is required");
    auto const app_slug = in.optional_text("app", short_text).value_or(context.state.main_application().slug);
    auto const url = in.optional_text("url", optional_long_text);
    auto const key = in.optional_text("client_secret", optional_long_text);
    read_headers(in, webhook);
    if (auto problem = in.problems()) co_return control_problem(*problem);
    auto const* const app = context.state.application_by_slug(app_slug);
    if (!app) co_return control_unknown("application");
    auto const text = content->as_string();
    webhook.body = text ? std::string(*text) : sentry_json::serialize(*content);
    webhook.action = "sent by hand";
    webhook.url = url.value_or(app->webhook_url);
    webhook.key = key ? secret(*key) : app->client_secret;
    std::vector<webhook_attempt> sent;
    sent.push_back(co_await context.webhooks.send(std::move(webhook)));
    json::writer out;
    out.begin_object();
    co_return control_done(200, std::move(out), sent);
}

response_task list_held_webhooks(sandbox_context& context, http::request&) {
    json::writer out;
    out.begin_object().name("items").begin_array();
    for (auto const& webhook : context.webhooks.held())
        out.begin_object()
            .field("resource", webhook.resource)
            .field("action", webhook.action)
            .field("installation", webhook.installation)
            .end_object();
    out.end_array().end_object();
    co_return http::response::json(200, out.take());
}

response_task release_webhooks(sandbox_context& context, http::request& request) {
    auto const body = control_body(request);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    auto const count = in.optional_int("count", 1, 1'000'000).value_or(1'000'000);
    auto const order = in.optional_word("order", {"oldest_first", "newest_first"});
    if (auto problem = in.problems()) co_return control_problem(*problem);
    auto webhooks = context.webhooks.take_held(static_cast<std::size_t>(count));
    if (order == "newest_first") std::reverse(webhooks.begin(), webhooks.end());
    auto const sent = co_await context.webhooks.send_now(std::move(webhooks));
    json::writer out;
    out.begin_object();
    co_return control_done(200, std::move(out), sent);
}

/// As if Sentry had lost them.
response_task drop_held_webhooks(sandbox_context& context, http::request&) {
    json::writer out;
    auto const all = context.webhooks.held().size();
    auto const dropped = static_cast<std::int64_t>(context.webhooks.take_held(all).size());
    out.begin_object().field("dropped", dropped);
    co_return control_done(200, std::move(out));
}

}  // namespace

void add_control_webhook_routes(route_table& table, sandbox_context& context) {
    using enum http::method;
    add_control_route(table, context, get, "/control/webhooks", list_webhooks);
    add_control_route(table, context, post, "/control/webhooks", send_webhook);
    add_control_route(table, context, get, "/control/held-webhooks", list_held_webhooks);
    add_control_route(table, context, post, "/control/held-webhooks/release", release_webhooks);
    add_control_route(table, context, delete_, "/control/held-webhooks", drop_held_webhooks);
    add_control_route(table, context, get, "/control/webhooks/{number}", show_webhook);
    add_control_route(table, context, post, "/control/webhooks/{number}/again", resend_webhook);
}

}  // namespace tocsin::sandbox

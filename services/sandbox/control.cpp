#include "control.hpp"

#include "wire.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/crypto/random.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace tocsin::sandbox {

namespace {

using answer = async::task<http::response>;

/// Bodies of webhooks are as large as stored events.
constexpr json::limits generous{64, 500'000, 10'000, 1'024, 8u << 20, 1'000};
constexpr json::length short_text{1, 200};
constexpr json::length maybe_text{0, 2'000};
constexpr json::length id_text{1, 19};

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

answer refused(char const* why) {
    co_return control_problem({errc::forbidden, why});
}

answer create_organization(core& shared, http::request& about) {
    auto const body = control_body(about);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    auto slug = in.required_text("slug", short_text);
    auto name = in.optional_text("name", short_text).value_or(slug);
    auto id = in.optional_text("id", id_text).value_or("");
    if (auto bad = in.problems()) co_return control_problem(*bad);
    auto const made = shared.world.add_organization(std::move(slug), std::move(name), std::move(id));
    if (!made) co_return control_problem(made.error());
    json::writer out;
    out.begin_object().field("id", (*made)->id).field("slug", (*made)->slug);
    co_return control_done(201, std::move(out));
}

answer create_project(core& shared, http::request& about) {
    auto const* const org = shared.world.organization_by(about.capture("organization"));
    if (!org) co_return control_unknown("organization");
    auto const body = control_body(about);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    auto slug = in.required_text("slug", short_text);
    auto name = in.optional_text("name", short_text).value_or(slug);
    auto id = in.optional_text("id", id_text).value_or("");
    auto platform = in.optional_text("platform", short_text).value_or("python");
    if (auto bad = in.problems()) co_return control_problem(*bad);
    auto const made =
        shared.world.add_project(*org, std::move(slug), std::move(name), std::move(id), std::move(platform));
    if (!made) co_return control_problem(made.error());
    json::writer out;
    out.begin_object().field("id", (*made)->id).field("slug", (*made)->slug);
    co_return control_done(201, std::move(out));
}

answer rename_project(core& shared, http::request& about) {
    auto const* const org = shared.world.organization_by(about.capture("organization"));
    auto* const what = org ? shared.world.project_by(*org, about.capture("project")) : nullptr;
    if (!what) co_return control_unknown("project");
    auto const body = control_body(about);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    auto slug = in.required_text("slug", short_text);
    if (auto bad = in.problems()) co_return control_problem(*bad);
    if (auto const done = shared.world.rename(*what, std::move(slug)); !done)
        co_return control_problem(done.error());
    json::writer out;
    out.begin_object().field("id", what->id).field("slug", what->slug);
    co_return control_done(200, std::move(out));
}

answer create_application(core& shared, http::request& about) {
    auto const body = control_body(about);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    application draft;
    draft.slug = in.required_text("slug", short_text);
    draft.name = in.optional_text("name", short_text).value_or(draft.slug);
    draft.client_id = in.required_text("client_id", short_text);
    draft.client_secret = in.required_secret("client_secret", short_text);
    draft.redirect_url = in.optional_text("redirect_url", maybe_text).value_or("");
    draft.webhook_url = in.optional_text("webhook_url", maybe_text).value_or("");
    draft.scopes = shared.world.main_application().scopes;
    draft.subscriptions = shared.world.main_application().subscriptions;
    if (auto bad = in.problems()) co_return control_problem(*bad);
    auto const made = shared.world.add_application(std::move(draft));
    if (!made) co_return control_problem(made.error());
    json::writer out;
    out.begin_object().field("slug", (*made)->slug);
    co_return control_done(201, std::move(out));
}

/// A UUID member; a problem where it is none.
std::optional<uuid> read_uuid(json::reader& in, char const* name) {
    auto const text = in.optional_text(name, {1, 36});
    auto const out = text ? uuid::parse(*text) : std::nullopt;
    if (text && !out) in.reject(name, "must be a UUID");
    return out;
}

answer create_installation(core& shared, http::request& about) {
    auto& world = shared.world;
    auto const body = control_body(about);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    auto const slug = in.required_text("organization", short_text);
    auto const id = read_uuid(in, "uuid");
    auto const app_slug = in.optional_text("app", short_text).value_or(world.main_application().slug);
    auto const status = in.optional_word("status", {"pending", "installed"});
    if (auto bad = in.problems()) co_return control_problem(*bad);
    auto const* const org = world.organization_by(slug);
    if (!org) co_return control_unknown("organization");
    auto const* const app = world.application_by_slug(app_slug);
    if (!app || app->internal) co_return control_unknown("application");
    auto const made = world.install(*app, *org, id);
    if (!made) co_return control_problem(made.error());
    auto& what = **made;
    if (status)
        what.status = *status == "installed" ? installation_status::installed : installation_status::pending;

    json::writer out;
    out.begin_object()
        .field("uuid", what.id.str())
        .field("code", what.code)
        .field("status", to_string(what.status))
        .field("organization", org->slug);
    std::vector<delivery_record> sent;
    if (world.set.installation_created != switches::announcement::never)
        sent =
            co_await shared.hooks.send_all(installation_webhook(world, what, "created", payloads::actor::user)
            );
    co_return control_done(201, std::move(out), sent);
}

installation* named_installation(core& shared, http::request const& about) {
    auto const id = uuid::parse(about.capture("uuid"));
    return id ? shared.world.installation_by(*id) : nullptr;
}

answer announce_installation(core& shared, http::request& about) {
    auto const* const what = named_installation(shared, about);
    if (!what) co_return control_unknown("installation");
    auto const sent = co_await shared.hooks.send_all(
        installation_webhook(shared.world, *what, "created", payloads::actor::user)
    );
    json::writer out;
    out.begin_object();
    co_return control_done(200, std::move(out), sent);
}

answer delete_installation(core& shared, http::request& about) {
    auto const* const what = named_installation(shared, about);
    if (!what) co_return control_unknown("installation");
    auto const sent = co_await uninstall_installation(shared, what->id, payloads::actor::user);
    if (!sent) co_return control_problem(sent.error());
    json::writer out;
    out.begin_object();
    co_return control_done(200, std::move(out), *sent);
}

/// The token is gone, the installation stays: what a parallel renewal by somebody else looks like, or a
/// person's deleting an internal integration's token.
answer delete_token(core& shared, http::request& about) {
    auto* const what = named_installation(shared, about);
    if (!what) co_return control_unknown("installation");
    if (what->token) shared.world.renew_token(*what);
    what->lasting_token.clear();
    json::writer out;
    out.begin_object();
    co_return control_done(200, std::move(out));
}

answer choose_next_installation(core& shared, http::request& about) {
    auto const body = control_body(about);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    auto const id = read_uuid(in, "uuid");
    if (!id) in.reject("uuid", "is required");
    if (auto bad = in.problems()) co_return control_problem(*bad);
    shared.world.set.next_installation = id;
    json::writer out;
    out.begin_object().field("uuid", id->str());
    co_return control_done(200, std::move(out));
}

answer move_clock(core& shared, http::request& about) {
    auto const body = control_body(about);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    auto const by = in.required_int("advance", 0, 10 * 365 * 86'400);
    if (auto bad = in.problems()) co_return control_problem(*bad);
    shared.world.advance(std::chrono::seconds(by));
    json::writer out;
    out.begin_object().field("now", shared.world.now());
    co_return control_done(200, std::move(out));
}

answer arm_fault(core& shared, http::request& about) {
    auto const body = control_body(about);
    if (!body) co_return control_problem(body.error());
    auto what = parse_fault(body->root());
    if (!what) co_return control_problem(what.error());
    shared.faults.arm(std::move(*what));
    json::writer out;
    shared.faults.write(out.begin_object().name("faults"));
    co_return control_done(201, std::move(out));
}

answer clear_faults(core& shared, http::request&) {
    shared.faults.clear();
    json::writer out;
    out.begin_object();
    co_return control_done(200, std::move(out));
}

answer list_webhooks(core& shared, http::request&) {
    json::writer out;
    out.begin_object().name("items").begin_array();
    for (auto const& each : shared.hooks.log()) write_record(out, each, detail::brief);
    out.end_array().end_object();
    co_return http::response::json(200, out.take());
}

delivery_record const* named_record(core& shared, http::request const& about) {
    auto const text = about.capture("number");
    std::int64_t number = 0;
    auto const end = std::from_chars(text.data(), text.data() + text.size(), number).ptr;
    return end == text.data() + text.size() ? shared.hooks.record(number) : nullptr;
}

answer show_webhook(core& shared, http::request& about) {
    auto const* const what = named_record(shared, about);
    if (!what) co_return control_unknown("webhook");
    json::writer out;
    write_record(out, *what, detail::full);
    co_return http::response::json(200, out.take());
}

answer repeat_webhook(core& shared, http::request& about) {
    auto const* const what = named_record(shared, about);
    if (!what) co_return control_unknown("webhook");
    std::vector<delivery_record> sent;
    sent.push_back(co_await shared.hooks.send(what->sent));
    json::writer out;
    out.begin_object();
    co_return control_done(200, std::move(out), sent);
}

/// `headers` of a webhook: texts, or null for a header to leave out.
void read_headers(json::reader& in, webhook& to) {
    auto const given = in.optional_value("headers");
    if (!given) return;
    for (std::size_t i = 0; i < given->size() && given->kind() == json::kind::object; ++i) {
        auto const text = given->element(i).as_string();
        to.headers.emplace_back(given->key(i), text ? std::optional(std::string(*text)) : std::nullopt);
    }
}

answer send_webhook(core& shared, http::request& about) {
    auto const body = control_body(about);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    webhook what;
    what.resource = in.required_text("resource", short_text);
    auto const content = in.optional_value("body");
    if (!content) in.reject("body", "is required");
    auto const app_slug = in.optional_text("app", short_text).value_or(shared.world.main_application().slug);
    auto const url = in.optional_text("url", maybe_text);
    auto const key = in.optional_text("client_secret", maybe_text);
    read_headers(in, what);
    if (auto bad = in.problems()) co_return control_problem(*bad);
    auto const* const app = shared.world.application_by_slug(app_slug);
    if (!app) co_return control_unknown("application");
    auto const text = content->as_string();
    what.body = text ? std::string(*text) : wire::serialized(*content);
    what.action = "sent by hand";
    what.url = url.value_or(app->webhook_url);
    what.key = key ? secret(*key) : app->client_secret;
    std::vector<delivery_record> sent;
    sent.push_back(co_await shared.hooks.send(std::move(what)));
    json::writer out;
    out.begin_object();
    co_return control_done(200, std::move(out), sent);
}

}  // namespace

void add_control(
    route_table& to,
    core& shared,
    http::method method,
    char const* pattern,
    async::task<http::response> (*handle)(core&, http::request&)
) {
    to.add_later(method, pattern, {}, [&shared, handle](http::request& about) {
        auto const site = about.headers.find("Sec-Fetch-Site").value_or("none");
        return site == "same-origin" || site == "none" ? handle(shared, about)
                                                       : refused("the control API is not for other sites");
    });
}

result<json::document> control_body(http::request const& about) {
    if (about.body.empty()) return json::parse("{}");
    if (!is_json(about)) return error{errc::invalid, "Content-Type must be application/json"};
    return json::parse(about.body, json::root::object, generous);
}

http::response control_problem(error const& what) {
    json::writer out;
    out.begin_object().field("detail", what.detail);
    if (!what.fields.empty()) {
        out.name("fields").begin_array();
        for (auto const& each : what.fields)
            out.begin_object().field("path", each.path).field("message", each.message).end_object();
        out.end_array();
    }
    out.end_object();
    return http::response::json(status_of(what.code), out.take());
}

http::response control_done(int status, json::writer members) {
    members.end_object();
    return http::response::json(status, members.take());
}

http::response control_done(int status, json::writer members, std::vector<delivery_record> const& sent) {
    members.name("webhooks").begin_array();
    for (auto const& each : sent) write_record(members, each, detail::brief);
    members.end_array().end_object();
    return http::response::json(status, members.take());
}

std::optional<std::vector<payloads::setting>> read_settings(json::reader& in) {
    auto const given = in.optional_value("settings");
    if (!given) return std::nullopt;
    std::vector<payloads::setting> out;
    for (std::size_t i = 0; i < given->size(); ++i) {
        auto const each = given->element(i);
        if (given->kind() == json::kind::object) {
            out.push_back({std::string(given->key(i)), wire::serialized(each)});
            continue;
        }
        auto const name = each.find("name");
        auto const value = each.find("value");
        if (!name || !name->as_string() || !value) {
            in.reject("settings", "must be a list of {name, value} or an object");
            break;
        }
        out.push_back({std::string(*name->as_string()), wire::serialized(*value)});
    }
    return out;
}

void add_control_routes(route_table& to, core& shared) {
    using enum http::method;
    auto const add = [&](http::method method, char const* pattern, answer (*handle)(core&, http::request&)) {
        add_control(to, shared, method, pattern, handle);
    };
    add(post, "/control/organizations", create_organization);
    add(post, "/control/organizations/{organization}/projects", create_project);
    add(post, "/control/organizations/{organization}/projects/{project}/rename", rename_project);
    add(post, "/control/applications", create_application);
    add(post, "/control/installations", create_installation);
    add(post, "/control/installations/{uuid}/created", announce_installation);
    add(delete_, "/control/installations/{uuid}", delete_installation);
    add(delete_, "/control/installations/{uuid}/token", delete_token);
    add(post, "/control/next-installation", choose_next_installation);
    add(post, "/control/clock", move_clock);
    add(post, "/control/faults", arm_fault);
    add(delete_, "/control/faults", clear_faults);
    add(get, "/control/webhooks", list_webhooks);
    add(post, "/control/webhooks", send_webhook);
    add(get, "/control/webhooks/{number}", show_webhook);
    add(post, "/control/webhooks/{number}/again", repeat_webhook);
}

}  // namespace tocsin::sandbox

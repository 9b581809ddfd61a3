#include "control.hpp"
#include "happenings.hpp"

#include <tocsin/base/encoding.hpp>
#include <tocsin/crypto/random.hpp>

#include <array>
#include <string>
#include <utility>

/// The part of the control API that makes things happen to issues.
namespace tocsin::sandbox {

namespace {

using answer = async::task<http::response>;

constexpr json::length short_text{1, 200};
constexpr json::length maybe_text{0, 2'000};

/// What a new issue is called where nobody says.
struct sample {
    char const* title;
    char const* culprit;
};
constexpr std::array<sample, 4> samples{{
    {"ConnectionError: could not reach the stock service", "stock/client.py in reserve"},
    {"TypeError: Cannot read properties of undefined (reading 'total')", "cart/summary.ts in render"},
    {"DeadlockDetected: deadlock detected while updating orders \u2013 retry later",
     "orders/store.py in update"},
    {"ValueError: currency \u20ac is not supported here", "prices/convert.py in convert"},
}};

answer told(core& shared, int status, issue const& what, std::vector<webhook> hooks) {
    json::writer out;
    out.begin_object().name("issue");
    write_issue_state(out, shared.world, what);
    auto const sent = co_await shared.hooks.send_all(std::move(hooks));
    co_return control_done(status, std::move(out), sent);
}

answer create_issue(core& shared, http::request& about) {
    auto& world = shared.world;
    auto const* const org = world.organization_by(about.capture("organization"));
    if (!org) co_return control_unknown("organization");
    auto const body = control_body(about);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    auto const& usual = samples[world.issues.size() % samples.size()];
    auto const in_project = in.required_text("project", short_text);
    issue draft;
    draft.title = in.optional_text("title", {1, 8'000}).value_or(usual.title);
    draft.culprit = in.optional_text("culprit", maybe_text).value_or(usual.culprit);
    draft.level =
        in.optional_word("level", {"fatal", "error", "warning", "info", "debug", "sample"}).value_or("error");
    draft.id = in.optional_text("id", {1, 19}).value_or("");
    draft.short_id = in.optional_text("short_id", short_text).value_or("");
    draft.environment = in.optional_text("environment", maybe_text).value_or("production");
    draft.release = in.optional_text("release", maybe_text).value_or("2026.3.1");
    draft.metric_monitor = in.optional_bool("metric_monitor", false);
    if (auto bad = in.problems()) co_return control_problem(*bad);
    auto* const to = world.project_by(*org, in_project);
    if (!to) co_return control_unknown("project");
    auto const made = world.add_issue(*to, std::move(draft));
    if (!made) co_return control_problem(made.error());
    co_return co_await told(shared, 201, **made, tell_created(shared, **made));
}

answer add_event(core& shared, http::request& about) {
    auto* const what = shared.world.issue_by(about.capture("issue"));
    if (!what) co_return control_unknown("issue");
    auto const body = control_body(about);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    payloads::occurrence event;
    event.event_id = in.optional_text("event_id", {32, 32}).value_or(to_hex(crypto::random_bytes(16)));
    event.at = in.optional_time("at").value_or(shared.world.now());
    event.environment = in.optional_text("environment", maybe_text).value_or(what->environment);
    event.release = in.optional_text("release", maybe_text).value_or(what->release);
    event.level = in.optional_word("level", {"fatal", "error", "warning", "info", "debug", "sample"})
                      .value_or(what->level);
    event.message = in.optional_text("message", {0, 8'000}).value_or("");
    payloads::alert_rule rule;
    rule.label = in.optional_text("rule", maybe_text).value_or("Notify the people on call");
    rule.id = in.optional_int("rule_id", -1, 9'000'000'000'000'000).value_or(1);
    rule.settings = read_settings(in);
    auto const held = in.optional_bool("regression", true) ? regression::happens : regression::held_back;
    if (auto bad = in.problems()) co_return control_problem(*bad);
    auto hooks = occur(shared, *what, event, rule, held);
    co_return co_await told(shared, 200, *what, std::move(hooks));
}

/// The issue of the path and the request's fields, or the answer that refuses them.
struct opened {
    issue* what = nullptr;
    std::optional<json::document> body;
    std::optional<http::response> refusal;
};
opened open(core& shared, http::request const& about) {
    opened out;
    out.what = shared.world.issue_by(about.capture("issue"));
    if (!out.what) {
        out.refusal = control_unknown("issue");
        return out;
    }
    auto body = control_body(about);
    if (body) {
        out.body = std::move(*body);
    } else {
        out.refusal = control_problem(body.error());
    }
    return out;
}

/// `by`: who did it; a person where nobody says.
payloads::actor read_actor(json::reader& in, payloads::actor otherwise) {
    auto const word = in.optional_word("by", {"user", "sentry", "application"});
    if (!word) return otherwise;
    if (*word == "sentry") return payloads::actor::sentry;
    return *word == "user" ? payloads::actor::user : payloads::actor::application;
}

answer resolve_issue(core& shared, http::request& about) {
    auto const on = open(shared, about);
    if (on.refusal) co_return *on.refusal;
    json::reader in(on.body->root());
    auto const type = in.optional_text("resolution_type", short_text).value_or("now");
    auto const by = read_actor(in, payloads::actor::user);
    if (auto bad = in.problems()) co_return control_problem(*bad);
    co_return co_await told(shared, 200, *on.what, resolve(shared, *on.what, {type}, by));
}

answer unresolve_issue(core& shared, http::request& about) {
    auto const on = open(shared, about);
    if (on.refusal) co_return *on.refusal;
    json::reader in(on.body->root());
    auto const substatus = in.optional_text("substatus", short_text).value_or("regressed");
    auto const by = read_actor(in, payloads::actor::sentry);
    if (auto bad = in.problems()) co_return control_problem(*bad);
    co_return co_await told(shared, 200, *on.what, unresolve(shared, *on.what, substatus, by));
}

answer ignore_issue(core& shared, http::request& about) {
    auto const on = open(shared, about);
    if (on.refusal) co_return *on.refusal;
    json::reader in(on.body->root());
    auto const substatus = in.optional_text("substatus", short_text).value_or("archived_until_escalating");
    auto const by = read_actor(in, payloads::actor::user);
    if (auto bad = in.problems()) co_return control_problem(*bad);
    co_return co_await told(shared, 200, *on.what, ignore(shared, *on.what, substatus, by));
}

answer assign_issue(core& shared, http::request& about) {
    auto const on = open(shared, about);
    if (on.refusal) co_return *on.refusal;
    json::reader in(on.body->root());
    person to;
    to.type = in.optional_word("type", {"user", "team"}).value_or(to.type);
    to.id = in.optional_text("id", {1, 19}).value_or(to.id);
    to.name = in.optional_text("name", short_text).value_or(to.name);
    to.email = in.optional_text("email", short_text).value_or(to.email);
    if (to.id.find_first_not_of("0123456789") != std::string::npos)
        in.reject("id", "must be a decimal number as text");
    auto const by = read_actor(in, payloads::actor::user);
    if (auto bad = in.problems()) co_return control_problem(*bad);
    co_return co_await told(shared, 200, *on.what, assign(shared, *on.what, to, by));
}

answer comment_on_issue(core& shared, http::request& about) {
    auto const on = open(shared, about);
    if (on.refusal) co_return *on.refusal;
    json::reader in(on.body->root());
    auto const action = in.optional_word("action", {"created", "updated", "deleted"}).value_or("created");
    payloads::comment said;
    said.id = in.optional_int("comment_id", 1, 9'000'000'000'000'000).value_or(1);
    said.text = in.optional_text("comment", {0, 8'000}).value_or("Looking into it");
    said.at = shared.world.now();
    if (auto bad = in.problems()) co_return control_problem(*bad);
    if (action == "created") ++on.what->comments;
    co_return co_await told(shared, 200, *on.what, tell_comment(shared, *on.what, said, action));
}

/// No webhook tells of it.
answer merge_issue(core& shared, http::request& about) {
    auto const on = open(shared, about);
    if (on.refusal) co_return *on.refusal;
    json::reader in(on.body->root());
    auto const named = in.required_text("into", short_text);
    if (auto bad = in.problems()) co_return control_problem(*bad);
    auto* const into = shared.world.issue_by(named);
    if (!into) co_return control_unknown("issue");
    auto const survivor = shared.world.merge(*on.what, *into);
    if (!survivor) co_return control_problem(survivor.error());
    co_return co_await told(shared, 200, **survivor, {});
}

answer fire_metric_alert(core& shared, http::request& about) {
    auto& world = shared.world;
    auto const* const org = world.organization_by(about.capture("organization"));
    if (!org) co_return control_unknown("organization");
    auto const body = control_body(about);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    payloads::metric_alert what;
    what.action = in.required_word("action", {"critical", "warning", "resolved", "open"});
    what.id = in.optional_text("id", {1, 19}).value_or("789");
    what.rule_id = in.optional_text("rule_id", {1, 19}).value_or("456");
    what.title = in.optional_text("title", short_text).value_or("Too many failed payments");
    what.text = in.optional_text("text", short_text).value_or("250 events in the last 10 minutes");
    what.projects = in.optional_texts("projects", 50, short_text).value_or(std::vector<std::string>{});
    what.at = world.now();
    what.started = in.optional_time("started").value_or(what.at);
    what.settings = read_settings(in);
    if (auto bad = in.problems()) co_return control_problem(*bad);
    auto hooks =
        webhooks_for(world, shared.base_url, *org, {}, "metric_alert", what.action, [&](auto const& where) {
            return payloads::metric_alert_fired(where, what);
        });
    auto const sent = co_await shared.hooks.send_all(std::move(hooks));
    json::writer out;
    out.begin_object();
    co_return control_done(200, std::move(out), sent);
}

}  // namespace

void write_issue_state(json::writer& out, state& world, issue const& what) {
    out.begin_object()
        .field("id", what.id)
        .field("short_id", what.short_id)
        .field("title", what.title)
        .field("organization", world.organization_by(what.organization_id)->slug)
        .field("project", world.project_of(what).slug)
        .field("level", what.level)
        .field("status", to_string(what.status))
        .field("substatus", what.substatus)
        .field("environment", what.environment)
        .field("release", what.release)
        .field("count", what.count)
        .field("assignee", what.assigned_to ? what.assigned_to->name : std::string())
        .field("first_seen", what.first_seen)
        .field("last_seen", what.last_seen)
        .field("last_event_id", what.events.back().id)
        .end_object();
}

void add_control_issue_routes(route_table& to, core& shared) {
    auto const add = [&](char const* pattern, answer (*handle)(core&, http::request&)) {
        add_control(to, shared, http::method::post, pattern, handle);
    };
    add("/control/organizations/{organization}/issues", create_issue);
    add("/control/organizations/{organization}/metric-alerts", fire_metric_alert);
    add("/control/issues/{issue}/events", add_event);
    add("/control/issues/{issue}/resolve", resolve_issue);
    add("/control/issues/{issue}/unresolve", unresolve_issue);
    add("/control/issues/{issue}/ignore", ignore_issue);
    add("/control/issues/{issue}/assign", assign_issue);
    add("/control/issues/{issue}/comments", comment_on_issue);
    add("/control/issues/{issue}/merge", merge_issue);
}

}  // namespace tocsin::sandbox

#include "control.hpp"
#include "issue_changes.hpp"
#include "occurrences.hpp"

#include <tocsin/base/encoding.hpp>
#include <tocsin/crypto/random.hpp>

#include <array>
#include <string>
#include <utility>

/// The control API of issues.
namespace tocsin::sandbox {

namespace {

constexpr json::length message_text{0, 8'000};

/// Titles of new issues, if the request has none.
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

/// Sends the webhooks and responds with the issue.
response_task send_and_respond(
    sandbox_context& context, int status, issue const& issue, std::vector<webhook> webhooks
) {
    json::writer out;
    out.begin_object().name("issue");
    write_issue_state(out, context.state, issue);
    auto const sent = co_await context.webhooks.send_all(std::move(webhooks));
    co_return control_done(status, std::move(out), sent);
}

/// What the detector of `kind` writes; for errors, one of the samples.
issue read_kind(json::reader& in, sentry_state const& state) {
    auto const name = in.optional_text("kind", short_text).value_or("error");
    auto const kind = parse_issue_kind(name);
    if (!kind) in.reject("kind", "must be error, performance, uptime, cron, feedback, metric, or test");
    auto out = draft_of(kind.value_or(issue_kind::error));
    if (out.kind != issue_kind::error) return out;
    auto const& sample = samples[state.issues.size() % samples.size()];
    out.title = sample.title;
    out.culprit = sample.culprit;
    return out;
}

void read_evidence(json::reader& in, issue& draft) {
    auto const listed = in.optional_value("evidence");
    if (!listed) return;
    draft.evidence.clear();
    for (std::size_t i = 0; i < listed->size(); ++i) {
        auto const element = listed->element(i);
        auto const text = [&](std::string_view name) {
            auto const member = element.find(name);
            return std::string(member ? member->as_string().value_or("") : "");
        };
        auto const important = element.find("important");
        draft.evidence.push_back(
            {text("name"), text("value"), important && important->as_bool().value_or(false)}
        );
    }
}

response_task create_issue(sandbox_context& context, http::request& request) {
    auto& state = context.state;
    auto const* const org = state.organization_by(request.capture("organization"));
    if (!org) co_return control_unknown("organization");
    auto const body = control_body(request);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    auto const project_name = in.required_text("project", short_text);
    auto draft = read_kind(in, state);
    draft.title = in.optional_text("title", {1, 8'000}).value_or(draft.title);
    draft.culprit = in.optional_text("culprit", optional_long_text).value_or(draft.culprit);
    draft.level = in.optional_word("level", {"fatal", "error", "warning", "info", "debug", "sample"})
                      .value_or(draft.level);
    draft.id = in.optional_text("id", {1, 19}).value_or("");
    draft.short_id = in.optional_text("short_id", short_text).value_or("");
    draft.environment = in.optional_text("environment", optional_long_text).value_or("production");
    draft.release = in.optional_text("release", optional_long_text).value_or("2026.3.1");
    read_evidence(in, draft);
    auto const announced = in.optional_bool("announced", is_announced(draft.kind));
    if (auto problem = in.problems()) co_return control_problem(*problem);
    auto* const project = state.project_by(*org, project_name);
    if (!project) co_return control_unknown("project");
    auto const created = state.add_issue(*project, std::move(draft));
    if (!created) co_return control_problem(created.error());
    auto webhooks = announced ? created_webhooks(context, **created) : std::vector<webhook>();
    co_return co_await send_and_respond(context, 201, **created, std::move(webhooks));
}

payloads::alert_rule read_rule(json::reader& in) {
    payloads::alert_rule out;
    out.label = in.optional_text("rule", optional_long_text).value_or("Notify the people on call");
    out.id = in.optional_int("rule_id", -1, 9'000'000'000'000'000).value_or(1);
    out.settings = read_settings(in);
    return out;
}

response_task create_event(sandbox_context& context, http::request& request) {
    auto* const issue = context.state.issue_by(request.capture("issue"));
    if (!issue) co_return control_unknown("issue");
    auto const body = control_body(request);
    if (!body) co_return control_problem(body.error());
    json::reader in(body->root());
    payloads::event_details event;
    event.event_id = in.optional_text("event_id", {32, 32}).value_or(to_hex(crypto::random_bytes(16)));
    event.at = in.optional_time("at").value_or(context.state.now());
    event.environment = in.optional_text("environment", optional_long_text).value_or(issue->environment);
    event.release = in.optional_text("release", optional_long_text).value_or(issue->release);
    event.level = in.optional_word("level", {"fatal", "error", "warning", "info", "debug", "sample"})
                      .value_or(issue->level);
    event.message = in.optional_text("message", message_text).value_or("");
    auto const rule = read_rule(in);
    auto const effect = in.optional_bool("regression", true) ? regression::reopens : regression::ignored;
    if (auto problem = in.problems()) co_return control_problem(*problem);
    auto webhooks = add_event(context, *issue, event, rule, effect);
    co_return co_await send_and_respond(context, 200, *issue, std::move(webhooks));
}

/// The issue of the path and the request's body, or the response that refuses them.
struct issue_call {
    sandbox::issue* issue = nullptr;
    std::optional<json::document> body;
    std::optional<http::response> refusal;
};
issue_call read_issue_call(sandbox_context& context, http::request const& request) {
    issue_call out;
    out.issue = context.state.issue_by(request.capture("issue"));
    if (!out.issue) {
        out.refusal = control_unknown("issue");
        return out;
    }
    auto body = control_body(request);
    if (body) {
        out.body = std::move(*body);
    } else {
        out.refusal = control_problem(body.error());
    }
    return out;
}

/// The actor, from `by`.
payloads::actor read_actor(json::reader& in, payloads::actor fallback) {
    auto const word = in.optional_word("by", {"user", "sentry", "application"});
    if (!word) return fallback;
    if (*word == "sentry") return payloads::actor::sentry;
    return *word == "user" ? payloads::actor::user : payloads::actor::application;
}

response_task resolve_issue(sandbox_context& context, http::request& request) {
    auto const call = read_issue_call(context, request);
    if (call.refusal) co_return *call.refusal;
    json::reader in(call.body->root());
    resolution how;
    how.release = in.optional_text("release", short_text).value_or("");
    how.commit = in.optional_text("commit", short_text).value_or("");
    auto const* const type = !how.release.empty() ? "in_release" : !how.commit.empty() ? "in_commit" : "now";
    how.type = in.optional_text("resolution_type", short_text).value_or(type);
    auto const actor = read_actor(in, payloads::actor::user);
    if (auto problem = in.problems()) co_return control_problem(*problem);
    co_return co_await send_and_respond(
        context, 200, *call.issue, resolve(context, *call.issue, std::move(how), actor)
    );
}

response_task unresolve_issue(sandbox_context& context, http::request& request) {
    auto const call = read_issue_call(context, request);
    if (call.refusal) co_return *call.refusal;
    json::reader in(call.body->root());
    auto const substatus = in.optional_text("substatus", short_text).value_or("regressed");
    auto const actor = read_actor(in, payloads::actor::sentry);
    if (auto problem = in.problems()) co_return control_problem(*problem);
    co_return co_await send_and_respond(
        context, 200, *call.issue, unresolve(context, *call.issue, substatus, actor)
    );
}

response_task ignore_issue(sandbox_context& context, http::request& request) {
    auto const call = read_issue_call(context, request);
    if (call.refusal) co_return *call.refusal;
    json::reader in(call.body->root());
    auto const substatus = in.optional_text("substatus", short_text).value_or("archived_until_escalating");
    auto const actor = read_actor(in, payloads::actor::user);
    if (auto problem = in.problems()) co_return control_problem(*problem);
    co_return co_await send_and_respond(
        context, 200, *call.issue, ignore(context, *call.issue, substatus, actor)
    );
}

response_task assign_issue(sandbox_context& context, http::request& request) {
    auto const call = read_issue_call(context, request);
    if (call.refusal) co_return *call.refusal;
    json::reader in(call.body->root());
    person assignee;
    assignee.type = in.optional_word("type", {"user", "team"}).value_or(assignee.type);
    assignee.id = in.optional_text("id", {1, 19}).value_or(assignee.id);
    assignee.name = in.optional_text("name", short_text).value_or(assignee.name);
    assignee.email = in.optional_text("email", short_text).value_or(assignee.email);
    if (assignee.id.find_first_not_of("0123456789") != std::string::npos)
        in.reject("id", "must be a decimal number as text");
    auto const actor = read_actor(in, payloads::actor::user);
    if (auto problem = in.problems()) co_return control_problem(*problem);
    co_return co_await send_and_respond(
        context, 200, *call.issue, assign(context, *call.issue, assignee, actor)
    );
}

/// Sentry sends no webhook about it, as about all of the following changes.
response_task unassign_issue(sandbox_context& context, http::request& request) {
    auto const call = read_issue_call(context, request);
    if (call.refusal) co_return *call.refusal;
    call.issue->assigned_to.reset();
    co_return co_await send_and_respond(context, 200, *call.issue, {});
}

response_task recover_issue(sandbox_context& context, http::request& request) {
    auto const call = read_issue_call(context, request);
    if (call.refusal) co_return *call.refusal;
    recover(*call.issue);
    co_return co_await send_and_respond(context, 200, *call.issue, {});
}

response_task delete_issue(sandbox_context& context, http::request& request) {
    auto const* const issue = context.state.issue_by(request.capture("issue"));
    if (!issue) co_return control_unknown("issue");
    context.state.remove(*issue);
    json::writer out;
    out.begin_object();
    co_return control_done(200, std::move(out));
}

response_task comment_on_issue(sandbox_context& context, http::request& request) {
    auto const call = read_issue_call(context, request);
    if (call.refusal) co_return *call.refusal;
    json::reader in(call.body->root());
    auto const action = in.optional_word("action", {"created", "updated", "deleted"}).value_or("created");
    payloads::comment comment;
    comment.id = in.optional_int("comment_id", 1, 9'000'000'000'000'000).value_or(1);
    comment.text = in.optional_text("comment", message_text).value_or("Looking into it");
    // The comment's own time, which a change of its text leaves alone.
    auto const written = call.issue->comment_times.find(comment.id);
    auto const known = action != "created" && written != call.issue->comment_times.end();
    comment.at = in.optional_time("at").value_or(known ? written->second : context.state.now());
    if (auto problem = in.problems()) co_return control_problem(*problem);
    call.issue->comment_times[comment.id] = comment.at;
    if (action == "created") ++call.issue->comments;
    co_return co_await send_and_respond(
        context, 200, *call.issue, comment_webhooks(context, *call.issue, comment, action)
    );
}

response_task add_issue_activity(sandbox_context& context, http::request& request) {
    auto const call = read_issue_call(context, request);
    if (call.refusal) co_return *call.refusal;
    json::reader in(call.body->root());
    payloads::activity activity;
    activity.type = in.required_text("type", short_text);
    activity.summary = in.optional_text("summary", message_text).value_or("");
    activity.pull_requests =
        in.optional_texts("pull_requests", 20, short_text).value_or(std::vector<std::string>());
    if (auto name = in.optional_text("user", short_text)) {
        activity.user.emplace();
        activity.user->name = std::move(*name);
        activity.user->email = in.optional_text("username", short_text).value_or(activity.user->email);
    }
    auto const rule = read_rule(in);
    if (auto problem = in.problems()) co_return control_problem(*problem);
    co_return co_await send_and_respond(
        context, 200, *call.issue, add_activity(context, *call.issue, activity, rule)
    );
}

/// Sentry sends no webhook about it, either.
response_task merge_issue(sandbox_context& context, http::request& request) {
    auto const call = read_issue_call(context, request);
    if (call.refusal) co_return *call.refusal;
    json::reader in(call.body->root());
    auto const target_id = in.required_text("into", short_text);
    if (auto problem = in.problems()) co_return control_problem(*problem);
    auto* const target = context.state.issue_by(target_id);
    if (!target) co_return control_unknown("issue");
    auto const merged = context.state.merge(*call.issue, *target);
    if (!merged) co_return control_problem(merged.error());
    co_return co_await send_and_respond(context, 200, **merged, {});
}

}  // namespace

void write_issue_state(json::writer& out, sentry_state& state, issue const& issue) {
    out.begin_object()
        .field("id", issue.id)
        .field("short_id", issue.short_id)
        .field("title", issue.title)
        .field("kind", names_of(issue.kind).name)
        .field("organization", state.organization_by(issue.organization_id)->slug)
        .field("project", state.project_of(issue).slug)
        .field("level", issue.level)
        .field("status", to_string(issue.status))
        .field("substatus", issue.substatus)
        .field("environment", issue.environment)
        .field("release", issue.release)
        .field("count", issue.count)
        .field("assignee", issue.assigned_to ? issue.assigned_to->name : std::string())
        .field("first_seen", issue.first_seen)
        .field("last_seen", issue.last_seen)
        .field("last_event_id", issue.events.back().id)
        .end_object();
}

void add_control_issue_routes(route_table& table, sandbox_context& context) {
    auto const add = [&](char const* pattern, control_handler handle) {
        add_control_route(table, context, http::method::post, pattern, handle);
    };
    add("/control/organizations/{organization}/issues", create_issue);
    add("/control/issues/{issue}/events", create_event);
    add("/control/issues/{issue}/resolve", resolve_issue);
    add("/control/issues/{issue}/unresolve", unresolve_issue);
    add("/control/issues/{issue}/ignore", ignore_issue);
    add("/control/issues/{issue}/assign", assign_issue);
    add("/control/issues/{issue}/unassign", unassign_issue);
    add("/control/issues/{issue}/recover", recover_issue);
    add("/control/issues/{issue}/comments", comment_on_issue);
    add("/control/issues/{issue}/activities", add_issue_activity);
    add("/control/issues/{issue}/merge", merge_issue);
    add_control_route(table, context, http::method::delete_, "/control/issues/{issue}", delete_issue);
}

}  // namespace tocsin::sandbox

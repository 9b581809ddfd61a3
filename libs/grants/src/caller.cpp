#include "grant_store.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/grants/answer_rules.hpp>
#include <tocsin/grants/caller.hpp>
#include <tocsin/json/writer.hpp>

#include <array>
#include <utility>

namespace tocsin::grants {

namespace {

/// Of one integration. Sentry's service allows 25 for all that an organization's tokens do.
constexpr std::size_t max_concurrent_calls = 8;
constexpr std::chrono::seconds max_wait{20};

constexpr std::string_view calls_total = "tocsin_grant_calls_total";

std::string how_to_grant_scope(integrations::mode mode) {
    switch (mode) {
        case integrations::mode::internal:
            return "Add it to the internal integration in Sentry (Settings, Developer Settings), and try again.";
        case integrations::mode::public_:
            return "Your Tocsin operator adds it to the app in Sentry; then an admin accepts the app's new permissions there and reconnects the integration.";
        case integrations::mode::oauth:
            return "Connections by OAuth have read permissions only: connect with the app or an internal integration of Sentry to make changes.";
    }
    return {};
}

error missing_scope(std::string_view scope, integrations::mode mode) {
    return {
        errc::missing_scope,
        "The integration does not have the permission " + std::string(scope) + " in Sentry. " +
            how_to_grant_scope(mode)
    };
}

error no_such_thing(planned_call const& call) {
    auto const* const what =
        call.captured("version").empty()
            ? "Sentry does not have this issue or event, or the grant does not include its project."
            : "Sentry does not have this release, or the grant does not include its projects.";
    return {errc::not_found, what};
}

error too_many_calls(std::chrono::seconds wait, int per_minute) {
    return {
        errc::rate_limited,
        "This grant allows " + std::to_string(per_minute) + " calls per minute. Try again in " +
            std::to_string(wait.count()) + " s.",
        {},
        wait
    };
}

std::string arguments_of(planned_call const& call) {
    if (!call.writes()) return {};
    json::writer out;
    out.begin_object();
    for (auto const* fields : {&call.captures, &call.body})
        for (auto const& [name, value] : *fields) out.field(name, value);
    return out.end_object().take();
}

std::string project_of(planned_call const& call) {
    auto project = std::string(call.captured("project"));
    for (auto const& [name, value] : call.query)
        if (name == "project") project += (project.empty() ? "" : ",") + value;
    return project;
}

recorded_call record_of(identity::principal const& who, result<planned_call> const& planned, timestamp now) {
    recorded_call record;
    record.id = crypto::uuid_v7(now);
    record.caller = who.user ? who.email : who.name;
    record.request_id = who.request_id;
    if (!planned) return record;
    record.operation = planned->name();
    record.project = project_of(*planned);
    record.arguments = arguments_of(*planned);
    return record;
}

/// The record of a call that only reads may be lost if the database crashes in the next moment.
commit_mode commit_of(result<planned_call> const& planned) {
    bool const only_reads = planned && !planned->writes();
    return only_reads ? commit_mode::without_waiting : commit_mode::durable;
}

/// The only headers of Sentry that are passed on.
http::fields passed_on(http::fields const& from, bool is_restricted) {
    constexpr std::array names{
        std::string_view("Link"),
        std::string_view("Retry-After"),
        std::string_view("X-Sentry-Rate-Limit-Limit"),
        std::string_view("X-Sentry-Rate-Limit-Remaining"),
        std::string_view("X-Sentry-Rate-Limit-Reset"),
        std::string_view("X-Sentry-Rate-Limit-ConcurrentLimit"),
        std::string_view("X-Sentry-Rate-Limit-ConcurrentRemaining"),
    };
    http::fields kept;
    for (auto const name : names)
        if (auto const value = from.find(name)) kept.add(name, *value);
    // A total of all projects would say something about those that the grant does not include.
    if (auto const hits = from.find("X-Hits"); hits && !is_restricted) kept.add("X-Hits", *hits);
    return kept;
}

bool is_success(int status) noexcept {
    return status >= 200 && status <= 299;
}

bool is_about_one_thing(planned_call const& call) {
    return !call.captured("issue").empty() || !call.captured("version").empty();
}

}  // namespace

struct caller::admitted {
    usable_grant used;
    planned_call planned;
    recorded_call record;
    result<integrations::stored_access> access;
    std::optional<approval_id> approval = {};

    sentry_scope scope() const { return {used.sentry_org_id, used.sentry_org_slug, used.grant.projects}; }
};

caller::caller(db::pool& pool, integrations::api_caller& sentry, observe::metrics& metrics, clock const& time)
    : pool_(pool),
      sentry_(sentry),
      metrics_(metrics),
      clock_(time),
      gate_(std::make_shared<fair_gate>(max_concurrent_calls)) {
    metrics_.declare_counter(
        std::string(calls_total), "Calls of Sentry through grants, by operation and result."
    );
    for (auto const& each : operations())
        for (auto const result :
             {call_result::answered, call_result::refused, call_result::failed, call_result::asked})
            metrics_.count(calls_total, {{"operation", each.name}, {"result", to_string(result)}}, 0);
    metrics_.count(calls_total, {{"operation", "none"}, {"result", "refused"}}, 0);
}

void caller::count(std::string_view operation, call_result result) {
    // A change with the fields of two operations counts as the first.
    auto const name = operation.substr(0, operation.find(','));
    metrics_.count(calls_total, {{"operation", name.empty() ? "none" : name}, {"result", to_string(result)}});
}

async::task<result<caller::admitted>> caller::admit(
    organization_id org, identity::principal who, grant_id id, result<planned_call> planned, consent of_person
) {
    auto const now = clock_.now();
    co_return co_await pool_.transact(
        identity::tenant_of(org, who),
        [=, host = sentry_.sentry()](db::transaction& tx) -> result<admitted> {
            auto used = find_usable_grant(tx, org, id, commit_of(planned));
            if (!used) return used.error();
            auto record = record_of(who, planned, now);
            auto const refuse = [&](error why) {
                record.result = call_result::refused;
                record.detail = why.detail;
                insert_call(tx, org, id, record);
                return why;
            };
            if (!used->grant.holder.is(who.user, who.token))
                return refuse({errc::not_granted, "Only the holder of this grant can use it."});
            if (!planned) return refuse(planned.error());
            sentry_scope const scope{used->sentry_org_id, used->sentry_org_slug, used->grant.projects};
            auto const permitted = permit(used->grant, scope, *planned, now);
            if (!permitted) return refuse(permitted.error());
            auto const& first = *planned->operations.front();
            // Sentry does not report the scopes of an internal integration's token.
            bool const knows_scopes = used->mode != integrations::mode::internal && !used->scopes.empty();
            if (knows_scopes && !has_scope(used->scopes, first.scope))
                return refuse(missing_scope(first.scope, used->mode));
            bool const asks = *permitted == verdict::needs_approval && of_person == consent::not_given;
            if (asks) record.result = call_result::asked;
            if (auto const wait = insert_counted_call(tx, org, id, record))
                return refuse(too_many_calls(*wait, used->grant.per_minute));
            std::optional<approval_id> asked;
            if (asks) asked = ask_for_approval(tx, org, id, who, *planned, {crypto::uuid_v7(now)});
            auto access = integrations::find_stored_access(tx, org, used->grant.integration, host);
            return admitted{std::move(*used), *planned, std::move(record), std::move(access), asked};
        }
    );
}

/// Sentry's own response, or an error for the caller.
async::task<result<sentry::api_response>> caller::send(
    organization_id org, admitted const& call, sentry::api_request request
) {
    if (!call.access) co_return call.access.error();
    auto answered = co_await sentry_.call(org, call.used.grant.integration, *call.access, std::move(request));
    if (!answered) co_return answered.error();
    if (*answered) co_return std::move(**answered);
    auto const& why = answered->error();
    if (why.lacks_permission) co_return missing_scope(call.planned.operations.front()->scope, call.used.mode);
    auto failed = sentry::to_error(why, "to execute " + call.planned.name());
    if (why.kind == sentry::failure_kind::rate_limited) failed.code = errc::rate_limited;
    failed.retry_after = why.retry_after.value_or(std::chrono::seconds(0));
    co_return failed;
}

async::task<result<call_answer>> caller::ask(organization_id org, admitted const& call) {
    auto const& grant = call.used.grant;
    auto const turn =
        co_await gate_->enter(grant.integration, grant.id, std::chrono::steady_clock::now() + max_wait);
    if (!turn)
        co_return error{
            errc::rate_limited,
            "Too many calls to Sentry are waiting. Try again in a moment.",
            {},
            std::chrono::seconds(5)
        };
    auto const scope = call.scope();
    auto const kind = call.planned.operations.front()->answer;
    if (auto check = check_before(call.planned, scope)) {
        auto const found = co_await send(org, call, std::move(check->request));
        if (!found) co_return found.error();
        if (found->status == 429) co_return call_answer{429, passed_on(found->headers, true), found->body};
        if (!is_success(found->status) || !restrict_answer(check->answer, found->body, scope))
            co_return no_such_thing(call.planned);
    }
    auto response = co_await send(org, call, request_of(call.planned, scope));
    if (!response) co_return response.error();
    bool const hides = scope.is_restricted() && is_about_one_thing(call.planned);
    if (hides && response->status == 404) co_return no_such_thing(call.planned);
    call_answer answer{response->status, passed_on(response->headers, scope.is_restricted()), {}};
    answer.body = std::move(response->body);
    if (!is_success(answer.status)) co_return answer;
    auto restricted = restrict_answer(kind, std::move(answer.body), scope);
    if (!restricted && hides) co_return no_such_thing(call.planned);
    if (!restricted)
        co_return error{errc::unavailable, "Sentry's response cannot be used. Try again in a minute."};
    answer.body = std::move(*restricted);
    co_return answer;
}

async::task<result<call_answer>> caller::call(
    organization_id org, identity::principal who, grant_id id, result<planned_call> planned
) {
    return make(org, std::move(who), id, std::move(planned), consent::not_given);
}

async::task<result<call_answer>> caller::call_approved(
    organization_id org, identity::principal who, grant_id id, result<planned_call> planned
) {
    return make(org, std::move(who), id, std::move(planned), consent::given);
}

async::task<result<call_answer>> caller::make(
    organization_id org, identity::principal who, grant_id id, result<planned_call> planned, consent of_person
) {
    auto const started = std::chrono::steady_clock::now();
    auto admission = co_await admit(org, who, id, planned, of_person);
    if (!admission) {
        if (admission.error().code != errc::not_found)
            count(planned ? planned->name() : std::string(), call_result::refused);
        co_return admission.error();
    }
    if (admission->approval) {
        count(admission->record.operation, call_result::asked);
        co_return call_answer{202, {}, {}, admission->approval};
    }
    auto answer = co_await ask(org, *admission);
    auto record = admission->record;
    record.result = answer ? call_result::answered : call_result::failed;
    if (answer) record.status = answer->status;
    if (answer) record.bytes = static_cast<std::int64_t>(answer->body.size());
    if (!answer) record.detail = answer.error().detail;
    record.duration_ms = static_cast<int>(
        std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started).count()
    );
    count(record.operation, record.result);
    co_await pool_.transact(org, [=, commit = commit_of(admission->planned)](db::transaction& tx) {
        complete_call(tx, org, record, commit);
    });
    co_return answer;
}

}  // namespace tocsin::grants

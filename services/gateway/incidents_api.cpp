#include "gateway/incidents_api.hpp"

#include "gateway/body.hpp"
#include "gateway/paging.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/json/reader.hpp>
#include <tocsin/json/writer.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace tocsin::gateway {

namespace {

using incidents::incident;
using incidents::person_action;

constexpr json::length note_length{1, 10'000};

std::optional<std::string> or_null(std::string const& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

std::optional<std::int64_t> read_number(std::string_view text) {
    auto const number = whole_number(text);
    return number && *number > 0 ? number : std::nullopt;
}

error no_incident() {
    return {errc::not_found, "There is no such incident."};
}

void write_source(json::writer& out, incident const& of) {
    if (!of.source_id) {
        out.field("source", nullptr);
        return;
    }
    out.name("source")
        .begin_object()
        .field("kind", of.source_kind)
        .field("sentry_id", of.source_id)
        .field("short_id", or_null(of.state.short_id));
    out.field("url", or_null(of.state.url)).name("project");
    if (of.project_id || of.project_slug)
        out.begin_object().field("id", of.project_id).field("slug", of.project_slug).end_object();
    else
        out.null();
    out.end_object();
}

void write_incident(json::writer& out, incident const& of) {
    auto const& state = of.state;
    out.begin_object()
        .field("number", of.number)
        .field("title", state.title)
        .field("status", to_string(state.status))
        .field("severity", to_string(state.severity))
        .field("severity_pinned", state.severity_pinned);
    out.name("service")
        .begin_object()
        .field("id", of.state.service.str())
        .field("slug", of.service_slug)
        .field("name", of.service_name)
        .end_object();
    out.field("integration_id", of.integration ? std::optional(of.integration->str()) : std::nullopt);
    write_source(out, of);
    out.field("environment", or_null(state.environment))
        .field("release", or_null(state.release))
        .field("level", or_null(state.level))
        .field("opened_at", of.opened_at)
        .field("acknowledged_at", state.acknowledged_at)
        .field("resolved_at", state.resolved_at)
        .field(
            "resolution",
            state.resolution ? std::optional(std::string(to_string(*state.resolution))) : std::nullopt
        )
        .field("last_seen_at", state.last_seen_at)
        .field("occurrences", state.occurrences)
        .field("assignee", or_null(state.assignee))
        .field("reopened_count", state.reopened_count)
        .field("version", of.version);
    out.name("context")
        .begin_object()
        .field("culprit", or_null(state.culprit))
        .field("previous_number", of.previous_number)
        .name("last_resolution");
    if (auto const& past = of.last_resolution)
        out.begin_object()
            .field("number", past->number)
            .field("at", past->at)
            .field("by", past->by)
            .field("note", or_null(past->note))
            .field("release", or_null(past->release))
            .end_object();
    else
        out.null();
    out.end_object();
    out.end_object();
}

http::response incident_answer(incident const& of, int status = 200) {
    json::writer out;
    write_incident(out, of);
    return http::response::json(status, out.take());
}

void write_entry(json::writer& out, incidents::timeline_entry const& of) {
    out.begin_object().field("id", std::to_string(of.id)).field("at", of.at).field("kind", of.kind);
    out.name("actor").begin_object().field("type", of.actor_type).field("name", of.actor_name).end_object();
    out.field("from", of.from).field("to", of.to).field("text", of.text);
    out.field("delivery_id", of.delivery ? std::optional(of.delivery->str()) : std::nullopt);
    out.name("data").begin_object().end_object().end_object();
}

incidents::actor actor_of(identity::principal const& who) {
    return {who.user ? incidents::actor_kind::user : incidents::actor_kind::system, who.name, who.user};
}

/// `me` and `none` stand for the one who asks and for nobody.
result<void> read_assignee(call& by, incidents::incident_filter& into) {
    into.assignee = query_text(by.request, "assignee");
    if (into.assignee == "none") {
        into.assignee.reset();
        into.unassigned = true;
    } else if (into.assignee == "me") {
        if (by.who.email.empty()) return bad_query("assignee", "of a token there is no me");
        into.assignee = by.who.email;
    }
    return {};
}

result<incidents::incident_filter> read_filter(call& by, page const& wanted) {
    auto const& request = by.request;
    incidents::incident_filter filter;
    filter.statuses = query_list(request, "status");
    filter.severities = query_list(request, "severity");
    filter.services = query_list(request, "service");
    if (auto const fine = read_assignee(by, filter); !fine) return fine.error();
    filter.query = query_text(request, "q");
    filter.limit = wanted.limit + 1;
    if (auto const fine = check_words("status", filter.statuses, {"open", "acknowledged", "resolved"}); !fine)
        return fine.error();
    if (auto const fine =
            check_words("severity", filter.severities, {"critical", "error", "warning", "info"});
        !fine)
        return fine.error();
    if (auto const text = query_text(request, "integration")) {
        filter.integration = integration_id::parse(*text);
        if (!filter.integration) return bad_query("integration", "must be a UUID");
    }
    if (filter.query && filter.query->size() > 200) return bad_query("q", "must have at most 200 characters");
    auto const since = query_time(request, "since");
    if (!since) return since.error();
    auto const until = query_time(request, "until");
    if (!until) return until.error();
    filter.since = *since;
    filter.until = *until;
    if (wanted.cursor) {
        filter.before = read_number(*wanted.cursor);
        if (!filter.before) return bad_cursor();
    }
    return filter;
}

class incidents_api {
public:
    explicit incidents_api(incidents::incident_service& service) : service_(service) {}

    async::task<result<http::response>> list(call& by) {
        auto const wanted = read_page(by.request);
        if (!wanted) co_return wanted.error();
        auto filter = read_filter(by, *wanted);
        if (!filter) co_return filter.error();
        auto const items = co_await service_.list(by.organization(), std::move(*filter));
        co_return key_page(*wanted, items, write_incident, [](incident const& last) {
            return std::to_string(last.number);
        });
    }

    async::task<result<http::response>> summary(call& by) {
        auto const since = query_time(by.request, "since");
        if (!since) co_return since.error();
        auto const until = query_time(by.request, "until");
        if (!until) co_return until.error();
        auto const found = co_await service_.summarize(by.organization(), *since, *until);
        if (!found) co_return found.error();
        json::writer out;
        out.begin_object()
            .field("since", found->since)
            .field("until", found->until)
            .name("days")
            .begin_array();
        for (auto const& day : found->days)
            out.begin_object()
                .field("date", day.date)
                .field("opened", day.opened)
                .field("resolved", day.resolved)
                .end_object();
        out.end_array().name("services").begin_array();
        for (auto const& each : found->services) {
            out.begin_object().name("service").begin_object();
            out.field("id", each.service.str())
                .field("slug", each.slug)
                .field("name", each.name)
                .end_object();
            out.field("opened", each.opened)
                .field("still_open", each.still_open)
                .field("acknowledged_after_seconds", each.acknowledged_after)
                .field("resolved_after_seconds", each.resolved_after)
                .end_object();
        }
        co_return http::response::json(200, out.end_array().end_object().take());
    }

    async::task<result<http::response>> show(call& by) {
        auto const number = read_number(by.capture("number"));
        if (!number) co_return no_incident();
        auto const found = co_await service_.find(by.organization(), *number);
        if (!found) co_return found.error();
        co_return incident_answer(*found);
    }

    async::task<result<http::response>> timeline(call& by) {
        auto const number = read_number(by.capture("number"));
        if (!number) co_return no_incident();
        auto const wanted = read_page(by.request);
        if (!wanted) co_return wanted.error();
        std::int64_t after = 0;
        if (wanted->cursor) {
            auto const key = read_number(*wanted->cursor);
            if (!key) co_return bad_cursor();
            after = *key;
        }
        auto const entries = co_await service_.timeline(by.organization(), *number, after, wanted->limit + 1);
        if (!entries) co_return entries.error();
        co_return key_page(*wanted, *entries, write_entry, [](incidents::timeline_entry const& last) {
            return std::to_string(last.id);
        });
    }

    async::task<result<http::response>> act(call& by, person_action action) {
        auto const number = read_number(by.capture("number"));
        if (!number) co_return no_incident();
        auto const body = read_object(by.request);
        if (!body) co_return body.error();
        json::reader in(body->root());
        auto note = in.optional_text("note", note_length);
        if (auto bad = in.problems()) co_return *bad;
        auto const after =
            co_await service_.act(by.organization(), *number, action, actor_of(by.who), std::move(note));
        if (!after) co_return after.error();
        co_return incident_answer(*after);
    }

    async::task<result<http::response>> assign(call& by) {
        auto const number = read_number(by.capture("number"));
        if (!number) co_return no_incident();
        auto const body = read_object(by.request);
        if (!body) co_return body.error();
        json::reader in(body->root());
        if (!in.has("assignee")) in.reject("assignee", "is required: an e-mail address, or null");
        auto assignee = in.optional_text("assignee", {3, 320});
        auto note = in.optional_text("note", note_length);
        if (auto bad = in.problems()) co_return *bad;
        auto const after = co_await service_.assign(
            by.organization(), *number, std::move(assignee), actor_of(by.who), std::move(note)
        );
        if (!after) co_return after.error();
        co_return incident_answer(*after);
    }

    async::task<result<http::response>> edit(call& by) {
        auto const number = read_number(by.capture("number"));
        if (!number) co_return no_incident();
        auto const body = read_object(by.request);
        if (!body) co_return body.error();
        json::reader in(body->root());
        incidents::incident_edit how;
        how.severity = read_severity(in);
        how.title = in.optional_text("title", {1, 500});
        how.service = read_service(in, in.optional_text("service_id", {36, 36}));
        if (auto bad = in.problems()) co_return *bad;
        if (!how.severity && !how.title && !how.service)
            co_return error{errc::invalid, "Nothing to change: give severity, title or service_id."};
        auto const after =
            co_await service_.edit(by.organization(), *number, std::move(how), actor_of(by.who));
        if (!after) co_return after.error();
        co_return incident_answer(*after);
    }

    async::task<result<http::response>> open(call& by) {
        auto const body = read_object(by.request);
        if (!body) co_return body.error();
        json::reader in(body->root());
        incidents::manual_incident what;
        what.title = in.required_text("title", {1, 500});
        what.service = read_service(in, in.required_text("service_id", {36, 36})).value_or(service_id{});
        what.severity = read_severity(in).value_or(incidents::severity::error);
        what.note = in.optional_text("note", note_length);
        if (auto bad = in.problems()) co_return *bad;
        auto const made = co_await service_.open(by.organization(), std::move(what), actor_of(by.who));
        if (!made) co_return made.error();
        co_return incident_answer(*made, 201);
    }

    /// Each number for itself: what is impossible for one hinders no other.
    async::task<result<http::response>> bulk(call& by) {
        auto const body = read_object(by.request);
        if (!body) co_return body.error();
        json::reader in(body->root());
        auto const numbers = read_numbers(in);
        auto const action =
            in.required_word("action", {"acknowledge", "unacknowledge", "resolve", "reopen", "assign"});
        if (action == "assign" && !in.has("assignee"))
            in.reject("assignee", "is required: an e-mail address, or null");
        auto const assignee = in.optional_text("assignee", {3, 320});
        auto const note = in.optional_text("note", note_length);
        if (auto bad = in.problems()) co_return *bad;
        json::writer out;
        out.begin_object().name("items").begin_array();
        for (auto const number : numbers) {
            auto const after =
                action == "assign"
                    ? co_await service_.assign(by.organization(), number, assignee, actor_of(by.who), note)
                    : co_await service_.act(
                          by.organization(), number, action_of(action), actor_of(by.who), note
                      );
            out.begin_object().field("number", number).field("ok", after.has_value());
            if (after)
                out.field("status", to_string(after->state.status));
            else
                out.field("code", to_string(after.error().code)).field("detail", after.error().detail);
            out.end_object();
        }
        co_return http::response::json(200, out.end_array().end_object().take());
    }

    async::task<result<http::response>> add_note(call& by) {
        auto const number = read_number(by.capture("number"));
        if (!number) co_return no_incident();
        auto const body = read_object(by.request);
        if (!body) co_return body.error();
        json::reader in(body->root());
        auto text = in.required_text("text", note_length);
        if (auto bad = in.problems()) co_return *bad;
        auto const made =
            co_await service_.add_note(by.organization(), *number, actor_of(by.who), std::move(text));
        if (!made) co_return made.error();
        json::writer out;
        write_entry(out, *made);
        co_return http::response::json(201, out.take());
    }

private:
    static person_action action_of(std::string_view word) {
        if (word == "acknowledge") return person_action::acknowledge;
        if (word == "unacknowledge") return person_action::unacknowledge;
        return word == "resolve" ? person_action::resolve : person_action::reopen;
    }

    static std::optional<incidents::severity> read_severity(json::reader& in) {
        auto const word = in.optional_word("severity", {"critical", "error", "warning", "info"});
        return word ? incidents::parse_severity(*word) : std::nullopt;
    }

    static std::vector<std::int64_t> read_numbers(json::reader& in) {
        constexpr std::size_t most = 200;
        std::vector<std::int64_t> numbers;
        auto const list = in.optional_value("numbers");
        if (!list || list->kind() != json::kind::array || list->size() == 0 || list->size() > most) {
            in.reject("numbers", "must be a list of 1 to 200 incident numbers");
            return numbers;
        }
        for (std::size_t i = 0; i < list->size(); ++i) {
            auto const number = list->element(i).as_int64();
            if (!number || *number < 1)
                in.reject("numbers[" + std::to_string(i) + "]", "must be the number of an incident");
            else if (std::find(numbers.begin(), numbers.end(), *number) == numbers.end())
                numbers.push_back(*number);
        }
        return numbers;
    }

    incidents::incident_service& service_;
};

}  // namespace

endpoints incident_endpoints(incidents::incident_service& service) {
    using http::body_kind;
    using http::method;
    using identity::permission;
    std::string const all = "/api/v1/orgs/{org}/incidents";
    std::string const one = all + "/{number}";
    auto const api = std::make_shared<incidents_api>(service);
    auto const acting = [api](person_action action) {
        return [api, action](call& by) { return api->act(by, action); };
    };
    return {
        {method::get, all, permission::view, [api](call& by) { return api->list(by); }},
        {method::post, all, permission::respond, [api](call& by) { return api->open(by); }, body_kind::json},
        {method::post,
         all + "/bulk",
         permission::respond,
         [api](call& by) { return api->bulk(by); },
         body_kind::json},
        {method::get, all + "/summary", permission::view, [api](call& by) { return api->summary(by); }},
        {method::get, one, permission::view, [api](call& by) { return api->show(by); }},
        {method::patch, one, permission::respond, [api](call& by) { return api->edit(by); }, body_kind::json},
        {method::post,
         one + "/assign",
         permission::respond,
         [api](call& by) { return api->assign(by); },
         body_kind::json},
        {method::get, one + "/timeline", permission::view, [api](call& by) { return api->timeline(by); }},
        {method::post,
         one + "/acknowledge",
         permission::respond,
         acting(person_action::acknowledge),
         body_kind::optional_json},
        {method::post,
         one + "/unacknowledge",
         permission::respond,
         acting(person_action::unacknowledge),
         body_kind::optional_json},
        {method::post,
         one + "/resolve",
         permission::respond,
         acting(person_action::resolve),
         body_kind::optional_json},
        {method::post,
         one + "/reopen",
         permission::respond,
         acting(person_action::reopen),
         body_kind::optional_json},
        {method::post,
         one + "/notes",
         permission::respond,
         [api](call& by) { return api->add_note(by); },
         body_kind::json},
    };
}

}  // namespace tocsin::gateway

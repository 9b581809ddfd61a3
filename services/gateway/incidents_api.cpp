#include "gateway/incidents_api.hpp"

#include "gateway/endpoint_list.hpp"
#include "gateway/incident_json.hpp"
#include "gateway/json_response.hpp"
#include "gateway/paging.hpp"
#include "gateway/request_query.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace tocsin::gateway {

namespace {

using incidents::incident_edit;
using incidents::incident_filter;
using incidents::manual_incident;
using incidents::person_action;

constexpr json::length note_length{1, 10'000};
constexpr json::length assignee_length{3, 320};
constexpr json::length title_length{1, 500};

/// `me` is the user who asks, and `none` stands for incidents without an assignee.
result<void> read_assignee(request_context const& ctx, incident_filter& filter) {
    auto assignee = query_text(ctx.request, "assignee");
    if (assignee == "none") {
        filter.unassigned = true;
        return {};
    }
    if (assignee == "me") {
        if (ctx.principal.email.empty())
            return bad_query("assignee", "cannot be me for an API token, which has no email address");
        assignee = ctx.principal.email;
    }
    filter.assignee = std::move(assignee);
    return {};
}

input<incident_filter> incident_query() {
    return query_fields<incident_filter>()
        .list("status", &incident_filter::statuses, words_of(incidents::status_names))
        .list("severity", &incident_filter::severities, words_of(incidents::severity_names))
        .list("service", &incident_filter::services)
        .id("integration", &incident_filter::integration)
        .custom("assignee", {}, read_assignee)
        .text("q", &incident_filter::query, 2'000)
        .time("since", &incident_filter::since)
        .time("until", &incident_filter::until)
        .as_input();
}

struct period {
    std::optional<timestamp> since;
    std::optional<timestamp> until;
};

input<period> period_query() {
    return query_fields<period>().time("since", &period::since).time("until", &period::until).as_input();
}

input<std::int64_t> number_in_path() {
    return {[](request_context& ctx) -> result<std::int64_t> {
        auto const number = whole_number(ctx.request.capture("number"));
        if (number && *number > 0) return *number;
        return error{errc::not_found, "There is no such incident."};
    }};
}

struct transition {
    std::optional<std::string> note;
};

input<transition> transition_body() {
    return body_fields<transition>().optional("note", &transition::note, text{note_length}).as_input();
}

struct assignment {
    std::optional<std::string> assignee;  ///< nothing: unassign
    std::optional<std::string> note;
};

input<assignment> assignment_body() {
    return body_fields<assignment>()
        .required_nullable("assignee", &assignment::assignee, text{assignee_length})
        .optional("note", &assignment::note, text{note_length})
        .as_input();
}

input<incident_edit> incident_edit_body() {
    return body_fields<incident_edit>()
        .optional("severity", &incident_edit::severity, choice(incidents::severity_names))
        .optional("title", &incident_edit::title, text{title_length})
        .optional("service_id", &incident_edit::service, id_text<service_id>{})
        .at_least_one()
        .as_input();
}

input<manual_incident> manual_incident_body() {
    return body_fields<manual_incident>()
        .required("title", &manual_incident::title, text{title_length})
        .required("service_id", &manual_incident::service, id_text<service_id>{})
        .optional("severity", &manual_incident::severity, choice(incidents::severity_names))
        .optional("note", &manual_incident::note, text{note_length})
        .as_input();
}

struct new_note {
    std::string text;
};

input<new_note> new_note_body() {
    return body_fields<new_note>().required("text", &new_note::text, text{note_length}).as_input();
}

/// A list of different numbers.
struct incident_numbers {
    std::size_t max_items;

    std::optional<std::vector<std::int64_t>> read(json::reader& in, std::string_view name) const {
        auto const list = in.optional_value(name);
        if (!list) return std::nullopt;
        if (list->kind() != json::kind::array || list->size() == 0 || list->size() > max_items) {
            in.reject(name, "must be a list of 1 to " + std::to_string(max_items) + " incident numbers");
            return std::nullopt;
        }
        std::vector<std::int64_t> numbers;
        for (std::size_t i = 0; i < list->size(); ++i) {
            auto const number = list->element(i).as_int64();
            if (!number || *number < 1)
                in.reject(
                    std::string(name) + "[" + std::to_string(i) + "]", "must be the number of an incident"
                );
            else if (std::find(numbers.begin(), numbers.end(), *number) == numbers.end())
                numbers.push_back(*number);
        }
        return numbers;
    }
    void describe(input_field&) const noexcept {}
};

enum class bulk_action { acknowledge, unacknowledge, resolve, reopen, assign };
constexpr enum_names<bulk_action, 5> bulk_action_names{{
    {bulk_action::acknowledge, "acknowledge"},
    {bulk_action::unacknowledge, "unacknowledge"},
    {bulk_action::resolve, "resolve"},
    {bulk_action::reopen, "reopen"},
    {bulk_action::assign, "assign"},
}};

person_action action_of(bulk_action action) {
    switch (action) {
        case bulk_action::acknowledge:
            return person_action::acknowledge;
        case bulk_action::unacknowledge:
            return person_action::unacknowledge;
        case bulk_action::resolve:
            return person_action::resolve;
        case bulk_action::reopen:
        case bulk_action::assign:
            break;
    }
    return person_action::reopen;
}

struct bulk_change {
    std::vector<std::int64_t> numbers;
    bulk_action action = bulk_action::acknowledge;
    std::optional<std::string> assignee;
    std::optional<std::string> note;
};

input<bulk_change> bulk_change_body() {
    return body_fields<bulk_change>()
        .required("numbers", &bulk_change::numbers, incident_numbers{200})
        .required("action", &bulk_change::action, choice(bulk_action_names))
        .optional("assignee", &bulk_change::assignee, text{assignee_length})
        .optional("note", &bulk_change::note, text{note_length})
        .check([](json::reader& in, bulk_change const& given) {
            if (given.action == bulk_action::assign && !in.has("assignee"))
                in.reject("assignee", "is required to assign; it may be null");
        })
        .as_input();
}

incidents::actor actor_of(identity::principal const& principal) {
    return {
        principal.user ? incidents::actor_kind::user : incidents::actor_kind::system,
        principal.name,
        principal.user
    };
}

class incidents_api {
public:
    explicit incidents_api(incidents::incident_service& incidents) : incidents_(incidents) {}

    response_task list(request_context& ctx, page_of<std::int64_t> page, incident_filter filter) {
        filter.limit = page.rows();
        filter.before = page.after;
        auto const items = co_await incidents_.list(ctx.organization(), std::move(filter));
        co_return key_page(page, items, write_incident, [](incidents::incident const& last) {
            return std::to_string(last.number);
        });
    }

    response_task summary(request_context& ctx, period wanted) {
        auto const summary = co_await incidents_.summarize(ctx.organization(), wanted.since, wanted.until);
        co_return json_result(summary, write_summary);
    }

    response_task show(request_context& ctx, std::int64_t number) {
        co_return json_result(co_await incidents_.find(ctx.organization(), number), write_incident);
    }

    response_task timeline(request_context& ctx, std::int64_t number, page_of<std::int64_t> page) {
        auto const entries =
            co_await incidents_.timeline(ctx.organization(), number, page.after.value_or(0), page.rows());
        if (!entries) co_return entries.error();
        co_return key_page(page, *entries, write_timeline_entry, [](incidents::timeline_entry const& last) {
            return std::to_string(last.id);
        });
    }

    template <person_action action>
    response_task act(request_context& ctx, std::int64_t number, transition given) {
        auto const after = co_await incidents_.act(
            ctx.organization(), number, action, actor_of(ctx.principal), std::move(given.note)
        );
        co_return json_result(after, write_incident);
    }

    response_task assign(request_context& ctx, std::int64_t number, assignment wanted) {
        auto const after = co_await incidents_.assign(
            ctx.organization(),
            number,
            std::move(wanted.assignee),
            actor_of(ctx.principal),
            std::move(wanted.note)
        );
        co_return json_result(after, write_incident);
    }

    response_task edit(request_context& ctx, std::int64_t number, incident_edit wanted) {
        auto const after =
            co_await incidents_.edit(ctx.organization(), number, std::move(wanted), actor_of(ctx.principal));
        co_return json_result(after, write_incident);
    }

    response_task open(request_context& ctx, manual_incident wanted) {
        auto const opened =
            co_await incidents_.open(ctx.organization(), std::move(wanted), actor_of(ctx.principal));
        co_return json_result(opened, write_incident, 201);
    }

    /// Changes each incident independently: the failure of one does not affect the others.
    response_task change_many(request_context& ctx, bulk_change wanted) {
        json::writer out;
        out.begin_object().name("items").begin_array();
        for (auto const number : wanted.numbers) {
            auto const after = co_await change_one(ctx, number, wanted);
            out.begin_object().field("number", number).field("ok", after.has_value());
            if (after)
                out.field("status", to_string(after->state.status));
            else
                out.field("code", to_string(after.error().code)).field("detail", after.error().detail);
            out.end_object();
        }
        co_return http::response::json(200, out.end_array().end_object().take());
    }

    response_task add_note(request_context& ctx, std::int64_t number, new_note given) {
        auto const added = co_await incidents_.add_note(
            ctx.organization(), number, actor_of(ctx.principal), std::move(given.text)
        );
        co_return json_result(added, write_timeline_entry, 201);
    }

private:
    async::task<result<incidents::incident>> change_one(
        request_context& ctx, std::int64_t number, bulk_change const& wanted
    ) {
        auto const org = ctx.organization();
        auto actor = actor_of(ctx.principal);
        if (wanted.action == bulk_action::assign)
            return incidents_.assign(org, number, wanted.assignee, std::move(actor), wanted.note);
        return incidents_.act(org, number, action_of(wanted.action), std::move(actor), wanted.note);
    }

    incidents::incident_service& incidents_;
};

}  // namespace

endpoints incident_endpoints(incidents::incident_service& incidents) {
    using identity::permission;
    using api = incidents_api;
    endpoint_list<api> rows(std::make_shared<api>(incidents), "/api/v1/orgs/{org}/incidents");
    auto const number = number_in_path();
    auto const note = transition_body();
    constexpr auto view = permission::view;
    constexpr auto respond = permission::respond;
    rows.get("", view, &api::list, page_input<std::int64_t>(), incident_query());
    rows.post("", respond, &api::open, manual_incident_body());
    rows.post("/bulk", respond, &api::change_many, bulk_change_body());
    rows.get("/summary", view, &api::summary, period_query());
    rows.get("/{number}", view, &api::show, number);
    rows.patch("/{number}", respond, &api::edit, number, incident_edit_body());
    rows.get("/{number}/timeline", view, &api::timeline, number, page_input<std::int64_t>());
    rows.post("/{number}/assign", respond, &api::assign, number, assignment_body());
    rows.post("/{number}/acknowledge", respond, &api::act<person_action::acknowledge>, number, note);
    rows.post("/{number}/unacknowledge", respond, &api::act<person_action::unacknowledge>, number, note);
    rows.post("/{number}/resolve", respond, &api::act<person_action::resolve>, number, note);
    rows.post("/{number}/reopen", respond, &api::act<person_action::reopen>, number, note);
    rows.post("/{number}/notes", respond, &api::add_note, number, new_note_body());
    return rows.take();
}

}  // namespace tocsin::gateway

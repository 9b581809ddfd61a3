#include "api_issues.hpp"

#include <algorithm>
#include <string>
#include <vector>

/// The events of issues in Sentry's REST API.
namespace tocsin::sandbox {

issue* find_issue(core& shared, access const& who, http::request const& about) {
    auto* const found = shared.world.issue_by(about.capture("issue"));
    if (!found || !who.may_see(found->organization_id)) return nullptr;
    return who.org && who.org->id != found->organization_id ? nullptr : found;
}

access authenticate_for_issue(
    core& shared, http::request const& about, std::initializer_list<std::string_view> any_of
) {
    auto const legacy = about.segments.size() > 2 && about.segments[2] == "issues";
    return legacy ? authenticate(shared, about, any_of) : authenticate_in_organization(shared, about, any_of);
}

void write_release(json::writer& out, std::string_view name, std::string const& version, timestamp created) {
    out.name(name);
    if (version.empty()) {
        out.null();
        return;
    }
    out.begin_object()
        .field("version", version)
        .field("shortVersion", version)
        .field("dateCreated", created)
        .field("dateReleased", nullptr)
        .field("ref", nullptr)
        .field("url", nullptr)
        .end_object();
}

namespace {

/// Sentry's own names; anything else is an event's id.
stored_event const* named_event(issue const& of, http::request const& about) {
    auto const name = about.capture("event");
    auto const wanted = about.query_value("environment");
    auto const fits = [&](stored_event const& each) { return !wanted || each.environment == *wanted; };
    auto const& all = of.events;
    if (name == "oldest") {
        auto const at = std::find_if(all.begin(), all.end(), fits);
        return at == all.end() ? nullptr : &*at;
    }
    if (name == "latest" || name == "recommended") {
        auto const at = std::find_if(all.rbegin(), all.rend(), fits);
        return at == all.rend() ? nullptr : &*at;
    }
    auto const at = std::find_if(all.begin(), all.end(), [&](stored_event const& e) { return e.id == name; });
    return at == all.end() ? nullptr : &*at;
}

void write_tags(json::writer& out, stored_event const& event) {
    auto const tag = [&](char const* key, std::string const& value) {
        if (!value.empty()) out.begin_object().field("key", key).field("value", value).end_object();
    };
    out.name("tags").begin_array();
    tag("environment", event.environment);
    tag("level", event.level);
    tag("release", event.release);
    out.end_array();
}

void write_entries(json::writer& out, issue const& of) {
    out.name("entries").begin_array().begin_object().field("type", "exception").name("data").begin_object();
    out.name("values")
        .begin_array()
        .begin_object()
        .field("type", of.exception_type())
        .field("value", of.exception_value())
        .end_object()
        .end_array();
    out.end_object().end_object().end_array();
}

void write_neighbours(json::writer& out, issue const& of, stored_event const& event) {
    auto const at = static_cast<std::size_t>(&event - of.events.data());
    auto const id = [&](std::size_t of_index) {
        return of_index < of.events.size() ? std::optional(of.events[of_index].id) : std::nullopt;
    };
    out.field("previousEventID", at ? id(at - 1) : std::nullopt).field("nextEventID", id(at + 1));
}

void write_event(json::writer& out, core& shared, issue const& of, stored_event const& event) {
    out.begin_object()
        .field("id", event.id)
        .field("groupID", of.id)
        .field("eventID", event.id)
        .field("projectID", of.project_id)
        .field("dist", nullptr)
        .field("message", event.message.empty() ? of.title : event.message)
        .field("title", of.title)
        .field("platform", shared.world.project_of(of).platform)
        .field("type", "error")
        .name("metadata")
        .begin_object()
        .field("type", of.exception_type())
        .field("value", of.exception_value())
        .end_object();
    write_tags(out, event);
    out.field("dateCreated", event.at).field("dateReceived", event.at);
    write_entries(out, of);
    write_release(out, "release", event.release, of.first_seen);
    write_neighbours(out, of, event);
    out.end_object();
}

http::response show_event(core& shared, http::request const& about) {
    auto const who = authenticate_for_issue(shared, about, may_read_events);
    if (who.refusal) return *who.refusal;
    auto const* const of = find_issue(shared, who, about);
    if (!of) return not_found();
    auto const* const event = named_event(*of, about);
    if (!event) return detail_answer(404, "Event not found");
    json::writer out;
    write_event(out, shared, *of, *event);
    return http::response::json(200, out.take());
}

}  // namespace

void add_event_routes(route_table& to, core& shared) {
    for (auto const* const pattern :
         {"/api/0/organizations/{organization}/issues/{issue}/events/{event}/",
          "/api/0/issues/{issue}/events/{event}/"})
        to.add(http::method::get, pattern, "issues", [&shared](http::request& about) {
            return show_event(shared, about);
        });
}

}  // namespace tocsin::sandbox

#include "api_issues.hpp"

#include "happenings.hpp"
#include "paging.hpp"

#include <tocsin/base/text.hpp>

#include <algorithm>
#include <string>
#include <vector>

/// The issues of Sentry's REST API.
namespace tocsin::sandbox {

namespace {

constexpr std::initializer_list<std::string_view> may_write{"event:write", "event:admin"};

void write_issue(json::writer& out, core& shared, issue const& what) {
    auto const& in = shared.world.project_of(what);
    auto const& org = *shared.world.organization_by(what.organization_id);
    out.begin_object()
        .field("id", what.id)
        .field("shareId", nullptr)
        .field("shortId", what.short_id)
        .field("title", what.title)
        .field("culprit", what.culprit)
        .field("permalink", shared.base_url + "/organizations/" + org.slug + "/issues/" + what.id + "/")
        .field("logger", nullptr)
        .field("level", what.level)
        .field("status", to_string(what.status))
        .name("statusDetails")
        .begin_object()
        .end_object();
    if (what.substatus.empty()) {
        out.field("substatus", nullptr);
    } else {
        out.field("substatus", what.substatus);
    }
    out.field("isPublic", false)
        .field("platform", in.platform)
        .field("priority", what.level == "fatal" || what.level == "error" ? "high" : "medium")
        .name("project")
        .begin_object()
        .field("id", in.id)
        .field("name", in.name)
        .field("slug", in.slug)
        .field("platform", in.platform)
        .end_object()
        .field("type", "error")
        .field("issueType", what.metric_monitor ? "metric_issue" : "error")
        .field("issueCategory", what.metric_monitor ? "metric" : "error")
        .name("metadata")
        .begin_object()
        .field("value", what.exception_value())
        .field("type", what.exception_type())
        .end_object()
        .field("numComments", what.comments)
        .name("assignedTo");
    if (what.assigned_to) {
        out.begin_object()
            .field("type", what.assigned_to->type)
            .field("id", what.assigned_to->id)
            .field("name", what.assigned_to->name)
            .field("email", what.assigned_to->email)
            .end_object();
    } else {
        out.null();
    }
    out.name("annotations")
        .begin_array()
        .end_array()
        .field("isUnhandled", true)
        .field("count", std::to_string(what.count))
        .field("userCount", 1)
        .field("firstSeen", what.first_seen)
        .field("lastSeen", what.last_seen);
    write_release(out, "firstRelease", what.release, what.first_seen);
    write_release(out, "lastRelease", what.release, what.first_seen);
    out.end_object();
}

http::response shown(core& shared, issue const& what) {
    json::writer out;
    write_issue(out, shared, what);
    return http::response::json(200, out.take());
}

http::response show(core& shared, http::request const& about) {
    auto const who = authenticate_for_issue(shared, about, may_read_events);
    if (who.refusal) return *who.refusal;
    auto const* const found = find_issue(shared, who, about);
    return found ? shown(shared, *found) : not_found();
}

/// `status` and `assignedTo`; other members change nothing here.
http::response change(core& shared, http::request const& about) {
    auto const who = authenticate_for_issue(shared, about, may_write);
    if (who.refusal) return *who.refusal;
    auto* const found = find_issue(shared, who, about);
    if (!found) return not_found();
    auto const body = is_json(about) ? json::parse(about.body) : error{errc::invalid, {}};
    if (!body) return detail_answer(400, "JSON parse error");
    auto const text = [&](std::string_view name) {
        auto const at = body->root().find(name);
        return std::string(at ? at->as_string().value_or("") : "");
    };
    auto const by = who.actor();
    auto const status = text("status");
    if (found->metric_monitor && status.starts_with("resolved"))
        return detail_answer(400, "Cannot manually resolve one or more issues");
    if (status == "resolved") {
        shared.hooks.post(resolve(shared, *found, {}, by));
    } else if (status == "resolvedInNextRelease") {
        shared.hooks.post(resolve(shared, *found, {"in_next_release"}, by));
    } else if (status == "unresolved") {
        shared.hooks.post(unresolve(shared, *found, "ongoing", by));
    } else if (status == "ignored") {
        auto const substatus = text("substatus");
        shared.hooks.post(
            ignore(shared, *found, substatus.empty() ? "archived_until_escalating" : substatus, by)
        );
    } else if (!status.empty()) {
        return http::response::json(400, R"({"status":["Not a valid choice."]})");
    }
    if (auto const assignee = text("assignedTo"); !assignee.empty()) {
        person to;
        to.name = to.email = assignee;
        shared.hooks.post(assign(shared, *found, to, by));
    }
    return shown(shared, *found);
}

/// Of a list's `query`: `is:` words and free text; other terms are passed over.
struct issue_filter {
    std::optional<issue_status> status;
    std::vector<std::string> words;
};

issue_filter read_filter(http::request const& about) {
    issue_filter out;
    auto const query = about.query_value("query");
    auto rest = to_lower(query.value_or("is:unresolved"));
    while (!rest.empty()) {
        auto const word = rest.substr(0, rest.find(' '));
        rest.erase(0, word.size() + 1);
        if (word == "is:unresolved") {
            out.status = issue_status::unresolved;
        } else if (word == "is:resolved") {
            out.status = issue_status::resolved;
        } else if (word == "is:ignored" || word == "is:archived") {
            out.status = issue_status::ignored;
        } else if (!word.empty() && word.find(':') == std::string::npos) {
            out.words.push_back(word);
        }
    }
    return out;
}

bool passes(issue_filter const& filter, issue const& what) {
    if (filter.status && *filter.status != what.status) return false;
    auto const text = to_lower(what.title + " " + what.short_id);
    return std::all_of(filter.words.begin(), filter.words.end(), [&](std::string const& word) {
        return text.find(word) != std::string::npos;
    });
}

/// `project=` may stand several times; none or -1 means all.
bool in_wanted_project(http::request const& about, project const& in) {
    bool any = false;
    for (auto const& [name, value] : about.query) {
        if (name != "project") continue;
        if (value == "-1" || value == in.id || value == in.slug) return true;
        any = true;
    }
    return !any;
}

http::response list(core& shared, http::request const& about) {
    auto const who = authenticate_in_organization(shared, about, may_read_events);
    if (who.refusal) return *who.refusal;
    auto const part = read_page(about);
    if (auto const* const bad = std::get_if<http::response>(&part)) return *bad;
    auto const& page = std::get<page_request>(part);
    auto const filter = read_filter(about);
    auto const environment = about.query_value("environment");
    std::vector<issue const*> all;
    for (auto const& each : shared.world.issues) {
        if (each.organization_id != who.org->id || !passes(filter, each)) continue;
        if (environment && *environment != each.environment) continue;
        if (in_wanted_project(about, shared.world.project_of(each))) all.push_back(&each);
    }
    std::stable_sort(all.begin(), all.end(), [](issue const* a, issue const* b) {
        return a->last_seen > b->last_seen;
    });

    json::writer out;
    out.begin_array();
    for (auto i = page.begin(); i < all.size() && i < page.begin() + page.size; ++i)
        write_issue(out, shared, *all[i]);
    out.end_array();
    auto answer = http::response::json(200, out.take());
    answer.headers.set("Link", link_header(about, shared.base_url, page, all.size()));
    answer.headers.set("X-Hits", std::to_string(all.size()));
    return answer;
}

}  // namespace

void add_issue_routes(route_table& to, core& shared) {
    auto const add =
        [&](http::method method, std::string pattern, http::response (*answer)(core&, http::request const&)) {
            to.add(method, std::move(pattern), "issues", [&shared, answer](http::request& about) {
                return answer(shared, about);
            });
        };
    add(http::method::get, "/api/0/organizations/{organization}/issues/", list);
    for (std::string const prefix :
         {"/api/0/organizations/{organization}/issues/{issue}/", "/api/0/issues/{issue}/"}) {
        add(http::method::get, prefix, show);
        add(http::method::put, prefix, change);
    }
}

}  // namespace tocsin::sandbox

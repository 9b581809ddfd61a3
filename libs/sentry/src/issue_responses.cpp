#include "fields.hpp"
#include "unusable.hpp"

#include <tocsin/sentry/responses.hpp>

#include <algorithm>

namespace tocsin::sentry {

namespace {

constexpr std::size_t max_tags = 50;
constexpr std::size_t max_projects = 100;
/// For a page of a hundred issues or releases, of which only the selected fields are built.
constexpr json::limits list_limits{.nodes = 200'000};

json::selection const& event_fields() {
    static json::selection const paths{
        "*",
        "tags/*/*",
        "release/version",
        "metadata/type",
        "metadata/value",
        "entries/*/type",
        "entries/*/data/values/*/type",
        "entries/*/data/values/*/value",
    };
    return paths;
}

json::selection const& release_fields() {
    static json::selection const paths{"*", "projects/*/*"};
    return paths;
}

/// A list, as the member `list` of an object, because only objects can be parsed leniently. Titles and
/// messages come from the customers' programs and may contain lone surrogates; one of them must not make the
/// page unreadable.
result<json::document> parse_list(std::string_view body, json::selection const& item_fields) {
    auto const first = body.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos || body[first] != '[') return error{errc::invalid, "not a list"};
    auto const paths = below("list/*/", item_fields);
    return json::parse_lenient(
        "{\"list\":" + std::string(body) + "}", json::selection(paths.begin(), paths.end()), list_limits
    );
}

/// The items of a list; none if the body is not a list.
template <class Read>
auto read_list(std::string_view body, json::selection const& item_fields, Read read)
    -> std::optional<std::vector<decltype(read(std::declval<json::value>()))>> {
    auto const parsed = parse_list(body, item_fields);
    auto const list = parsed ? parsed->root().find("list") : std::nullopt;
    if (!list || list->kind() != json::kind::array) return std::nullopt;
    std::vector<decltype(read(*list))> all;
    for (std::size_t i = 0; i < list->size(); ++i) all.push_back(read(list->element(i)));
    return all;
}

/// Reads the type and value of the last exception; its causes come before it.
void read_exception(stored_event& event, json::value const& root) {
    auto const entries = root.find("entries");
    for (std::size_t i = 0; entries && i < entries->size(); ++i) {
        fields const entry(entries->element(i));
        auto const values = entry.at({"data", "values"});
        if (entry.text({"type"}, 40) != "exception" || !values || values->size() == 0) continue;
        fields const last(values->element(values->size() - 1));
        event.exception_type = last.text({"type"}, 300);
        event.exception_value = last.text({"value"}, 2000);
        return;
    }
    fields const body(root);
    event.exception_type = body.text({"metadata", "type"}, 300);
    event.exception_value = body.text({"metadata", "value"}, 2000);
}

void read_tags(stored_event& event, json::value const& root) {
    auto const tags = root.find("tags");
    for (std::size_t i = 0; tags && i < std::min(tags->size(), max_tags); ++i) {
        fields const tag(tags->element(i));
        auto name = tag.text({"key"}, 200);
        auto value = tag.text({"value"}, 300);
        if (name == "environment") event.environment = value;
        if (name == "level") event.level = to_lower(value);
        if (name == "release" && event.release.empty()) event.release = value;
        if (!name.empty()) event.tags.emplace_back(std::move(name), std::move(value));
    }
}

release read_release(json::value const& object) {
    fields const body(object);
    release decoded;
    decoded.version = body.text({"version"}, 300);
    decoded.short_version = body.text({"shortVersion"}, 300);
    decoded.url = web_url(body.text({"url"}, 2000));
    decoded.created_at = body.time({"dateCreated"});
    decoded.released_at = body.time({"dateReleased"});
    auto const projects = body.at({"projects"});
    for (std::size_t i = 0; projects && i < std::min(projects->size(), max_projects); ++i) {
        fields const project(projects->element(i));
        decoded.projects.push_back(
            {project.text({"id"}, 65), project.text({"slug"}, 200), project.text({"name"}, 300)}
        );
    }
    return decoded;
}

}  // namespace

call_result<issue> decode_issue(std::string_view body) {
    auto const parsed = json::parse_lenient(body, issue_paths());
    if (!parsed) return unusable("the issue response is not JSON");
    auto decoded = read_issue(parsed->root());
    if (!is_identifier(decoded.id)) return unusable("the issue response has no id");
    return decoded;
}

call_result<std::vector<issue>> decode_issues(std::string_view body) {
    auto all = read_list(body, issue_paths(), read_issue);
    if (!all) return unusable("the issue list is not a JSON list");
    std::erase_if(*all, [](issue const& each) { return !is_identifier(each.id); });
    return std::move(*all);
}

call_result<stored_event> decode_event(std::string_view body) {
    auto const parsed = json::parse_lenient(body, event_fields());
    if (!parsed) return unusable("the event response is not JSON");
    auto const root = parsed->root();
    fields const object(root);
    stored_event decoded;
    decoded.event_id = object.text({"eventID"}, 65);
    decoded.issue_id = object.text({"groupID"}, 65);
    if (!is_identifier(decoded.event_id)) return unusable("the event response has no eventID");
    decoded.project.id = object.text({"projectID"}, 65);
    decoded.title = object.text({"title"}, 500);
    decoded.culprit = object.text({"culprit"}, 500);
    decoded.release = object.text({"release", "version"}, 300);
    decoded.at = object.time({"dateCreated"});
    if (!decoded.at) decoded.at = object.time({"dateReceived"});  // for an event without a time
    read_tags(decoded, root);
    read_exception(decoded, root);
    return decoded;
}

call_result<release> decode_release(std::string_view body) {
    auto const parsed = json::parse_lenient(body, release_fields());
    if (!parsed) return unusable("the release response is not JSON");
    auto decoded = read_release(parsed->root());
    if (decoded.version.empty()) return unusable("the release response has no version");
    return decoded;
}

call_result<std::vector<release>> decode_releases(std::string_view body) {
    auto all = read_list(body, release_fields(), read_release);
    if (!all) return unusable("the release list is not a JSON list");
    std::erase_if(*all, [](release const& each) { return each.version.empty(); });
    return std::move(*all);
}

}  // namespace tocsin::sentry

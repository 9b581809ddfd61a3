#include "fields.hpp"
#include "requests.hpp"

#include <tocsin/sentry/client.hpp>

#include <algorithm>

namespace tocsin::sentry {

namespace {

constexpr std::size_t max_tags = 50;
constexpr std::size_t max_projects = 100;
/// A page of a hundred issues or releases, of which only the wanted places are built.
constexpr json::limits long_list{.nodes = 200'000};

json::selection const& wanted_of_issue() {
    static json::selection const paths{
        "*", "project/*", "assignedTo/*", "firstRelease/version", "lastRelease/version"
    };
    return paths;
}

json::selection const& wanted_of_event() {
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

json::selection const& wanted_of_release() {
    static json::selection const paths{"*", "projects/*/*"};
    return paths;
}

/// A list as the member `list` of an object. Titles and messages are the text of strangers' programs, with
/// half surrogates and the like: one of them must not make a whole page unreadable, and only objects can be
/// read leniently.
result<json::document> parse_list(std::string_view body, json::selection const& wanted_of_item) {
    auto const first = body.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos || body[first] != '[') return error{errc::invalid, "no list"};
    std::vector<std::string> paths;
    for (auto const path : wanted_of_item) paths.push_back("list/*/" + std::string(path));
    return json::parse_lenient(
        "{\"list\":" + std::string(body) + "}", json::selection(paths.begin(), paths.end()), long_list
    );
}

/// The items of a list, in order; nothing where there is none.
template <class Read>
auto read_list(std::string_view body, json::selection const& wanted_of_item, Read read)
    -> std::optional<std::vector<decltype(read(std::declval<json::value>()))>> {
    auto const parsed = parse_list(body, wanted_of_item);
    auto const list = parsed ? parsed->root().find("list") : std::nullopt;
    if (!list || list->kind() != json::kind::array) return std::nullopt;
    std::vector<decltype(read(*list))> all;
    for (std::size_t i = 0; i < list->size(); ++i) all.push_back(read(list->element(i)));
    return all;
}

/// Type and value of the last exception: the causes come before what they caused.
void read_exception(stored_event& into, json::value const& root) {
    auto const entries = root.find("entries");
    for (std::size_t i = 0; entries && i < entries->size(); ++i) {
        fields const entry(entries->element(i));
        auto const values = entry.at({"data", "values"});
        if (entry.text({"type"}, 40) != "exception" || !values || values->size() == 0) continue;
        fields const last(values->element(values->size() - 1));
        into.exception_type = last.text({"type"}, 300);
        into.exception_value = last.text({"value"}, 2000);
        return;
    }
    fields const body(root);
    into.exception_type = body.text({"metadata", "type"}, 300);
    into.exception_value = body.text({"metadata", "value"}, 2000);
}

void read_tags(stored_event& into, json::value const& root) {
    auto const tags = root.find("tags");
    for (std::size_t i = 0; tags && i < std::min(tags->size(), max_tags); ++i) {
        fields const tag(tags->element(i));
        auto name = tag.text({"key"}, 200);
        auto content = tag.text({"value"}, 300);
        if (name == "environment") into.environment = content;
        if (name == "level") into.level = to_lower(content);
        if (name == "release" && into.release.empty()) into.release = content;
        if (!name.empty()) into.tags.emplace_back(std::move(name), std::move(content));
    }
}

release read_release(json::value const& from) {
    fields const body(from);
    release found;
    found.version = body.text({"version"}, 300);
    found.short_version = body.text({"shortVersion"}, 300);
    found.url = web_url(body.text({"url"}, 2000));
    found.created_at = body.time({"dateCreated"});
    found.released_at = body.time({"dateReleased"});
    auto const projects = body.at({"projects"});
    for (std::size_t i = 0; projects && i < std::min(projects->size(), max_projects); ++i) {
        fields const one(projects->element(i));
        found.projects.push_back({one.text({"id"}, 65), one.text({"slug"}, 200), one.text({"name"}, 300)});
    }
    return found;
}

}  // namespace

call_result<issue> decode_issue(std::string_view body) {
    auto const parsed = json::parse_lenient(body, wanted_of_issue());
    if (!parsed) return unusable("the issue answer is not JSON");
    auto found = read_issue(parsed->root());
    if (!is_identifier(found.id)) return unusable("the issue answer has no id");
    return found;
}

call_result<std::vector<issue>> decode_issues(std::string_view body) {
    auto all = read_list(body, wanted_of_issue(), read_issue);
    if (!all) return unusable("the issue list is no JSON list");
    std::erase_if(*all, [](issue const& one) { return !is_identifier(one.id); });
    return std::move(*all);
}

call_result<stored_event> decode_event(std::string_view body) {
    auto const parsed = json::parse_lenient(body, wanted_of_event());
    if (!parsed) return unusable("the event answer is not JSON");
    auto const root = parsed->root();
    fields const from(root);
    stored_event found;
    found.event_id = from.text({"eventID"}, 65);
    found.issue_id = from.text({"groupID"}, 65);
    if (!is_identifier(found.event_id)) return unusable("the event answer has no eventID");
    found.project.id = from.text({"projectID"}, 65);
    found.title = from.text({"title"}, 500);
    found.culprit = from.text({"culprit"}, 500);
    found.release = from.text({"release", "version"}, 300);
    found.at = from.time({"dateCreated"});
    if (!found.at) found.at = from.time({"dateReceived"});  // events without a time of their own
    read_tags(found, root);
    read_exception(found, root);
    return found;
}

call_result<release> decode_release(std::string_view body) {
    auto const parsed = json::parse_lenient(body, wanted_of_release());
    if (!parsed) return unusable("the release answer is not JSON");
    auto found = read_release(parsed->root());
    if (found.version.empty()) return unusable("the release answer has no version");
    return found;
}

call_result<std::vector<release>> decode_releases(std::string_view body) {
    auto all = read_list(body, wanted_of_release(), read_release);
    if (!all) return unusable("the release list is no JSON list");
    std::erase_if(*all, [](release const& one) { return one.version.empty(); });
    return std::move(*all);
}

}  // namespace tocsin::sentry

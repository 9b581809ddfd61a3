#include "json_spans.hpp"

#include <tocsin/grants/answer_rules.hpp>

#include <utility>

namespace tocsin::grants {

namespace {

/// Responses are larger than requests: events contain source code and long messages.
constexpr json::limits response_limits{
    .depth = 128,
    .nodes = 500'000,
    .members = 20'000,
    .key_bytes = 4'096,
    .string_bytes = 1 << 20,
    .number_chars = 400,
};

std::string_view id_at(json::value const& object, std::initializer_list<std::string_view> path) {
    auto const found = object.at(path);
    return found ? found->as_id_text().value_or("") : std::string_view();
}

/// Whether a release has projects, and the grant includes all of them.
bool includes_all_projects(json::value const& release, sentry_scope const& scope) {
    auto const projects = release.find("projects");
    if (!projects || projects->size() == 0) return false;
    for (std::size_t i = 0; i < projects->size(); ++i)
        if (!scope.includes_project(id_at(projects->element(i), {"id"}))) return false;
    return true;
}

bool belongs(answer_kind kind, json::value const& item, sentry_scope const& scope) {
    switch (kind) {
        case answer_kind::organizations:
            return !scope.organization_id.empty() ? id_at(item, {"id"}) == scope.organization_id
                                                  : id_at(item, {"slug"}) == scope.organization_slug;
        case answer_kind::projects:
            return scope.includes_project(id_at(item, {"id"}));
        case answer_kind::issues:
        case answer_kind::issue:
            return scope.includes_project(id_at(item, {"project", "id"}));
        case answer_kind::events:
        case answer_kind::event:
            return scope.includes_project(id_at(item, {"projectID"}));
        case answer_kind::whole_release:
            return includes_all_projects(item, scope);
        case answer_kind::releases:
        case answer_kind::release:
        case answer_kind::change:
        case answer_kind::release_parts:
            return true;
    }
    return false;
}

/// The text of a release with the grant's projects only, and whether it has any.
struct restricted_release {
    std::string text;
    bool has_projects = false;
};

restricted_release restrict_release(
    json::value const& release, std::string_view text, sentry_scope const& scope
) {
    auto const projects = release.find("projects");
    auto const list = member_text(text, "projects");
    if (!projects || list.empty()) return {std::string(text), false};
    auto const elements = element_texts(list);
    std::string kept;
    for (std::size_t i = 0; i < projects->size() && i < elements.size(); ++i)
        if (scope.includes_project(id_at(projects->element(i), {"id"})))
            kept += (kept.empty() ? "" : ",") + std::string(elements[i]);
    auto const before = static_cast<std::size_t>(list.data() - text.data());
    bool const has_projects = !kept.empty();
    return {
        std::string(text.substr(0, before)) + "[" + std::move(kept) + "]" +
            std::string(text.substr(before + list.size())),
        has_projects
    };
}

/// The text of an issue or event. The releases in it list all of their projects.
std::string restrict_releases_in(json::value const& item, std::string text, sentry_scope const& scope) {
    for (auto const* const name : {"firstRelease", "lastRelease", "release"}) {
        auto const release = item.find(name);
        if (!release || release->kind() != json::kind::object) continue;
        auto const within = member_text(text, name);
        auto const before = static_cast<std::size_t>(within.data() - text.data());
        auto const after = text.substr(before + within.size());
        text = text.substr(0, before) + restrict_release(*release, within, scope).text + after;
    }
    return text;
}

/// The text of an item, as far as the grant includes it; empty if it does not.
std::string restrict_item(
    answer_kind kind, json::value const& item, std::string_view text, sentry_scope const& scope
) {
    if (item.kind() != json::kind::object || !belongs(kind, item, scope)) return {};
    if (kind == answer_kind::organizations || kind == answer_kind::projects) return std::string(text);
    if (kind != answer_kind::releases && kind != answer_kind::release && kind != answer_kind::whole_release)
        return restrict_releases_in(item, std::string(text), scope);
    auto release = restrict_release(item, text, scope);
    return release.has_projects ? std::move(release.text) : std::string();
}

bool is_list(answer_kind kind) noexcept {
    return kind == answer_kind::organizations || kind == answer_kind::projects ||
           kind == answer_kind::issues || kind == answer_kind::events || kind == answer_kind::releases;
}

}  // namespace

std::optional<std::string> restrict_answer(answer_kind kind, std::string body, sentry_scope const& scope) {
    bool const was_checked = kind == answer_kind::change || kind == answer_kind::release_parts;
    bool const is_open = was_checked || (kind != answer_kind::organizations && !scope.is_restricted());
    if (is_open) return body;
    auto const parsed = json::parse(body, json::root::object_or_array, response_limits);
    if (!parsed) return std::nullopt;
    auto const root = parsed->root();
    if (!is_list(kind)) {
        auto text = restrict_item(kind, root, body, scope);
        return text.empty() ? std::nullopt : std::optional(std::move(text));
    }
    if (root.kind() != json::kind::array) return std::nullopt;
    auto const texts = element_texts(body);
    std::string kept;
    for (std::size_t i = 0; i < root.size() && i < texts.size(); ++i) {
        auto const text = restrict_item(kind, root.element(i), texts[i], scope);
        if (!text.empty()) kept += (kept.empty() ? "" : ",") + text;
    }
    return "[" + kept + "]";
}

bool is_json(std::string_view body) {
    return json::parse(body, json::root::object_or_array, response_limits).has_value();
}

std::string link_of(std::string_view sentry_link, std::string_view url) {
    std::string links;
    auto const value_of = [](std::string_view part, std::string_view name) {
        auto const at = part.find(std::string(name) + "=\"");
        if (at == std::string_view::npos) return std::string_view();
        part.remove_prefix(at + name.size() + 2);
        return part.substr(0, part.find('"'));
    };
    while (!sentry_link.empty()) {
        auto const end = sentry_link.find(", <");
        auto const part = sentry_link.substr(0, end);
        sentry_link = end == std::string_view::npos ? std::string_view() : sentry_link.substr(end + 2);
        auto const relation = value_of(part, "rel");
        auto const results = value_of(part, "results");
        auto const cursor = value_of(part, "cursor");
        if ((relation != "next" && relation != "previous") || (results != "true" && results != "false") ||
            !has_format(value_format::cursor, cursor))
            continue;
        if (!links.empty()) links += ", ";
        links += "<" + std::string(url) + (url.find('?') == std::string_view::npos ? "?" : "&") +
                 "cursor=" + std::string(cursor) + ">; rel=\"" + std::string(relation) + "\"; results=\"" +
                 std::string(results) + "\"; cursor=\"" + std::string(cursor) + "\"";
    }
    return links;
}

}  // namespace tocsin::grants

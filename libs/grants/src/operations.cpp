#include <tocsin/base/text.hpp>
#include <tocsin/grants/operations.hpp>

#include <algorithm>
#include <array>

namespace tocsin::grants {

namespace {

using enum value_format;

constexpr auto repeated = field::occurrence::repeated;

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// 1 to `max` letters, digits, and characters of `others`.
bool consists_of(std::string_view value, std::size_t max, std::string_view others) {
    return !value.empty() && value.size() <= max && std::ranges::all_of(value, [others](char c) {
        return is_digit(c) || is_letter(c) || others.find(c) != std::string_view::npos;
    });
}

bool is_event_id(std::string_view value) {
    if (value == "latest" || value == "oldest" || value == "recommended") return true;
    return value.size() == 32 && std::ranges::all_of(value, [](char c) {
               return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
           });
}

bool is_page_size(std::string_view value) {
    constexpr std::int64_t largest = 100;
    auto const number = value.size() <= 3 ? whole_number(value) : std::nullopt;
    return number && *number >= 1 && *number <= largest && value.front() != '0';
}

bool is_cursor(std::string_view value) {
    return !value.empty() && value.size() <= 100 &&
           std::ranges::all_of(value, [](char c) { return is_digit(c) || c == ':' || c == '.' || c == '-'; });
}

bool is_period(std::string_view value) {
    if (value.size() < 2 || value.size() > 6) return false;
    return std::string_view("smhdw").find(value.back()) != std::string_view::npos &&
           std::all_of(value.begin(), value.end() - 1, is_digit);
}

bool is_text(std::string_view value, std::size_t max_bytes, std::string_view allowed_controls) {
    return value.size() <= max_bytes && is_utf8(value) && std::ranges::none_of(value, [&](char c) {
               bool const is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
               return is_control && allowed_controls.find(c) == std::string_view::npos;
           });
}

/// As Sentry requires; a segment of dots would change the path.
bool is_version(std::string_view value) {
    return !value.empty() && value != "." && value != ".." && is_text(value, 250, "") &&
           value.find_first_of("/\\") == std::string_view::npos;
}

std::vector<field> with_pages(std::vector<field> more) {
    more.push_back({"cursor", cursor});
    more.push_back({"per_page", page_size});
    return more;
}

std::vector<field> with_filters(std::vector<field> more) {
    auto all = with_pages(std::move(more));
    all.push_back({"query", query_text});
    all.push_back({"environment", short_text, repeated});
    all.push_back({"sort", word});
    all.push_back({"statsPeriod", period});
    all.push_back({"start", time});
    all.push_back({"end", time});
    return all;
}

operation reads(
    std::string_view name,
    std::string_view scope,
    answer_kind answer,
    std::vector<std::string_view> paths,
    std::vector<field> query
) {
    return {name, http::method::get, effect::reads, scope, answer, std::move(paths), std::move(query), {}};
}

operation writes(
    std::string_view name, http::method method, std::vector<std::string_view> paths, std::vector<field> body
) {
    return {
        name,
        method,
        effect::writes,
        "event:write",
        answer_kind::change,
        std::move(paths),
        {},
        std::move(body)
    };
}

std::vector<operation> reading_issues() {
    return {
        reads(
            "list_organizations",
            "org:read",
            answer_kind::organizations,
            {"organizations"},
            with_pages({{"query", query_text}})
        ),
        reads(
            "list_projects",
            "project:read",
            answer_kind::projects,
            {"organizations/{org}/projects", "projects"},
            with_pages({{"query", query_text}})
        ),
        reads(
            "list_issues",
            "event:read",
            answer_kind::issues,
            {"projects/{org}/{project}/issues", "organizations/{org}/issues"},
            with_filters(
                {{"project", slug_or_id, repeated},
                 {"limit", page_size},
                 {"collapse", word, repeated},
                 {"shortIdLookup", word}}
            )
        ),
        reads(
            "get_issue",
            "event:read",
            answer_kind::issue,
            {"organizations/{org}/issues/{issue}", "issues/{issue}"},
            {{"collapse", word, repeated}, {"environment", short_text, repeated}}
        ),
        reads(
            "list_issue_events",
            "event:read",
            answer_kind::events,
            {"organizations/{org}/issues/{issue}/events", "issues/{issue}/events"},
            with_filters({{"limit", page_size}, {"full", word}, {"sample", word}})
        ),
        reads(
            "get_event",
            "event:read",
            answer_kind::event,
            {"organizations/{org}/issues/{issue}/events/{event}", "issues/{issue}/events/{event}"},
            {{"environment", short_text, repeated}}
        ),
    };
}

std::vector<operation> reading_releases() {
    return {
        reads(
            "list_releases",
            "project:read",
            answer_kind::releases,
            {"organizations/{org}/releases"},
            with_filters({{"project", slug_or_id, repeated}, {"limit", page_size}})
        ),
        reads(
            "get_release",
            "project:read",
            answer_kind::release,
            {"organizations/{org}/releases/{version}"},
            {}
        ),
        reads(
            "list_deploys",
            "project:read",
            answer_kind::release_parts,
            {"organizations/{org}/releases/{version}/deploys"},
            with_pages({})
        ),
        reads(
            "list_commits",
            "project:read",
            answer_kind::release_parts,
            {"organizations/{org}/releases/{version}/commits"},
            with_pages({})
        ),
    };
}

std::vector<operation> writing() {
    return {
        writes(
            "resolve_issue",
            http::method::put,
            {"organizations/{org}/issues/{issue}", "issues/{issue}"},
            {{"status", resolution}}
        ),
        writes(
            "assign_issue",
            http::method::put,
            {"organizations/{org}/issues/{issue}", "issues/{issue}"},
            {{"assignedTo", short_text}}
        ),
        writes(
            "comment_issue",
            http::method::post,
            {"organizations/{org}/issues/{issue}/notes", "issues/{issue}/notes"},
            {{"text", note_text}}
        ),
    };
}

}  // namespace

bool has_format(value_format format, std::string_view value) {
    switch (format) {
        case slug_or_id:
            return consists_of(value, 128, "-_");
        case event_id:
            return is_event_id(value);
        case page_size:
            return is_page_size(value);
        case cursor:
            return is_cursor(value);
        case period:
            return is_period(value);
        case word:
            return consists_of(value, 64, "_-.");
        case short_text:
            return is_text(value, 200, "");
        case query_text:
            return is_text(value, 1'000, "");
        case note_text:
            return !value.empty() && is_text(value, 10'000, "\r\n\t");
        case resolution:
            return value == "resolved" || value == "resolvedInNextRelease";
        case time:
            return consists_of(value, 40, ":.+-");
        case version:
            return is_version(value);
    }
    return false;
}

std::span<operation const> operations() {
    static std::vector<operation> const all = [] {
        auto joined = reading_issues();
        for (auto& part : {reading_releases(), writing()})
            joined.insert(joined.end(), part.begin(), part.end());
        return joined;
    }();
    return all;
}

operation const* find_operation(std::string_view name) noexcept {
    auto const all = operations();
    auto const found = std::ranges::find(all, name, &operation::name);
    return found == all.end() ? nullptr : &*found;
}

std::vector<std::string> operation_names() {
    std::vector<std::string> names;
    for (auto const& each : operations()) names.emplace_back(each.name);
    return names;
}

std::vector<std::string> reading_operations() {
    std::vector<std::string> names;
    for (auto const& each : operations())
        if (each.does == effect::reads) names.emplace_back(each.name);
    return names;
}

value_format path_format(std::string_view field) noexcept {
    return field == "event" ? event_id : field == "version" ? version : slug_or_id;
}

}  // namespace tocsin::grants

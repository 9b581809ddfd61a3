#include "fields.hpp"
#include "unusable.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/json/document.hpp>
#include <tocsin/sentry/regions.hpp>
#include <tocsin/sentry/responses.hpp>

#include <algorithm>

namespace tocsin::sentry {

namespace {

/// For a hundred items with all their fields, which exceed the default limit.
constexpr json::limits list_limits{.nodes = 500'000};

organization read_organization(json::value const& object) {
    auto const region = text_of(object.at({"links", "regionUrl"}), 200);
    bool const is_known = std::ranges::find(sentry_regions, region) != sentry_regions.end();
    return {
        text_of(object.find("id"), 65),
        text_of(object.find("slug"), 200),
        text_of(object.find("name"), 300),
        is_known ? region : std::string()
    };
}

}  // namespace

call_result<installation> decode_installation(std::string_view body) {
    auto const parsed = json::parse(body);
    if (!parsed) return unusable("the installation response is not JSON");
    auto const root = parsed->root();
    auto const id = uuid::parse(text_of(root.find("uuid"), 64));
    if (!id) return unusable("the installation response has no uuid");
    installation decoded;
    decoded.id = *id;
    decoded.app_slug = text_of(root.at({"app", "slug"}), 200);
    decoded.organization.id = text_of(root.at({"organization", "id"}), 64);
    decoded.organization.slug = text_of(root.at({"organization", "slug"}), 200);
    auto const status = text_of(root.find("status"), 40);
    decoded.status = value_of(installation_status_names, status).value_or(installation_status::other);
    if (decoded.organization.slug.empty()) return unusable("the installation response has no organization");
    return decoded;
}

call_result<organization> decode_organization(std::string_view body) {
    auto const parsed = json::parse(body);
    if (!parsed) return unusable("the organization response is not JSON");
    auto decoded = read_organization(parsed->root());
    if (!is_identifier(decoded.id) || decoded.slug.empty())
        return unusable("the organization response has no id or no slug");
    return decoded;
}

call_result<std::vector<organization>> decode_organizations(std::string_view body) {
    auto const parsed = json::parse(body, json::root::object_or_array, list_limits);
    if (!parsed || parsed->root().kind() != json::kind::array)
        return unusable("the organization list is not a JSON list");
    std::vector<organization> all;
    for (std::size_t i = 0; i < parsed->root().size(); ++i) {
        auto each = read_organization(parsed->root().element(i));
        if (is_identifier(each.id) && !each.slug.empty()) all.push_back(std::move(each));
    }
    return all;
}

call_result<std::vector<std::string>> decode_regions(std::string_view body) {
    auto const parsed = json::parse(body);
    auto const list = parsed ? parsed->root().find("regions") : std::nullopt;
    if (!list || list->kind() != json::kind::array) return unusable("the response about regions has no list");
    std::vector<std::string> urls;
    for (std::size_t i = 0; i < std::min<std::size_t>(list->size(), 20); ++i)
        if (auto const url = text_of(list->element(i).find("url"), 200); !url.empty()) urls.push_back(url);
    return urls;
}

call_result<std::vector<project>> decode_projects(std::string_view body) {
    auto const parsed = json::parse(body, json::root::object_or_array, list_limits);
    if (!parsed || parsed->root().kind() != json::kind::array)
        return unusable("the project list is not a JSON list");
    std::vector<project> projects;
    for (std::size_t i = 0; i < parsed->root().size(); ++i) {
        auto const item = parsed->root().element(i);
        project each{
            text_of(item.find("id"), 64),
            text_of(item.find("slug"), 200),
            text_of(item.find("name"), 300),
            text_of(item.find("platform"), 60)
        };
        if (!each.id.empty() && !each.slug.empty()) projects.push_back(std::move(each));
    }
    return projects;
}

std::optional<std::string> next_cursor(std::string_view header) {
    // Link: <URL>; rel="previous"; results="false"; cursor="V", <URL>; rel="next"; results="true"; cursor="V"
    while (!header.empty()) {
        auto const begin = header.find('<');
        auto const close = begin == std::string_view::npos ? begin : header.find('>', begin);
        if (close == std::string_view::npos) return std::nullopt;
        auto const next = header.find('<', close);
        auto const attributes = header.substr(close, next == std::string_view::npos ? next : next - close);
        header = next == std::string_view::npos ? std::string_view() : header.substr(next);
        if (attributes.find("rel=\"next\"") == std::string_view::npos ||
            attributes.find("results=\"true\"") == std::string_view::npos)
            continue;
        auto const cursor = attributes.find("cursor=\"");
        if (cursor == std::string_view::npos) return std::nullopt;
        auto const value = attributes.substr(cursor + 8);
        auto const text = value.substr(0, value.find('"'));
        if (text.empty() || text.size() > 200) return std::nullopt;
        return std::string(text);
    }
    return std::nullopt;
}

}  // namespace tocsin::sentry

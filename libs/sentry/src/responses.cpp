#include "fields.hpp"
#include "unusable.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/json/document.hpp>
#include <tocsin/sentry/regions.hpp>
#include <tocsin/sentry/responses.hpp>

#include <algorithm>
#include <charconv>

namespace tocsin::sentry {

namespace {

using namespace std::chrono_literals;

/// For a hundred items with all their fields, which exceed the default limit.
constexpr json::limits list_limits{.nodes = 500'000};
/// An error response is a sentence; a longer one is a web page.
constexpr std::size_t max_error_size = 64 * 1024;

/// Whole seconds. A number that is too large becomes `very_many`.
std::optional<std::chrono::seconds> parse_seconds(std::optional<std::string_view> header) {
    constexpr std::int64_t very_many = 1'000'000'000'000;
    bool const digits = header && !header->empty() && std::all_of(header->begin(), header->end(), [](char c) {
                            return c >= '0' && c <= '9';
                        });
    if (!digits) return std::nullopt;
    std::int64_t value = very_many;
    std::from_chars(header->data(), header->data() + header->size(), value);
    return std::chrono::seconds(std::min(value, very_many));
}

/// The time until an HTTP date ("Mon, 02 Mar 2026 09:00:17 GMT"); negative if it has passed.
std::optional<std::chrono::seconds> seconds_until(std::optional<std::string_view> header, timestamp now) {
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (!header || header->size() != 29 || !header->ends_with(" GMT")) return std::nullopt;
    auto const month = months.find(header->substr(8, 3));
    if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
    auto const number = month / 3 + 1;
    auto const date = parse_rfc3339(
        std::string(header->substr(12, 4)) + (number < 10 ? "-0" : "-") + std::to_string(number) + "-" +
        std::string(header->substr(5, 2)) + "T" + std::string(header->substr(17, 8)) + "Z"
    );
    if (!date) return std::nullopt;
    return std::chrono::ceil<std::chrono::seconds>(*date - now);
}

/// From Retry-After or from Sentry's reset header, which is a Unix time; between a second and an hour.
std::optional<std::chrono::seconds> requested_pause(http::fields const& headers, timestamp now) {
    std::optional<std::chrono::seconds> pause = parse_seconds(headers.find("Retry-After"));
    if (!pause) pause = seconds_until(headers.find("Retry-After"), now);
    if (!pause) {
        if (auto const reset = parse_seconds(headers.find("X-Sentry-Rate-Limit-Reset")))
            pause = *reset - std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
    }
    if (!pause) return std::nullopt;
    return std::clamp<std::chrono::seconds>(*pause, 1s, 3600s);
}

/// Sentry's message: {"detail": text | {"message": text}} or {"error": text}; else empty.
std::string message_of(json::value const& root) {
    for (auto const& path :
         {std::initializer_list<std::string_view>{"detail"},
          {"detail", "message"},
          {"error"},
          {"error_description"}})
        if (auto const field = root.at(path))
            if (auto const text = field->as_string()) return printable(*text, 300);
    return {};
}

/// OAuth's error names consist of lower-case letters and underscores; in other responses `error` is a
/// sentence.
std::string oauth_error_of(json::value const& root) {
    auto const field = root.find("error");
    auto const name = field ? field->as_string() : std::nullopt;
    bool const is_name =
        name && !name->empty() && name->size() <= 64 &&
        std::all_of(name->begin(), name->end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
    return is_name ? std::string(*name) : std::string();
}

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

call_failure classify(http::client_response const& response, timestamp now) {
    call_failure why{
        .kind = failure_kind::transient,
        .http_status = response.status,
        .detail = {},
        .in_doubt = false,
        .retry_after = requested_pause(response.headers, now)
    };
    if (response.body.size() <= max_error_size)
        if (auto const parsed = json::parse(response.body)) {
            why.detail = message_of(parsed->root());
            why.oauth_error = oauth_error_of(parsed->root());
        }
    // Other refusals with 403 (a grant type, a feature that is off) have other messages.
    why.lacks_permission =
        response.status == 403 && why.detail == "You do not have permission to perform this action.";
    // Sentry's 404 is JSON. A proxy's page for a wrong address proves nothing about an installation.
    bool const is_from_sentry = !why.detail.empty();
    if (why.detail.empty()) why.detail = "status " + std::to_string(response.status);
    switch (response.status) {
        case 400:
        case 401:
        case 403:
        case 409:
        case 422:
            why.kind = failure_kind::refused;
            break;
        case 404:
            if (is_from_sentry) why.kind = failure_kind::gone;
            break;
        case 429:
            why.kind = failure_kind::rate_limited;
            break;
        default:
            // A 5xx may come after the change was committed.
            why.in_doubt = response.status >= 500;
    }
    return why;
}

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

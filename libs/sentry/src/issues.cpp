#include "requests.hpp"

#include <tocsin/json/writer.hpp>
#include <tocsin/sentry/client.hpp>

namespace tocsin::sentry {

namespace {

std::string issue_path(config::base_url const& base, std::string_view organization, std::string_view id) {
    return organization_path(base, organization) + "issues/" + path_segment(id) + "/";
}

void add_narrowing(
    std::vector<std::pair<std::string, std::string>>& query,
    std::vector<std::string> const& project_ids,
    std::string const& cursor
) {
    for (auto const& project : project_ids) query.emplace_back("project", project);
    if (!cursor.empty()) query.emplace_back("cursor", cursor);
}

}  // namespace

template <class T>
async::task<call_result<T>> client::get_one(
    organization_ref where, std::string path, secret token, call_result<T> (*decode)(std::string_view)
) {
    auto answered = co_await send(where, with_bearer(http::method::get, std::move(path), token));
    if (!answered) co_return answered.error();
    co_return decode(answered->body);
}

/// A page's items and where the next page begins.
template <class T>
async::task<call_result<page<T>>> client::get_page(
    organization_ref where,
    std::string path,
    std::vector<std::pair<std::string, std::string>> query,
    secret token,
    call_result<std::vector<T>> (*decode)(std::string_view)
) {
    auto answered = co_await send(
        where, with_bearer(http::method::get, std::move(path) + "?" + http::form_encoded(query), token)
    );
    if (!answered) co_return answered.error();
    auto items = decode(answered->body);
    if (!items) co_return items.error();
    co_return page<T>{std::move(*items), next_cursor(answered->headers.find("Link").value_or(""))};
}

async::task<call_result<page<issue>>> client::list_issues(
    organization_ref where, issue_query what, secret token
) {
    // Without `query` Sentry would put in one of its own; an empty one means all issues.
    std::vector<std::pair<std::string, std::string>> query{
        {"query", what.query}, {"limit", "100"}, {"collapse", "stats"}
    };
    add_narrowing(query, what.project_ids, what.cursor);
    auto path = organization_path(base(), where.id_or_slug) + "issues/";
    return get_page(std::move(where), std::move(path), std::move(query), std::move(token), decode_issues);
}

async::task<call_result<issue>> client::find_issue(organization_ref where, std::string id, secret token) {
    auto path = issue_path(base(), where.id_or_slug, id);
    return get_one(std::move(where), std::move(path), std::move(token), decode_issue);
}

async::task<call_result<stored_event>> client::find_event(
    organization_ref where, std::string issue_id, std::string event_id, secret token
) {
    auto path = issue_path(base(), where.id_or_slug, issue_id) + "events/" + path_segment(event_id) + "/";
    return get_one(std::move(where), std::move(path), std::move(token), decode_event);
}

async::task<call_result<stored_event>> client::latest_event(
    organization_ref where, std::string issue_id, secret token
) {
    return find_event(std::move(where), std::move(issue_id), "latest", std::move(token));
}

async::task<call_result<stored_event>> client::oldest_event(
    organization_ref where, std::string issue_id, secret token
) {
    return find_event(std::move(where), std::move(issue_id), "oldest", std::move(token));
}

async::task<call_result<page<release>>> client::list_releases(
    organization_ref where, release_query what, secret token
) {
    std::vector<std::pair<std::string, std::string>> query{{"per_page", "100"}};
    if (!what.version_contains.empty()) query.emplace_back("query", what.version_contains);
    add_narrowing(query, what.project_ids, what.cursor);
    auto path = organization_path(base(), where.id_or_slug) + "releases/";
    return get_page(std::move(where), std::move(path), std::move(query), std::move(token), decode_releases);
}

async::task<call_result<release>> client::find_release(
    organization_ref where, std::string version, secret token
) {
    auto path = organization_path(base(), where.id_or_slug) + "releases/" + path_segment(version) + "/";
    return get_one(std::move(where), std::move(path), std::move(token), decode_release);
}

async::task<call_result<void>> client::set_status(
    organization_ref where, std::string issue_id, std::string_view status, secret token
) {
    auto request = with_bearer(http::method::put, issue_path(base(), where.id_or_slug, issue_id), token);
    json::writer body;
    body.begin_object().field("status", status).end_object();
    set_json(request, body.take());
    auto answered = co_await send(where, std::move(request));
    if (!answered) co_return answered.error();
    co_return call_result<void>{};
}

async::task<call_result<void>> client::resolve_issue(
    organization_ref where, std::string issue_id, secret token
) {
    return set_status(std::move(where), std::move(issue_id), "resolved", std::move(token));
}

async::task<call_result<void>> client::unresolve_issue(
    organization_ref where, std::string issue_id, secret token
) {
    return set_status(std::move(where), std::move(issue_id), "unresolved", std::move(token));
}

}  // namespace tocsin::sentry

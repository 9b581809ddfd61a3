#include "requests.hpp"

#include <tocsin/json/writer.hpp>
#include <tocsin/sentry/client.hpp>

namespace tocsin::sentry {

namespace {

/// A page's items and where the next page begins.
template <class T>
call_result<page<T>> as_page(call_result<std::vector<T>> items, http::answer const& answer) {
    if (!items) return items.error();
    return page<T>{std::move(*items), next_cursor(answer.headers.find("Link").value_or(""))};
}

std::string issue_path(config::base_url const& base, std::string_view organization, std::string_view id) {
    return organization_path(base, organization) + "issues/" + path_segment(id) + "/";
}

}  // namespace

async::task<call_result<page<issue>>> client::list_issues(
    organization_ref where, issue_query what, secret token
) {
    // Without `query` Sentry would put in one of its own; an empty one means all issues.
    std::vector<std::pair<std::string, std::string>> query{
        {"query", what.query}, {"limit", "100"}, {"collapse", "stats"}
    };
    for (auto const& project : what.project_ids) query.emplace_back("project", project);
    if (!what.cursor.empty()) query.emplace_back("cursor", what.cursor);
    auto answered = co_await send(
        where,
        with_bearer(
            http::method::get,
            organization_path(base(), where.id_or_slug) + "issues/?" + http::form_encoded(query),
            token
        )
    );
    if (!answered) co_return answered.error();
    co_return as_page(decode_issues(answered->body), *answered);
}

async::task<call_result<issue>> client::find_issue(organization_ref where, std::string id, secret token) {
    auto answered =
        co_await send(where, with_bearer(http::method::get, issue_path(base(), where.id_or_slug, id), token));
    if (!answered) co_return answered.error();
    co_return decode_issue(answered->body);
}

async::task<call_result<stored_event>> client::find_event(
    organization_ref where, std::string issue_id, std::string event_id, secret token
) {
    auto answered = co_await send(
        where,
        with_bearer(
            http::method::get,
            issue_path(base(), where.id_or_slug, issue_id) + "events/" + path_segment(event_id) + "/",
            token
        )
    );
    if (!answered) co_return answered.error();
    co_return decode_event(answered->body);
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
    for (auto const& project : what.project_ids) query.emplace_back("project", project);
    if (!what.cursor.empty()) query.emplace_back("cursor", what.cursor);
    auto answered = co_await send(
        where,
        with_bearer(
            http::method::get,
            organization_path(base(), where.id_or_slug) + "releases/?" + http::form_encoded(query),
            token
        )
    );
    if (!answered) co_return answered.error();
    co_return as_page(decode_releases(answered->body), *answered);
}

async::task<call_result<release>> client::find_release(
    organization_ref where, std::string version, secret token
) {
    auto answered = co_await send(
        where,
        with_bearer(
            http::method::get,
            organization_path(base(), where.id_or_slug) + "releases/" + path_segment(version) + "/",
            token
        )
    );
    if (!answered) co_return answered.error();
    co_return decode_release(answered->body);
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

#include "client_impl.hpp"
#include "requests.hpp"

#include <tocsin/json/writer.hpp>
#include <tocsin/sentry/responses.hpp>

#include <utility>

namespace tocsin::sentry {

namespace {

using query_parameters = std::vector<std::pair<std::string, std::string>>;

std::string issue_path(config::base_url const& base, std::string_view organization, std::string_view id) {
    return organization_path(base, organization) + "issues/" + path_segment(id) + "/";
}

void add_filters(
    query_parameters& parameters, std::vector<std::string> const& project_ids, std::string const& cursor
) {
    for (auto const& project : project_ids) parameters.emplace_back("project", project);
    if (!cursor.empty()) parameters.emplace_back("cursor", cursor);
}

template <class T>
async::task<call_result<T>> get_one(
    client::impl& client,
    organization_ref organization,
    std::string path,
    secret token,
    call_result<T> (*decode)(std::string_view)
) {
    auto response =
        co_await client.send(organization, with_bearer(http::method::get, std::move(path), token));
    if (!response) co_return response.error();
    co_return decode(response->body);
}

template <class T>
async::task<call_result<page<T>>> get_page(
    client::impl& client,
    organization_ref organization,
    std::string path,
    query_parameters parameters,
    secret token,
    call_result<std::vector<T>> (*decode)(std::string_view)
) {
    auto response = co_await client.send(
        organization,
        with_bearer(http::method::get, std::move(path) + "?" + http::form_encoded(parameters), token)
    );
    if (!response) co_return response.error();
    auto items = decode(response->body);
    if (!items) co_return items.error();
    co_return page<T>{std::move(*items), next_cursor(response->headers.find("Link").value_or(""))};
}

async::task<call_result<void>> set_status(
    client::impl& client,
    organization_ref organization,
    std::string issue_id,
    std::string_view status,
    secret token
) {
    auto request =
        with_bearer(http::method::put, issue_path(client.base(), organization.id_or_slug, issue_id), token);
    json::writer body;
    body.begin_object().field("status", status).end_object();
    set_json(request.request, body.take());
    auto response = co_await client.send(organization, std::move(request));
    if (!response) co_return response.error();
    co_return call_result<void>{};
}

}  // namespace

async::task<call_result<page<issue>>> client::list_issues(
    organization_ref organization, issue_query query, secret token
) {
    // Without `query`, Sentry would use its default; an empty one returns all issues.
    query_parameters parameters{{"query", query.query}, {"limit", "100"}, {"collapse", "stats"}};
    add_filters(parameters, query.project_ids, query.cursor);
    auto path = organization_path(base(), organization.id_or_slug) + "issues/";
    return get_page(
        *impl_,
        std::move(organization),
        std::move(path),
        std::move(parameters),
        std::move(token),
        decode_issues
    );
}

async::task<call_result<issue>> client::find_issue(
    organization_ref organization, std::string id, secret token
) {
    auto path = issue_path(base(), organization.id_or_slug, id);
    return get_one(*impl_, std::move(organization), std::move(path), std::move(token), decode_issue);
}

async::task<call_result<stored_event>> client::find_event(
    organization_ref organization, std::string issue_id, std::string event_id, secret token
) {
    auto path =
        issue_path(base(), organization.id_or_slug, issue_id) + "events/" + path_segment(event_id) + "/";
    return get_one(*impl_, std::move(organization), std::move(path), std::move(token), decode_event);
}

async::task<call_result<stored_event>> client::latest_event(
    organization_ref organization, std::string issue_id, secret token
) {
    return find_event(std::move(organization), std::move(issue_id), "latest", std::move(token));
}

async::task<call_result<stored_event>> client::oldest_event(
    organization_ref organization, std::string issue_id, secret token
) {
    return find_event(std::move(organization), std::move(issue_id), "oldest", std::move(token));
}

async::task<call_result<page<release>>> client::list_releases(
    organization_ref organization, release_query query, secret token
) {
    query_parameters parameters{{"per_page", "100"}};
    if (!query.version_contains.empty()) parameters.emplace_back("query", query.version_contains);
    add_filters(parameters, query.project_ids, query.cursor);
    auto path = organization_path(base(), organization.id_or_slug) + "releases/";
    return get_page(
        *impl_,
        std::move(organization),
        std::move(path),
        std::move(parameters),
        std::move(token),
        decode_releases
    );
}

async::task<call_result<release>> client::find_release(
    organization_ref organization, std::string version, secret token
) {
    auto path =
        organization_path(base(), organization.id_or_slug) + "releases/" + path_segment(version) + "/";
    return get_one(*impl_, std::move(organization), std::move(path), std::move(token), decode_release);
}

async::task<call_result<void>> client::resolve_issue(
    organization_ref organization, std::string issue_id, secret token
) {
    return set_status(*impl_, std::move(organization), std::move(issue_id), "resolved", std::move(token));
}

async::task<call_result<void>> client::unresolve_issue(
    organization_ref organization, std::string issue_id, secret token
) {
    return set_status(*impl_, std::move(organization), std::move(issue_id), "unresolved", std::move(token));
}

}  // namespace tocsin::sentry

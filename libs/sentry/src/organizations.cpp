#include "requests.hpp"

#include <tocsin/sentry/client.hpp>

#include <algorithm>
#include <iterator>
#include <set>

namespace tocsin::sentry {

async::task<call_result<installation>> client::find_installation(uuid installation, secret const& token) {
    auto answered =
        co_await send(with_bearer(http::method::get, installation_path(base(), installation), token));
    if (!answered) co_return answered.error();
    co_return decode_installation(answered->body);
}

async::task<call_result<void>> client::mark_installed(uuid installation, secret const& token) {
    auto request = with_bearer(http::method::put, installation_path(base(), installation), token);
    set_json(request, R"({"status":"installed"})");
    auto answered = co_await send(std::move(request));
    if (!answered) co_return answered.error();
    co_return call_result<void>{};
}

async::task<call_result<organization>> client::find_organization(std::string_view slug, secret const& token) {
    auto answered = co_await send(with_bearer(http::method::get, organization_path(base(), slug), token));
    if (!answered) co_return answered.error();
    co_return decode_organization(answered->body);
}

async::task<call_result<std::vector<organization>>> client::list_organizations(secret token) {
    // One host of Sentry's service lists its own region's organizations only; elsewhere there are no regions.
    std::vector<std::string> hosts;
    auto told =
        co_await send(with_bearer(http::method::get, base().path + "/api/0/users/me/regions/", token));
    if (told) {
        auto const named = decode_regions(told->body);
        if (!named) co_return named.error();
        for (auto const& url : *named)
            if (allowed_region(base(), url)) hosts.push_back(url);
    } else if (told.error().http_status != 404 && told.error().http_status != 403) {
        co_return told.error();
    }
    if (hosts.empty()) hosts.emplace_back();

    std::vector<organization> all;
    for (auto const& host : hosts) {
        auto found = co_await all_pages(
            host_of(host), base().path + "/api/0/organizations/", token, decode_organizations
        );
        if (!found) co_return found.error();
        for (auto& one : *found)
            if (std::ranges::find(all, one.id, &organization::id) == all.end()) all.push_back(std::move(one));
    }
    co_return all;
}

async::task<call_result<std::vector<project>>> client::list_projects(
    std::string organization_slug, secret token
) {
    return all_pages(
        host_of(""),
        organization_path(base(), organization_slug) + "projects/",
        std::move(token),
        decode_projects
    );
}

template <class T>
async::task<call_result<std::vector<T>>> client::all_pages(
    host& of, std::string path, secret token, call_result<std::vector<T>> (*decode)(std::string_view)
) {
    std::vector<T> all;
    std::set<std::string> cursors;
    std::string target = path + "?per_page=100";
    for (int page = 0; page < max_pages; ++page) {
        auto answered = co_await send(of, with_bearer(http::method::get, target, token));
        if (!answered) co_return answered.error();
        auto found = decode(answered->body);
        if (!found) co_return found.error();
        all.insert(all.end(), std::make_move_iterator(found->begin()), std::make_move_iterator(found->end()));
        auto const next = next_cursor(answered->headers.find("Link").value_or(""));
        if (!next) break;
        if (!cursors.insert(*next).second) co_return unusable("the pages of the list go round in a circle");
        // The cursor goes to the same host again: the URL in the Link header may name another.
        target = path + "?per_page=100&" + http::form_encoded({{"cursor", *next}});
    }
    co_return all;
}

}  // namespace tocsin::sentry

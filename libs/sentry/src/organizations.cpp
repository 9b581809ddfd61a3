#include "client_impl.hpp"
#include "requests.hpp"
#include "unusable.hpp"

#include <tocsin/sentry/regions.hpp>
#include <tocsin/sentry/responses.hpp>

#include <algorithm>
#include <iterator>
#include <set>

namespace tocsin::sentry {

namespace {

/// Of a hundred items each.
constexpr int max_pages = 100;

template <class T>
async::task<call_result<std::vector<T>>> read_all_pages(
    client::impl& client,
    client::impl::host& host,
    std::string path,
    secret token,
    call_result<std::vector<T>> (*decode)(std::string_view)
) {
    std::vector<T> all;
    std::set<std::string> cursors;
    std::string target = path + "?per_page=100";
    for (int page = 0; page < max_pages; ++page) {
        auto response = co_await client.send(host, with_bearer(http::method::get, target, token));
        if (!response) co_return response.error();
        auto items = decode(response->body);
        if (!items) co_return items.error();
        all.insert(all.end(), std::make_move_iterator(items->begin()), std::make_move_iterator(items->end()));
        auto const next = next_cursor(response->headers.find("Link").value_or(""));
        if (!next) break;
        if (!cursors.insert(*next).second) co_return unusable("the pages of the list repeat");
        // To the same host: the URL in the Link header may name another one.
        target = path + "?per_page=100&" + http::form_encoded({{"cursor", *next}});
    }
    co_return all;
}

}  // namespace

async::task<call_result<installation>> client::find_installation(uuid installation, secret const& token) {
    auto response =
        co_await impl_->send(with_bearer(http::method::get, installation_path(base(), installation), token));
    if (!response) co_return response.error();
    co_return decode_installation(response->body);
}

async::task<call_result<void>> client::mark_installed(uuid installation, secret const& token) {
    auto request = with_bearer(http::method::put, installation_path(base(), installation), token);
    set_json(request.request, R"({"status":"installed"})");
    auto response = co_await impl_->send(std::move(request));
    if (!response) co_return response.error();
    co_return call_result<void>{};
}

async::task<call_result<organization>> client::find_organization(
    std::string_view id_or_slug, secret const& token
) {
    auto response =
        co_await impl_->send(with_bearer(http::method::get, organization_path(base(), id_or_slug), token));
    if (!response) co_return response.error();
    co_return decode_organization(response->body);
}

async::task<call_result<std::vector<organization>>> client::list_organizations(secret token) {
    // A host of Sentry's service lists only the organizations of its own region. Other hosts have no regions.
    std::vector<std::string> regions;
    auto response =
        co_await impl_->send(with_bearer(http::method::get, base().path + "/api/0/users/me/regions/", token));
    if (response) {
        auto const named = decode_regions(response->body);
        if (!named) co_return named.error();
        std::ranges::copy_if(*named, std::back_inserter(regions), [&](std::string const& url) {
            return allowed_region(base(), url).has_value();
        });
    } else {
        auto const& why = response.error();
        bool const has_no_regions =
            why.http_status == 404 || (why.kind == failure_kind::refused && why.http_status == 403);
        if (!has_no_regions) co_return why;
    }
    if (regions.empty()) regions.emplace_back();

    std::vector<organization> all;
    for (auto const& region : regions) {
        auto listed = co_await read_all_pages(
            *impl_, impl_->host_of(region), base().path + "/api/0/organizations/", token, decode_organizations
        );
        if (!listed) co_return listed.error();
        for (auto& each : *listed)
            if (std::ranges::find(all, each.id, &organization::id) == all.end())
                all.push_back(std::move(each));
    }
    co_return all;
}

async::task<call_result<std::vector<project>>> client::list_projects(std::string organization, secret token) {
    return read_all_pages(
        *impl_,
        impl_->host_of(""),
        organization_path(base(), organization) + "projects/",
        std::move(token),
        decode_projects
    );
}

}  // namespace tocsin::sentry

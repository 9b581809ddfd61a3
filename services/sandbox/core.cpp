#include "core.hpp"

#include "gzip.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/base/text.hpp>

#include <algorithm>
#include <chrono>
#include <memory>

namespace tocsin::sandbox {

namespace {

/// Far above a stored event of Sentry's size, for `/control/webhooks`.
constexpr std::size_t largest_body = 8u << 20;

async::task<http::response> ready(http::response what) {
    co_return what;
}

http::response marked_for_gate(http::response what, fault const& how) {
    what.headers.set(gate_header, gate_order(how));
    return what;
}

std::int64_t unix_seconds(state const& world) {
    return std::chrono::floor<std::chrono::seconds>(world.now().time_since_epoch()).count();
}

/// The address that the request came to, as the base URL has it.
std::string address_of(core const& shared, http::request const& about) {
    std::vector<std::pair<std::string, std::string>> query;
    for (auto const& [name, value] : about.query) query.emplace_back(name, value);
    auto const url = shared.base_url + about.target;
    return query.empty() ? url : url + "?" + http::form_encoded(query);
}

http::response to_itself(std::string const& address) {
    http::response out;
    out.status = 302;
    out.headers.set("Location", address);
    return out;
}

http::response gzip_encoded(http::response what) {
    what.headers.set("Content-Encoding", "gzip");
    what.body = gzipped(what.body);
    return what;
}

/// Sentry's form of the header, whatever page was asked for.
http::response with_itself_as_next(http::response what, std::string const& address) {
    what.headers.set(
        "Link",
        "<" + address + ">; rel=\"previous\"; results=\"false\"; cursor=\"100:-1:1\", <" + address +
            ">; rel=\"next\"; results=\"true\"; cursor=\"100:0:0\""
    );
    return what;
}

async::task<http::response> with_fault(
    core& shared, fault what, std::string_view area, http::handler const& handle, http::request& about
) {
    using enum fault_kind;
    switch (what.kind) {
        case status:
        case html:
        case redirect:
            if (what.kind == status && what.delay.count() > 0) co_await async::sleep_for(what.delay);
            co_return faulty_answer(what, area, unix_seconds(shared.world));
        case redirect_loop:
            co_return to_itself(address_of(shared, about));
        case delay:
            co_await async::sleep_for(what.delay);
            co_return co_await handle(about);
        case gzip:
            co_return gzip_encoded(co_await handle(about));
        case pagination_loop: {
            auto const address = address_of(shared, about);
            co_return with_itself_as_next(co_await handle(about), address);
        }
        case lost_answer:
        case truncated:
        case wrong_length:
        case trickle:
        case hang_after_headers:
            co_return marked_for_gate(co_await handle(about), what);
        case drop:
        case reset:
        case hang:
        case garbage:
        case raw:
        case huge:
        case endless:
            break;
    }
    co_return marked_for_gate(http::response::text(500, what.body), what);
}

/// Sentry's buckets: all of an organization's integrations have one, and every user one.
std::string bucket_of(state& world, http::request const& about) {
    auto const header = about.headers.find("Authorization").value_or("");
    auto const token = trim(header.substr(header.find(' ') + 1));
    auto const* const by = world.installation_by_token(token);
    return by ? "organization " + by->organization_id
              : std::string(world.oauth.by_token(token) ? "user" : "");
}

async::task<http::response> limited(core& shared, http::handler const& handle, http::request& about) {
    auto& world = shared.world;
    auto const second = unix_seconds(world);
    auto& bucket = world.windows[bucket_of(world, about)];
    if (bucket.second != second) bucket = {second, 0};
    auto const limit = world.set.rate_limit;
    if (++bucket.requests > limit) co_return too_many_requests({limit, 0, second + 1});
    rate_limit const left{limit, limit - bucket.requests, second + 1};
    auto out = co_await handle(about);
    set_rate_limit(out, left);
    co_return out;
}

/// `handle` lives in the route, which outlives its requests.
async::task<http::response> guarded(
    core& shared, std::string_view area, http::handler const& handle, http::request& about
) {
    ++shared.world.api_calls[std::string(area)];
    // Of a map, so that it stays where it is.
    auto& load = shared.world.loads[std::string(area)];
    load.begin(load::clock::now());
    auto const over =
        std::unique_ptr<class load, void (*)(class load*)>(&load, [](class load* of) { of->end(); });
    auto const fault = shared.faults.take(area);
    if (fault) co_return co_await with_fault(shared, *fault, area, handle, about);
    if (shared.world.set.rate_limit > 0 && is_api(area)) co_return co_await limited(shared, handle, about);
    co_return co_await handle(about);
}

}  // namespace

void route_table::add(http::method method, std::string pattern, std::string_view area, answer_now handle) {
    add_later(method, std::move(pattern), area, [handle = std::move(handle)](http::request& about) {
        return ready(handle(about));
    });
}

void route_table::add_later(
    http::method method, std::string pattern, std::string_view area, http::handler handle
) {
    auto const has_body =
        method == http::method::post || method == http::method::put || method == http::method::patch;
    http::route row;
    row.method = method;
    row.pattern = std::move(pattern);
    row.body = has_body ? http::body_kind::any : http::body_kind::none;
    row.max_body = largest_body;
    row.handle = std::move(handle);
    if (!area.empty()) {
        row.handle = [shared = shared_, area, inner = std::move(row.handle)](http::request& about) {
            return guarded(*shared, area, inner, about);
        };
    }
    routes_.push_back(std::move(row));
}

http::response detail_answer(int status, std::string_view text) {
    json::writer out;
    out.begin_object().field("detail", text).end_object();
    return http::response::json(status, out.take());
}

http::response page(int status, std::string html) {
    http::response out;
    out.status = status;
    out.headers.set("Content-Type", "text/html; charset=utf-8");
    // No form-action: the form of the consent page ends in a redirect to the app's own host.
    out.headers.set(
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
        "base-uri 'none'; "
        "frame-ancestors 'none'"
    );
    out.headers.set("Cache-Control", "no-store");
    out.headers.set("Referrer-Policy", "no-referrer");
    out.body = std::move(html);
    return out;
}

std::string html_escaped(std::string_view text) {
    std::string out;
    for (char const c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::vector<organization*> organizations_of_user(state& world) {
    auto const& named = world.oauth.user_organizations;
    std::vector<organization*> out;
    for (auto& each : world.organizations)
        if (!named || std::find(named->begin(), named->end(), each.slug) != named->end())
            out.push_back(&each);
    return out;
}

bool is_json(http::request const& about) {
    auto const type = about.headers.find("Content-Type").value_or("");
    return iequals(trim(type.substr(0, type.find(';'))), "application/json");
}

}  // namespace tocsin::sandbox

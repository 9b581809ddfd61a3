#include "core.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/base/text.hpp>

#include <algorithm>
#include <chrono>

namespace tocsin::sandbox {

namespace {

/// Far above a stored event of Sentry's size, for `/control/webhooks`.
constexpr std::size_t largest_body = 8u << 20;

async::task<http::response> ready(http::response what) {
    co_return what;
}

http::response marked_for_gate(http::response what, fault_kind kind) {
    what.headers.set(gate_header, to_string(kind));
    return what;
}

async::task<http::response> with_fault(
    core& shared, fault what, http::handler const& handle, http::request& about
) {
    using enum fault_kind;
    switch (what.kind) {
        case status:
        case html:
        case redirect: {
            auto const now =
                std::chrono::floor<std::chrono::seconds>(shared.world.now().time_since_epoch()).count();
            co_return faulty_answer(what, now);
        }
        case delay:
            co_await async::sleep_for(what.delay);
            co_return co_await handle(about);
        case lost_answer:
        case truncated:
            co_return marked_for_gate(co_await handle(about), what.kind);
        case drop:
        case hang:
        case garbage:
        case endless:
            break;
    }
    co_return marked_for_gate(http::response::text(500, "the gate answers instead"), what.kind);
}

/// `handle` lives in the route, which outlives its requests.
async::task<http::response> guarded(
    core& shared, std::string_view area, http::handler const& handle, http::request& about
) {
    ++shared.world.api_calls[std::string(area)];
    auto const fault = shared.faults.take(area);
    if (!fault) return handle(about);
    return with_fault(shared, *fault, handle, about);
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

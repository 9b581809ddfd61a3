#include "routes.hpp"

#include "gzip.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/base/text.hpp>

#include <chrono>
#include <memory>

namespace tocsin::sandbox {

namespace {

/// Far larger than any event that Sentry stores, for `/control/webhooks`.
constexpr std::size_t max_body = 8u << 20;

async::task<http::response> as_task(http::response response) {
    co_return response;
}

http::response with_fault_header(http::response response, fault const& fault) {
    response.headers.set(fault_header, fault_instruction(fault));
    return response;
}

std::int64_t unix_seconds(sentry_state const& state) {
    return std::chrono::floor<std::chrono::seconds>(state.now().time_since_epoch()).count();
}

/// The request's URL, below the base URL.
std::string url_of(sandbox_context const& context, http::request const& request) {
    std::vector<std::pair<std::string, std::string>> query;
    for (auto const& [name, value] : request.query) query.emplace_back(name, value);
    auto const url = context.base_url + request.target;
    return query.empty() ? url : url + "?" + http::form_encoded(query);
}

http::response redirect_to(std::string const& url) {
    http::response out;
    out.status = 302;
    out.headers.set("Location", url);
    return out;
}

http::response compressed(http::response response) {
    response.headers.set("Content-Encoding", "gzip");
    response.body = to_gzip(response.body);
    return response;
}

/// A `Link` header in Sentry's form whose next page is the page itself.
http::response with_next_page_loop(http::response response, std::string const& url) {
    response.headers.set(
        "Link",
        "<" + url + ">; rel=\"previous\"; results=\"false\"; cursor=\"100:-1:1\", <" + url +
            ">; rel=\"next\"; results=\"true\"; cursor=\"100:0:0\""
    );
    return response;
}

async::task<http::response> respond_with_fault(
    sandbox_context& context,
    fault fault,
    std::string_view area,
    http::handler const& handle,
    http::request& request
) {
    using enum fault_kind;
    switch (fault.kind) {
        case status:
        case html:
        case redirect:
            if (fault.kind == status && fault.delay.count() > 0) co_await async::sleep_for(fault.delay);
            co_return fault_response(fault, area, unix_seconds(context.state));
        case redirect_loop:
            co_return redirect_to(url_of(context, request));
        case delay:
            co_await async::sleep_for(fault.delay);
            co_return co_await handle(request);
        case gzip:
            co_return compressed(co_await handle(request));
        case pagination_loop: {
            auto const url = url_of(context, request);
            co_return with_next_page_loop(co_await handle(request), url);
        }
        case lost_answer:
        case truncated:
        case wrong_length:
        case trickle:
        case hang_after_headers:
            co_return with_fault_header(co_await handle(request), fault);
        case drop:
        case reset:
        case hang:
        case garbage:
        case raw:
        case huge:
        case endless:
            break;
    }
    co_return with_fault_header(http::response::text(500, fault.body), fault);
}

/// The rate limiter's bucket: one for all integrations of an organization, one for all users.
std::string bucket_of(sentry_state& state, http::request const& request) {
    auto const header = request.headers.find("Authorization").value_or("");
    auto const token = trim(header.substr(header.find(' ') + 1));
    auto const* const installation = state.installation_by_token(token);
    return installation ? "organization " + installation->organization_id
                        : std::string(state.oauth.by_token(token) ? "user" : "");
}

async::task<http::response> respond_within_rate_limit(
    sandbox_context& context, http::handler const& handle, http::request& request
) {
    auto& state = context.state;
    auto const second = unix_seconds(state);
    auto& window = state.windows[bucket_of(state, request)];
    if (window.second != second) window = {second, 0};
    auto const limit = state.behavior.rate_limit;
    if (++window.requests > limit) co_return too_many_requests({limit, 0, second + 1});
    rate_limit const remaining{limit, limit - window.requests, second + 1};
    auto out = co_await handle(request);
    set_rate_limit(out, remaining);
    co_return out;
}

/// `handle` belongs to the route, which outlives its requests.
async::task<http::response> respond(
    sandbox_context& context, std::string_view area, http::handler const& handle, http::request& request
) {
    ++context.state.api_calls[std::string(area)];
    auto& load = context.state.loads[std::string(area)];  // an element of a map does not move
    load.begin(load_counter::clock::now());
    auto const counted = std::unique_ptr<load_counter, void (*)(load_counter*)>(
        &load, [](load_counter* counter) { counter->end(); }
    );
    auto const fault = context.faults.take(area);
    if (fault) co_return co_await respond_with_fault(context, *fault, area, handle, request);
    if (context.state.behavior.rate_limit > 0 && is_api(area))
        co_return co_await respond_within_rate_limit(context, handle, request);
    co_return co_await handle(request);
}

}  // namespace

void route_table::add(http::method method, std::string pattern, std::string_view area, handler handle) {
    add_async(method, std::move(pattern), area, [handle = std::move(handle)](http::request& request) {
        return as_task(handle(request));
    });
}

void route_table::add_async(
    http::method method, std::string pattern, std::string_view area, http::handler handle
) {
    auto const has_body =
        method == http::method::post || method == http::method::put || method == http::method::patch;
    http::route row;
    row.method = method;
    row.pattern = std::move(pattern);
    row.body = has_body ? http::body_kind::any : http::body_kind::none;
    row.max_body = max_body;
    row.handle = std::move(handle);
    if (!area.empty()) {
        row.handle = [context = context_, area, inner = std::move(row.handle)](http::request& request) {
            return respond(*context, area, inner, request);
        };
    }
    routes_.push_back(std::move(row));
}

}  // namespace tocsin::sandbox

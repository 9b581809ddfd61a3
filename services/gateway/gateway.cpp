#include "gateway/gateway.hpp"

#include "gateway/descriptors.hpp"
#include "gateway/metrics.hpp"
#include "gateway/peer_admission.hpp"
#include "gateway/problem.hpp"
#include "gateway/proven_credentials.hpp"
#include "gateway/route_scopes.hpp"
#include "gateway/security_headers.hpp"

#include <tocsin/observe/log.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace tocsin::gateway {

namespace {

using identity::permission;

error unauthenticated() {
    return {errc::unauthenticated, "Sign in, or send an API token as a bearer token."};
}

/// Of one peer at a time.
constexpr std::size_t max_unproven = 32;

error too_many_unproven() {
    return {
        errc::rate_limited,
        "Too many requests with unknown credentials come from this address. Try again in a moment."
    };
}

/// The same for an organization that does not exist and for one to which the caller does not belong.
error no_organization() {
    return {errc::not_found, "There is no such organization."};
}

error foreign_page() {
    return {
        errc::forbidden,
        "The request came from a page of another site. Only Tocsin's own pages can use a session."
    };
}

error not_allowed(permission wanted) {
    return {
        errc::forbidden,
        "Your role in this organization does not include the permission to " +
            std::string(to_string(wanted)) + "."
    };
}

bool is_within_organization(permission wanted) noexcept {
    return wanted != permission::anyone && wanted != permission::authenticated;
}

error out_of_scope(std::optional<identity::token_scope> const& needed) {
    auto const remedy = needed ? " It needs " + std::string(to_string(*needed)) + "." : " No scope does.";
    return {errc::forbidden, "The scopes of this API token do not include this request." + remedy};
}

/// By the role alone, or, for a deployer, by its scopes.
std::optional<error> refusal(endpoint const& row, identity::identified const& who) {
    bool const needs_member = is_within_organization(row.permission);
    if (needs_member && !who.member) return no_organization();
    if (who.scopes) {
        auto const needed = scope_of(row.method, row.pattern);
        bool const has_it = needed && std::ranges::find(*who.scopes, *needed) != who.scopes->end();
        if (!has_it) return out_of_scope(needed);
    }
    if (needs_member && !identity::allows(who.member->role, row.permission))
        return not_allowed(row.permission);
    return std::nullopt;
}

void check(endpoint const& row) {
    bool const has_organization = row.pattern.find("{org}") != std::string::npos;
    if (has_organization == is_within_organization(row.permission)) return;
    throw std::logic_error(
        "endpoint " + row.pattern + ": {org} requires a permission within an organization, and vice versa"
    );
}

}  // namespace

session_cookie cookie_of(config::base_url const& public_url) {
    return session_cookie(public_url.https ? session_cookie::kind::secure : session_cookie::kind::plain);
}

struct gateway::impl {
    impl(settings configured, dependencies parts)
        : options(std::move(configured)),
          cookie(cookie_of(options.public_url)),
          origin(options.public_url.origin()),
          accounts(parts.accounts),
          unproven_accounts(parts.unproven_accounts),
          metrics(parts.metrics),
          api(std::move(parts.api)),
          server(parts.executor, make_routes(std::move(parts.others)), make_options()) {}

    std::vector<http::route> make_routes(std::vector<http::route> others) {
        std::vector<http::route> routes;
        for (auto const& row : api) {
            check(row);
            routes.push_back({
                .method = row.method,
                .pattern = row.pattern,
                .body = row.body,
                .max_body = row.max_body,
                .handle = [this, &row](http::request& request) { return respond(row, request); },
            });
        }
        for (auto& other : others) {
            if (!other.on_failure) {
                other.handle = [inner = std::move(other.handle)](http::request& request) {
                    return guarded(inner, request);
                };
            }
            routes.push_back(std::move(other));
        }
        return routes;
    }

    http::server_options make_options() {
        http::server_options http_options;
        http_options.allowed_hosts = options.allowed_hosts;
        http_options.trusted_proxies = options.trusted_proxies;
        http_options.tls_certificate_file = options.tls_certificate_file;
        http_options.tls_key_file = options.tls_key_file;
        http_options.max_connections = max_connections_within(raise_descriptor_limit());
        http_options.max_connections_per_peer = http_options.max_connections / 2;
        http_options.common_headers =
            common_headers(options.public_url.https ? transport::tls : transport::plain);
        http_options.problem = [](int status, std::string_view detail, http::request const*) {
            return problem_of_status(status, detail);
        };
        http_options.on_exchange = [this](http::exchange const& exchange) {
            record_exchange(metrics, exchange);
        };
        http_options.on_tls_change = [](std::optional<std::string> const& problem) {
            if (problem)
                observe::log_warn("new TLS files not usable", {{"why", *problem}});
            else
                observe::log_info("new TLS files in use", {});
        };
        return http_options;
    }

    /// Every failure of an API request becomes a response here.
    async::task<http::response> respond(endpoint const& row, http::request& request) {
        try {
            auto outcome = co_await serve(row, request);
            co_return outcome ? std::move(*outcome) : problem_response(outcome.error());
        } catch (...) {
            co_return problem_of_exception(std::current_exception(), request);
        }
    }

    /// For a route outside the API without a response of its own for failures.
    static async::task<http::response> guarded(http::handler const& inner, http::request& request) {
        try {
            co_return co_await inner(request);
        } catch (...) {
            co_return problem_of_exception(std::current_exception(), request);
        }
    }

    async::task<result<http::response>> serve(endpoint const& row, http::request& request) {
        auto credentials = read_credentials(request, cookie);
        using kinds = request_credentials::kinds;
        // Reading can have effects, too: calls through a grant are counted and sent to Sentry.
        bool const needs_own_page = credentials.kind == kinds::session ||
                                    (is_unsafe(request.method) && credentials.kind != kinds::token);
        if (needs_own_page && source_of(request.headers, origin) == request_source::foreign)
            co_return foreign_page();

        request_context ctx{request, {}, {}};
        if (row.permission != permission::anyone) {
            auto found = co_await authenticate(row, request, std::move(credentials));
            if (!found) co_return found.error();
            if (auto refused = refusal(row, *found)) co_return std::move(*refused);
            ctx.principal = std::move(found->principal);
            ctx.principal.address = request.peer;
            ctx.principal.request_id = request.id;
            ctx.membership = std::move(found->member);
        }
        auto answer = co_await row.handle(ctx);
        if (answer && ctx.membership) answer->owner = ctx.membership->organization.str();
        co_return answer;
    }

    async::task<result<identity::identified>> authenticate(
        endpoint const& row, http::request const& request, request_credentials credentials
    ) {
        using kinds = request_credentials::kinds;
        std::optional<std::string> organization;
        if (is_within_organization(row.permission)) organization = std::string(request.capture("org"));
        bool const is_proven = proven.contains(credentials.value);
        auto const ticket = is_proven ? std::nullopt : unproven.admit(request.peer);
        if (!is_proven && !ticket) co_return too_many_unproven();
        auto& from = is_proven ? accounts : unproven_accounts;
        std::optional<identity::identified> found;
        if (credentials.kind == kinds::session)
            found = co_await from.find_session(credentials.value, std::move(organization));
        else if (credentials.kind == kinds::token)
            found = co_await from.find_api_token(credentials.value, std::move(organization));
        if (!found) {
            proven.remove(credentials.value);
            co_return unauthenticated();
        }
        proven.add(credentials.value);
        co_return std::move(*found);
    }

    settings const options;
    session_cookie const cookie;
    std::string const origin;
    identity::accounts& accounts;
    identity::accounts& unproven_accounts;
    proven_credentials proven{std::chrono::steady_clock::now};
    peer_admission unproven{max_unproven};
    observe::metrics& metrics;
    endpoints const api;
    http::server server;  // last: its routes refer to the members above
};

gateway::gateway(settings options, dependencies parts)
    : impl_(std::make_unique<impl>(std::move(options), std::move(parts))) {}

gateway::~gateway() = default;

std::uint16_t gateway::start() {
    auto const& address = impl_->options.listen;
    auto const port = impl_->server.listen(address.host, address.port);
    observe::log_info("listening", {{"what", "gateway"}, {"address", address.host}, {"port", port}});
    return port;
}

async::task<bool> gateway::drain(std::chrono::milliseconds limit) {
    co_await impl_->server.drain(limit);
    co_return impl_->server.connections() == 0;
}

void gateway::end_connections() noexcept {
    impl_->server.end_connections();
}

}  // namespace tocsin::gateway

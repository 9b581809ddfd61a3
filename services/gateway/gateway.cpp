#include "gateway/gateway.hpp"

#include "gateway/metrics.hpp"
#include "gateway/problem.hpp"
#include "gateway/security_headers.hpp"

#include <tocsin/observe/log.hpp>

#include <stdexcept>
#include <utility>

namespace tocsin::gateway {

namespace {

using identity::permission;

error unauthenticated() {
    return {errc::unauthenticated, "Sign in, or send an API token as a bearer token."};
}

/// One answer for an organization that does not exist and one that the caller does not belong to.
error no_organization() {
    return {errc::not_found, "There is no such organization."};
}

error foreign_page() {
    return {
        errc::forbidden,
        "This request came from another site's page. Only Tocsin's own pages may change something."
    };
}

error not_allowed(permission wanted) {
    return {
        errc::forbidden,
        "Your role in this organization does not include the permission to " +
            std::string(to_string(wanted)) + "."
    };
}

bool is_of_organization(permission wanted) noexcept {
    return wanted != permission::anyone && wanted != permission::authenticated;
}

void check(endpoint const& row) {
    bool const names_one = row.pattern.find("{org}") != std::string::npos;
    if (names_one == is_of_organization(row.permission)) return;
    throw std::logic_error("endpoint " + row.pattern + ": {org} and a permission in one go together");
}

}  // namespace

session_cookie cookie_of(config::base_url const& public_url) {
    return session_cookie(public_url.https ? session_cookie::kind::secure : session_cookie::kind::plain);
}

struct gateway::impl {
    impl(settings with, dependencies on)
        : options(std::move(with)),
          cookie(cookie_of(options.public_url)),
          origin(options.public_url.origin()),
          accounts(on.accounts),
          metrics(on.metrics),
          api(std::move(on.api)),
          server(on.executor, make_routes(std::move(on.others)), make_options()) {}

    std::vector<http::route> make_routes(std::vector<http::route> others) {
        std::vector<http::route> routes;
        for (auto const& row : api) {
            check(row);
            routes.push_back({
                .method = row.method,
                .pattern = row.pattern,
                .body = row.body,
                .max_body = row.max_body,
                .handle = [this, &row](http::request& asked) { return answer(row, asked); },
            });
        }
        for (auto& other : others) {
            if (!other.on_failure) {
                other.handle = [inner = std::move(other.handle)](http::request& asked) {
                    return guarded(inner, asked);
                };
            }
            routes.push_back(std::move(other));
        }
        return routes;
    }

    http::server_options make_options() {
        http::server_options made;
        made.allowed_hosts = options.allowed_hosts;
        made.trusted_proxies = options.trusted_proxies;
        made.tls_certificate_file = options.tls_certificate_file;
        made.tls_key_file = options.tls_key_file;
        made.common_headers = common_headers(options.public_url.https ? transport::tls : transport::plain);
        made.problem = [](int status, std::string_view detail, http::request const*) {
            return problem_of_status(status, detail);
        };
        made.on_exchange = [this](http::exchange const& answered) { record_exchange(metrics, answered); };
        return made;
    }

    /// Everything that may go wrong with one request of the API ends here.
    async::task<http::response> answer(endpoint const& row, http::request& asked) {
        try {
            auto outcome = co_await serve(row, asked);
            co_return outcome ? std::move(*outcome) : to_response(outcome.error());
        } catch (...) {
            co_return problem_of_exception(std::current_exception(), asked);
        }
    }

    /// A route that answers for itself, but has nothing to say where it fails.
    static async::task<http::response> guarded(http::handler const& inner, http::request& asked) {
        try {
            co_return co_await inner(asked);
        } catch (...) {
            co_return problem_of_exception(std::current_exception(), asked);
        }
    }

    async::task<result<http::response>> serve(endpoint const& row, http::request& asked) {
        auto credentials = read_credentials(asked, cookie);
        bool const by_token = credentials.what == presented::kind::token;
        if (is_unsafe(asked.method) && !by_token &&
            source_of(asked.headers, origin) == request_source::foreign)
            co_return foreign_page();

        call by{asked, {}, {}};
        if (row.permission != permission::anyone) {
            auto found = co_await identify(row, asked, std::move(credentials));
            if (!found) co_return unauthenticated();
            by.who = std::move(found->who);
            by.who.address = asked.peer;
            by.who.request_id = asked.id;
            by.membership = std::move(found->member);
        }
        if (is_of_organization(row.permission)) {
            if (!by.membership) co_return no_organization();
            if (!identity::allows(by.membership->role, row.permission)) co_return not_allowed(row.permission);
        }
        co_return co_await row.handle(by);
    }

    async::task<std::optional<identity::identified>> identify(
        endpoint const& row, http::request const& asked, presented credentials
    ) {
        std::optional<std::string> organization;
        if (is_of_organization(row.permission)) organization = std::string(asked.capture("org"));
        std::optional<identity::identified> found;
        if (credentials.what == presented::kind::session)
            found = co_await accounts.find_session(std::move(credentials.value), std::move(organization));
        else if (credentials.what == presented::kind::token)
            found = co_await accounts.find_api_token(std::move(credentials.value), std::move(organization));
        co_return found;
    }

    settings const options;
    session_cookie const cookie;
    std::string const origin;
    identity::accounts& accounts;
    observe::metrics& metrics;
    endpoints const api;
    http::server server;  // last: its routes point at what stands above
};

gateway::gateway(settings with, dependencies on)
    : impl_(std::make_unique<impl>(std::move(with), std::move(on))) {}

gateway::~gateway() = default;

std::uint16_t gateway::start() {
    auto const& where = impl_->options.listen;
    auto const port = impl_->server.listen(where.host, where.port);
    observe::log_info("listening", {{"what", "gateway"}, {"address", where.host}, {"port", port}});
    return port;
}

async::task<bool> gateway::drain(std::chrono::milliseconds limit) {
    co_await impl_->server.drain(limit);
    co_return impl_->server.connections() == 0;
}

}  // namespace tocsin::gateway

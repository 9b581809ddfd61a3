#pragma once

#include "call_gate.hpp"
#include "requests.hpp"

#include <tocsin/http/client.hpp>
#include <tocsin/sentry/client.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace tocsin::sentry {

struct client::impl {
    /// One host, the connections to it, and when calls may start.
    struct host {
        host(
            async::executor const& executor,
            config::base_url const& base,
            client_settings const& settings,
            http::reach reach
        );

        http::client http;
        std::shared_ptr<call_gate> gate;
    };

    /// What the clients of one Sentry share.
    struct shared_state {
        async::executor executor;
        client_settings settings;
        clock const& time;
        std::map<std::string, std::unique_ptr<host>> hosts = {};  ///< by base URL, created by the first call
    };

    config::base_url const& base() const noexcept { return shared->settings.sentry; }
    /// The host of a region, or the configured host if tokens must not go to that region.
    host& host_of(std::string const& region);

    /// To the organization's region if tokens may go there, else to the configured host.
    async::task<call_result<http::client_response>> send(
        organization_ref const& organization, secret_request request
    );
    /// To the configured host.
    async::task<call_result<http::client_response>> send(secret_request request);
    async::task<call_result<http::client_response>> send(host& target, secret_request request);

    struct exchange {
        http::client_response response;
        std::optional<call_failure> failure;  ///< that the response means
    };
    /// In its turn, and with a pause for later calls after a 429.
    async::task<call_result<exchange>> perform(host& target, secret_request request);

    std::shared_ptr<shared_state> shared;
    clock const& time;
    caller who = {};
};

}  // namespace tocsin::sentry

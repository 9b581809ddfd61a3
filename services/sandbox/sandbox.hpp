#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/base/time.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace tocsin::sandbox {

/// Sentry's option "Verify installation": with `required`, an installation stays `pending` until the app
/// confirms it.
enum class verify_install { required, off };

/// The initial settings. All except the address can be changed through the control API.
struct settings {
    std::string listen_host = "127.0.0.1";
    std::uint16_t port = 9000;  ///< 0 selects a free port
    std::string public_url;     ///< for browsers and Tocsin; empty: http://listen_host:port
    std::string app_slug = "tocsin";
    std::string app_name = "Tocsin";
    std::string app_client_id;
    secret app_client_secret;
    std::string redirect_url;     ///< of the app, after an installation; empty: none
    std::string webhook_url;      ///< of the app; empty: no webhooks
    std::string oauth_client_id;  ///< of the OAuth application; empty: no OAuth application
    secret oauth_client_secret;
    std::string oauth_redirect_uri;
    verify_install verify = verify_install::required;
    clock const* time = &system_clock();  ///< must outlive the server
};

/// A stand-in for Sentry. Its state is in memory and starts with two demo organizations. Must be used on the
/// executor's thread.
class server {
public:
    server(async::executor executor, settings settings);
    ~server();
    server(server const&) = delete;
    server& operator=(server const&) = delete;

    /// Binds and starts to accept; returns the bound port. Throws boost::system::system_error.
    std::uint16_t listen();
    /// Ends connections and webhooks; completes when there are none, or after `limit`.
    async::task<> stop(std::chrono::milliseconds limit);
    /// From the settings or the bound address; empty before `listen`.
    std::string const& public_url() const noexcept;

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

/// Runs the stand-in until SIGTERM or SIGINT and returns the exit status. Logs `listening` with `what`,
/// `address`, and `port` when it is bound.
int run(settings const& settings);

}  // namespace tocsin::sandbox

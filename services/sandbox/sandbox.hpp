#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/secret.hpp>
#include <tocsin/base/time.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace tocsin::sandbox {

/// What a person at Sentry chooses while reviewing an installation: with `required` it stays `pending` until
/// the app says `installed`.
enum class verify_install { required, off };

/// How the stand-in is set up. Everything below the listening address can be changed later through the
/// control API.
struct settings {
    std::string listen_host = "127.0.0.1";
    std::uint16_t port = 9000;  ///< 0 takes a free one
    std::string public_url;     ///< how browsers and Tocsin reach it; empty: http://listen_host:port
    std::string app_slug = "tocsin";
    std::string app_name = "Tocsin";
    std::string app_client_id;
    secret app_client_secret;
    std::string redirect_url;  ///< of the app: where the browser goes after an installation; empty: nowhere
    std::string webhook_url;   ///< of the app; empty: no webhooks
    std::string oauth_client_id;  ///< of the OAuth application; empty: there is none
    secret oauth_client_secret;
    std::string oauth_redirect_uri;  ///< registered
    verify_install verify = verify_install::required;
    clock const* time = &system_clock();  ///< must outlive the server
};

/// A stand-in for Sentry on an executor of the caller's. Its state lives in memory and starts with two demo
/// organizations. Belongs to the executor's thread.
class server {
public:
    server(async::executor on, settings how);
    ~server();
    server(server const&) = delete;
    server& operator=(server const&) = delete;

    /// Binds and starts to accept; returns the bound port. Throws boost::system::system_error.
    std::uint16_t listen();
    /// Ends webhooks under way and connections; completes when none is left or after `limit`.
    async::task<> stop(std::chrono::milliseconds limit);
    /// As given, or made from the bound address; empty before `listen`.
    std::string const& public_url() const noexcept;

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

/// Runs the stand-in until SIGTERM or SIGINT and returns the exit status. Logs the event `listening` with
/// `what`, `address` and `port` once it is bound.
int run(settings const& how);

}  // namespace tocsin::sandbox

#pragma once

#include <tocsin/async/io.hpp>
#include <tocsin/async/task.hpp>
#include <tocsin/http/message.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::http {

/// The bodies that a route takes.
enum class body_kind {
    none,           ///< GET, HEAD, DELETE: any body is 400
    json,           ///< Content-Type must be application/json (charset=utf-8 allowed), else 415
    optional_json,  ///< as json, or an empty body of any type, also without Content-Length
    any,            ///< any body of any type, or none: the handler decides
};

using handler = std::function<async::task<response>(request&)>;

/// The exception that `route::on_failure` gets if the server has no room for the request's body.
struct overloaded : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// One row of the route table. `pattern` consists of literal segments and `{name}` captures of one segment
/// that is not empty; a last segment `{name...}` takes the rest, which may be empty. Literal segments take
/// precedence over captures, and only the first pattern that matches counts: if it lacks the method, the
/// response is 405, even if a more general pattern has it. GET serves HEAD too.
struct route {
    http::method method;
    std::string pattern;
    body_kind body = body_kind::none;
    std::size_t max_body = 64 * 1024;
    http::handler handle;
    /// The values of Host: the server's allowed ones, or any (health checks use addresses).
    enum class host_check { allowed, any } host = host_check::allowed;
    /// How a body may be framed: with Content-Length, or also as `Transfer-Encoding: chunked`, within the
    /// same limits and without trailers and chunk extensions.
    enum class transfer { sized, sized_or_chunked } accepts = transfer::sized;
    /// Whether the path with one more slash is the same path.
    enum class trailing_slash { refused, accepted } slash = trailing_slash::refused;
    /// The response if the handler throws, or there is no room for the body (`overloaded`).
    /// Empty: the server's `problem` with 500 or 503.
    std::function<response(request const&, std::exception_ptr)> on_failure = {};
};

/// A request and its response, for the access log and the metrics. `route` is the pattern, or "unmatched", or
/// "refused" (by the framing policy); never the target.
struct exchange {
    std::string_view route;
    std::string_view method;
    int status;
    std::chrono::microseconds duration;
    std::string_view peer;
    std::string_view request_id;
    std::string_view refusal;  ///< the reason of the framing policy or of a limit; empty otherwise
};

struct server_options {
    std::vector<std::string> allowed_hosts;    ///< lower case, without port; empty: any
    std::vector<std::string> trusted_proxies;  ///< CIDRs whose X-Forwarded-For is used
    std::string tls_certificate_file;          ///< PEM chain; empty: plain HTTP
    std::string tls_key_file;
    std::chrono::milliseconds tls_check_interval{10'000};  ///< between checks whether the files changed
    /// At the limit, a new connection takes the place of the one that has waited longest for a request; if
    /// none waits, it is closed.
    std::size_t max_connections = 8192;
    /// Of one address, or of one /64 of IPv6, except of trusted proxies, so that one peer cannot take all.
    std::size_t max_connections_per_peer = 4096;
    /// Of all request bodies together, as they arrive. If there is no room for more, the body that delivered
    /// least lately is dropped; if none can be dropped, the new one is. Either gets 503, or the response of
    /// the route's `on_failure`.
    std::size_t max_bytes_in_flight = 256u << 20;
    /// Of the request bodies of one address (or /64), except of a trusted proxy itself.
    std::size_t max_bytes_in_flight_per_peer = 64u << 20;
    /// A part of `max_bytes_in_flight` that only bodies of up to 64 KiB may take.
    std::size_t small_body_reserve = 32u << 20;
    std::chrono::milliseconds header_deadline{5'000};  ///< for the TLS handshake and the header section
    /// How long a body may stay behind 8 KiB per second.
    std::chrono::milliseconds body_deadline{3'000};
    /// The same for the bodies of responses, which count until they are written; an owner is one of
    /// `response::owner`, or the peer.
    std::size_t max_response_bytes = 256u << 20;
    std::size_t max_response_bytes_per_owner = 64u << 20;
    /// How long a reader may stay behind 16 KiB per second.
    std::chrono::milliseconds write_deadline{10'000};
    std::chrono::milliseconds idle_deadline{30'000};  ///< between requests of a connection
    unsigned max_requests_per_connection = 100'000;
    /// Set on every response, refusals included, that has no field of that name.
    std::vector<std::pair<std::string, std::string>> common_headers;
    /// Makes the responses that no handler makes: 404, 405, 4xx of the policy, and 500 for exceptions of
    /// handlers. `request` is null if the header section was refused. The status is `status`, whatever this
    /// sets. Empty: plain text.
    std::function<response(int status, std::string_view detail, request const* request)> problem = {};
    /// Called for each response, refusals included. The views are valid during the call.
    std::function<void(exchange const&)> on_exchange = {};
    /// Called when the TLS files have changed, with the reason if they cannot be used. The server then keeps
    /// the ones it has.
    std::function<void(std::optional<std::string> problem)> on_tls_change = {};
    /// Called for each exception of a handler, for the log.
    std::function<void(request const& request, std::exception_ptr exception)> on_exception = {};
};

/// An HTTP/1.1 server that refuses ambiguous messages and then closes the connection:
///
/// | status | for |
/// |---|---|
/// | 400 | malformed lines, folded lines; a target that is not in origin form or contains anything but 0x21
/// to 0x7E; not exactly one valid Host; not exactly one canonical Content-Length; a body of GET, HEAD, or
/// DELETE; malformed chunks, chunk extensions, trailers; Upgrade | | 404, 405 | no such path; not with this
/// method (with Allow) | | 408 | too slow | | 411 | POST, PUT, and PATCH without a length (except
/// optional_json) | | 413 | a body over the route's limit, before it is read | | 414, 431 | a target over 2
/// KiB; more than 64 fields or 8 KiB of header section | | 415 | another Content-Type than the route takes,
/// another Content-Encoding than identity | | 417 | another Expect than 100-continue | | 421 | a host that is
/// not served | | 501 | an unknown method; any Transfer-Encoding except `chunked` alone on a route that
/// accepts it (411 if it is malformed) | | 505 | another version than HTTP/1.1 and HTTP/1.0 (which is not
/// kept alive) |
///
/// Everything here belongs to the executor's thread.
class server {
public:
    /// Throws std::invalid_argument if a pattern, a network, or a common header is malformed, two routes have
    /// the same method and path, or a route has no handler; boost::system::system_error if a TLS file cannot
    /// be used.
    server(async::executor executor, std::vector<route> routes, server_options options);
    /// Closes every connection. Handlers in progress still run to their end, so drain first. No callback is
    /// called afterwards.
    ~server();
    server(server const&) = delete;
    server& operator=(server const&) = delete;

    /// Binds and starts to accept; port 0 takes a free one. Returns the bound port. Throws
    /// boost::system::system_error.
    std::uint16_t listen(std::string const& host, std::uint16_t port);
    /// From now on, each response ends its connection. New connections are still accepted.
    void end_connections() noexcept;
    /// Stops accepting, lets requests in progress finish (with Connection: close), closes idle connections,
    /// and completes when no connection is left, or after `limit`.
    async::task<> drain(std::chrono::milliseconds limit);
    std::size_t connections() const noexcept;

private:
    struct impl;
    std::shared_ptr<impl> impl_;
};

}  // namespace tocsin::http

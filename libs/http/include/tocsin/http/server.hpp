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
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::http {

/// What a route's requests may carry.
enum class body_kind {
    none,           ///< GET, HEAD, DELETE: any body is 400
    json,           ///< Content-Type must be application/json (charset=utf-8 allowed), else 415
    optional_json,  ///< as json, or an empty body of any type, also without Content-Length
    any,            ///< any body of any type, or none: the handler judges it
};

using handler = std::function<async::task<response>(request&)>;

/// What `route::on_failure` is given where the server has no room for the request's body.
struct overloaded : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// One row of the route table. `pattern` is made of literal segments and `{name}` captures of one segment
/// that is not empty; a last segment `{name...}` takes the rest, which may be nothing. Literal segments win
/// over captures, and the pattern that wins decides: where it lacks the method, the answer is 405, whatever a
/// vaguer pattern has. GET serves HEAD too.
struct route {
    http::method method;
    std::string pattern;
    body_kind body = body_kind::none;
    std::size_t max_body = 64 * 1024;
    http::handler handle;
    /// Hosts that may be named in Host: the server's allowed ones, or any (health checks come by address).
    enum class hosts { allowed, any } served_to = hosts::allowed;
    /// How a body may be framed: with Content-Length, or also as `Transfer-Encoding: chunked`, within the
    /// same limits and without trailers and chunk extensions.
    enum class transfer { sized, sized_or_chunked } accepts = transfer::sized;
    /// Whether the path with one more slash is the same path.
    enum class trailing_slash { refused, accepted } slash = trailing_slash::refused;
    /// What to answer where the handler throws, or the body does not fit in `max_bytes_in_flight`
    /// (`overloaded`); empty: the server's `problem` with 500 or 503.
    std::function<response(request const&, std::exception_ptr)> on_failure = {};
};

/// What the access log and the metrics are told of each answered request. `route` is the pattern, or
/// "unmatched" / "refused" (framing): never the target.
struct exchange {
    std::string_view route;
    std::string_view method;
    int status;
    std::chrono::microseconds took;
    std::string_view peer;
    std::string_view request_id;
    std::string_view refusal;  ///< why the framing policy or a limit refused it; empty otherwise
};

struct server_options {
    std::vector<std::string> allowed_hosts;    ///< lower case, without port; empty = any
    std::vector<std::string> trusted_proxies;  ///< CIDRs whose X-Forwarded-For counts
    std::string tls_certificate_file;          ///< PEM chain; empty = plain HTTP
    std::string tls_key_file;
    std::size_t max_connections = 8192;
    /// Of one address, or of one /64 of IPv6, unless it is a trusted proxy's: nobody takes all.
    std::size_t max_connections_per_peer = 4096;
    std::size_t max_bytes_in_flight =
        256u << 20;  ///< of request bodies, in total; above it: 503 (or the route's own answer)
    std::chrono::milliseconds header_deadline{5'000};  ///< TLS handshake and header section
    /// For a body, plus one second for each 8 KiB that have come; and for each 64 KiB of an answer to be
    /// taken.
    std::chrono::milliseconds body_deadline{10'000};
    std::chrono::milliseconds idle_deadline{30'000};  ///< between requests of a connection
    unsigned max_requests_per_connection = 100'000;
    /// Set on every answer, refusals included, where the answer has no field of that name itself.
    std::vector<std::pair<std::string, std::string>> common_headers;
    /// Answers for what no handler answers: 404, 405, 4xx of the policy, exceptions that leave a handler.
    /// `about` is null where the header section was refused. The status stands, whatever `problem` sets.
    /// Empty: plain text.
    std::function<response(int status, std::string_view detail, request const* about)> problem = {};
    /// Told of each answered request, refusals included. The views live for the call.
    std::function<void(exchange const&)> on_exchange = {};
    /// Told of each exception that leaves a handler: for the log.
    std::function<void(request const& about, std::exception_ptr thrown)> on_exception = {};
};

/// An HTTP/1.1 server with a strict framing policy of its own: what is ambiguous is refused and the
/// connection closed. Any Transfer-Encoding but a plain chunked one that the route accepts is 501 (411 where
/// it is no valid coding), exactly one valid Host (400; a host that is not served: 421), origin-form targets
/// of at most 2 KiB and 0x21..0x7E (400/414), HTTP/1.1 (1.0 without keep-alive; others 505), exactly one
/// canonical Content-Length (400), POST, PUT and PATCH without one 411 (but for optional_json), bodies on
/// GET, HEAD and DELETE 400, no line folding (400), no Upgrade, no Expect but 100-continue (417),
/// Content-Encoding other than identity 415, more than 64 fields or 8 KiB of header section 431, body over
/// the route's limit 413 before it is read, too slow 408, an unknown method 501, a method that the path does
/// not have 405 with Allow. Trailers never count. Every object here belongs to the executor's thread.
class server {
public:
    /// Throws std::invalid_argument where a pattern, a network or a common header is malformed, two routes
    /// have one method and path, or a route has no handler; boost::system::system_error where a TLS file
    /// cannot be used.
    server(async::executor on, std::vector<route> routes, server_options options);
    /// Closes every connection. Handlers in progress still run to their end, so drain first; nothing else is
    /// called any more.
    ~server();
    server(server const&) = delete;
    server& operator=(server const&) = delete;

    /// Binds and starts to accept; port 0 takes a free one. Returns the bound port. Throws
    /// boost::system::system_error.
    std::uint16_t listen(std::string const& host, std::uint16_t port);
    /// Stops accepting, lets requests in flight finish (their answers say Connection: close), closes idle
    /// connections, and completes when none is left or after `limit`.
    async::task<> drain(std::chrono::milliseconds limit);
    std::size_t connections() const noexcept;

private:
    struct impl;
    std::shared_ptr<impl> impl_;
};

}  // namespace tocsin::http

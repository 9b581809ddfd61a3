#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/base/error.hpp>
#include <tocsin/http/message.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tocsin::http {

/// The only server that a client object connects to, so that credentials cannot go elsewhere.
struct origin {
    bool https = true;
    std::string host;
    std::uint16_t port = 443;
};

struct client_request {
    http::method method = http::method::get;
    std::string target;  ///< origin form, percent-encoded
    fields headers;      ///< Host, Content-Length, User-Agent, and Accept-Encoding are set by the client
    std::string body;
    /// Ends the call earlier than `total_deadline` would, for callers that have already waited.
    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

/// Why there is no usable response. All of these are transient for the caller. Whether the request had an
/// effect is unknown if it was `sent`.
enum class transport_error {
    resolve,    ///< the name has no address
    connect,    ///< refused, unreachable, or too slow
    tls,        ///< the handshake failed or was too slow, or the certificate is not valid
    timeout,    ///< connected, but no complete response in time
    closed,     ///< the connection ended before the response was complete
    malformed,  ///< not HTTP, or framing that we refuse
    too_large,  ///< the response exceeds `max_response`
};
std::string_view to_string(transport_error e) noexcept;

struct transport_failure {
    transport_error kind;
    std::string detail;  ///< for logs and operators
    bool sent = false;   ///< the server may have seen the request
};

struct client_response {
    int status = 0;
    fields headers;
    std::string body;
};

/// The addresses that a client connects to.
enum class reach {
    any,  ///< for hosts that the operator has chosen
    /// Those of the public internet (`is_public_address`), for hosts that others have chosen. The name is
    /// resolved once; if any address is not public, all are refused; and the client connects to the addresses
    /// that were checked. All failures before a request is sent look the same, so that they do not reveal
    /// whether a port is open.
    public_only,
};

struct client_options {
    std::chrono::milliseconds connect_deadline{5'000};
    std::chrono::milliseconds total_deadline{25'000};
    /// Bytes of the body. What surrounds it (chunk lines, trailers) is limited too.
    std::size_t max_response = 2u << 20;
    std::string user_agent = "Tocsin";
    std::string ca_file;  ///< PEM, in addition to the system's roots, for tests and private CAs; may be empty
    std::size_t max_idle_connections = 4;
    http::reach reach = http::reach::any;
};

/// Makes `exchange_result::value()` throw std::runtime_error for a failure.
[[noreturn]] void throw_exception_from_error(
    transport_failure const& failure, boost::source_location const& where
);

using exchange_result = boost::system::result<client_response, transport_failure>;

/// A client of one origin: TLS 1.2 or later with verified chain and host name, deadlines for each phase, a
/// size limit, no redirects (a 3xx is a response), no proxies, no decompression (Accept-Encoding: identity).
/// Idle connections are reused for GET only, because the server may have closed them; if that happens before
/// any byte of the response, the GET is repeated once on a new connection. Every other request is sent once,
/// on a connection of its own. Belongs to the executor's thread.
class client {
public:
    /// Throws std::invalid_argument if the host is malformed, boost::system::system_error if `ca_file` cannot
    /// be read.
    client(async::executor executor, http::origin origin, client_options options);
    ~client();
    client(client const&) = delete;
    client& operator=(client const&) = delete;

    /// Several calls may run at once, and this object may be destroyed before they are done. Throws
    /// std::invalid_argument if the target is not in origin form, or `headers` contain a field that the
    /// client sets itself (also Transfer-Encoding, Connection, and the like): a bug.
    async::task<exchange_result> send(client_request request);
    http::origin const& origin() const noexcept;

private:
    struct impl;
    std::shared_ptr<impl> impl_;
};

}  // namespace tocsin::http

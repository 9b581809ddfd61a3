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

/// The one server that a client object talks to: credentials can never go elsewhere.
struct origin {
    bool https = true;
    std::string host;
    std::uint16_t port = 443;
};

struct client_request {
    http::method method = http::method::get;
    std::string target;  ///< origin-form, already percent-encoded
    fields headers;      ///< Host, Content-Length, User-Agent and Accept-Encoding are set by the client
    std::string body;
    /// Ends the call earlier than `total_deadline` would: for callers that have waited before.
    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

/// Why no usable answer came. All of these are transient for the caller; whether the request had an effect is
/// unknown from `sent` on.
enum class transport_error {
    resolve,    ///< the name has no address
    connect,    ///< refused, unreachable, or too slow to connect
    tls,        ///< handshake (too slow, too) or certificate
    timeout,    ///< connected, but no complete answer in time
    closed,     ///< the connection ended before a complete answer
    malformed,  ///< no HTTP, or framing that we refuse
    too_large,  ///< the answer exceeds `max_answer`
};
std::string_view to_string(transport_error e) noexcept;

struct transport_failure {
    transport_error kind;
    std::string detail;  ///< for logs and operators
    bool sent = false;   ///< true where the server may have seen the request
};

struct answer {
    int status = 0;
    fields headers;
    std::string body;
};

/// Which addresses a client connects to.
enum class reach {
    any,  ///< for hosts that the operator has chosen
    /// Those of the public internet (`is_public_address`), for hosts that someone else named: the name is
    /// looked up once, one address that is not public refuses them all, and the connection is made to what
    /// was looked at. Whatever fails before a request is sent then looks alike: nothing tells open from
    /// closed.
    public_only,
};

struct client_options {
    std::chrono::milliseconds connect_deadline{5'000};
    std::chrono::milliseconds total_deadline{25'000};
    std::size_t max_answer =
        2u << 20;  ///< of the body; what comes around it (chunks' headers, trailers) is bounded too
    std::string user_agent = "Tocsin";
    std::string ca_file;  ///< PEM, beside the system's roots; for tests and private CAs; empty = none
    std::size_t max_idle_connections = 4;
    http::reach reach = http::reach::any;
};

/// Makes `exchange_result::value()` of a failure throw std::runtime_error.
[[noreturn]] void throw_exception_from_error(
    transport_failure const& why, boost::source_location const& where
);

using exchange_result = boost::system::result<answer, transport_failure>;

/// A client of one origin: TLS 1.2 or later with verified chain and host name, deadlines per phase, size cap,
/// no redirects (a 3xx is an answer), no proxies, no decompression (Accept-Encoding: identity). Idle
/// connections are kept and used again for GET only, because they may turn out closed: where that happens
/// before any byte of the answer, the GET is sent once more on a fresh connection. Every other request goes
/// out once, on a connection of its own. Belongs to the executor's thread.
class client {
public:
    /// Throws std::invalid_argument where the host is none, boost::system::system_error where `ca_file`
    /// cannot be read.
    client(async::executor on, origin to, client_options options);
    ~client();
    client(client const&) = delete;
    client& operator=(client const&) = delete;

    /// Several may be under way at once; this object may go before they are done. Throws
    /// std::invalid_argument where the target is not in origin form, or a field is set that the client itself
    /// sets (also Transfer-Encoding, Connection and such): a bug.
    async::task<exchange_result> send(client_request what);
    http::origin const& to() const noexcept;

private:
    struct impl;
    std::shared_ptr<impl> impl_;
};

}  // namespace tocsin::http

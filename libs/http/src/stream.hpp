#pragma once

#include <tocsin/async/task.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>

namespace boost::asio::ssl {
class context;
}

namespace tocsin::http {

/// A TCP connection, plain or TLS, with a deadline; an interface, so that only one translation unit includes
/// TLS. At the deadline, the pending operation fails and `timed_out()` is true, but the connection stays
/// open. Buffers must outlive the await.
class stream {
public:
    using time_point = std::chrono::steady_clock::time_point;
    using outcome = std::tuple<boost::system::error_code, std::size_t>;

    stream() = default;
    virtual ~stream() = default;
    stream(stream const&) = delete;
    stream& operator=(stream const&) = delete;

    /// time_point::max(): no deadline.
    virtual void expires_at(time_point deadline) = 0;
    /// No deadline and no timer, for a connection that is kept for later.
    virtual void disarm() = 0;
    virtual bool timed_out() const noexcept = 0;
    /// For a client: TCP only.
    virtual async::task<boost::system::error_code> connect(boost::asio::ip::tcp::endpoint address) = 0;
    /// TLS as server. Completes at once on a plain connection.
    virtual async::task<boost::system::error_code> accept_handshake() = 0;
    /// TLS as client of `host`, which is sent as SNI and must be in the certificate.
    virtual async::task<boost::system::error_code> connect_handshake(std::string host) = 0;
    virtual async::task<outcome> read_some(std::span<char> buffer) = 0;
    /// Writes both texts completely.
    virtual async::task<outcome> write(std::string_view head, std::string_view body) = 0;
    /// Shuts down sending, discards what still arrives, up to a fixed time and number of bytes, and closes.
    /// Closing at once with unread bytes could make the peer lose the response.
    virtual async::task<> finish() = 0;
    virtual void close() noexcept = 0;
    /// True if the socket has unread bytes, encrypted or not.
    virtual bool has_unread_bytes() noexcept = 0;
    /// True if an idle connection can be reused: the peer has neither closed it nor sent anything.
    virtual bool is_quiet() noexcept = 0;
};

/// A plain connection if `tls` is null.
std::unique_ptr<stream> make_stream(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls);

/// TLS 1.2 and 1.3, AEAD with forward secrecy. Both throw boost::system::system_error if a file cannot be
/// used.
std::shared_ptr<boost::asio::ssl::context> server_tls(
    std::string const& certificate_file, std::string const& key_file
);
/// Verifies the peer's chain against the system's roots and those of `ca_file`, which may be empty.
std::shared_ptr<boost::asio::ssl::context> client_tls(std::string const& ca_file);

}  // namespace tocsin::http

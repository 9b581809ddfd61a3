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

/// One TCP connection, plain or TLS, with a deadline: the front that keeps TLS in one translation unit. At
/// the deadline the pending operation fails and `timed_out()` is true; the connection stays open. What
/// buffers refer to must outlive the await.
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
    /// No deadline, and no timer: for a connection that is kept for later.
    virtual void rest() = 0;
    virtual bool timed_out() const noexcept = 0;
    /// TCP, for a client.
    virtual async::task<boost::system::error_code> connect(boost::asio::ip::tcp::endpoint address) = 0;
    /// TLS as server; completes at once on a plain connection.
    virtual async::task<boost::system::error_code> accept_handshake() = 0;
    /// TLS as client of `host`, which is sent as SNI and must be named by the certificate.
    virtual async::task<boost::system::error_code> connect_handshake(std::string host) = 0;
    virtual async::task<outcome> read_some(std::span<char> into) = 0;
    /// Both texts, whole.
    virtual async::task<outcome> write(std::string_view head, std::string_view body) = 0;
    /// Says that no more will be sent, reads and drops what still comes within fixed bounds of time and
    /// bytes, and closes: closing at once with unread bytes would make the peer lose the answer.
    virtual async::task<> finish() = 0;
    virtual void close() noexcept = 0;
    /// True where bytes wait unread in the socket, encrypted or not.
    virtual bool has_unread_bytes() noexcept = 0;
    /// True where an idle connection can be used again: the peer has neither closed it nor sent anything.
    virtual bool is_quiet() noexcept = 0;
};

/// `tls` null: a plain connection.
std::unique_ptr<stream> make_stream(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls);

/// TLS 1.2 and 1.3, AEAD with forward secrecy. Throw boost::system::system_error where a file cannot be used.
std::shared_ptr<boost::asio::ssl::context> server_tls(
    std::string const& certificate_file, std::string const& key_file
);
/// The peer's chain is verified against the system's roots and those of `ca_file` (empty: none).
std::shared_ptr<boost::asio::ssl::context> client_tls(std::string const& ca_file);

}  // namespace tocsin::http

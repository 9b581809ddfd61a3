#include "stream.hpp"

#include "watchdog.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <type_traits>
#include <utility>

namespace tocsin::http {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;
using secure_socket = ssl::stream<tcp::socket>;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds linger_time{2};
constexpr std::size_t linger_bytes = std::size_t{4} << 20U;

template <class Layer>
class stream_over final : public stream {
    static constexpr bool is_tls = std::is_same_v<Layer, secure_socket>;

public:
    template <class... Arguments>
    explicit stream_over(Arguments&&... arguments)
        : layer_(std::forward<Arguments>(arguments)...), watchdog_(socket()) {}

    void expires_at(time_point deadline) override { watchdog_.set(deadline); }
    void disarm() override { watchdog_.disarm(); }
    bool timed_out() const noexcept override { return watchdog_.is_expired(); }

    async::task<error_code> connect(tcp::endpoint address) override {
        auto [error] = co_await socket().async_connect(address, as_result);
        error_code ignored;
        if (!error) socket().set_option(tcp::no_delay(true), ignored);
        co_return error;
    }

    async::task<error_code> accept_handshake() override {
        if constexpr (is_tls) {
            auto [error] = co_await layer_.async_handshake(ssl::stream_base::server, as_result);
            co_return error;
        }
        co_return error_code{};
    }

    async::task<error_code> connect_handshake(std::string host) override {
        if constexpr (is_tls) {
            error_code not_an_address;
            asio::ip::make_address(host, not_an_address);
            // RFC 6066: no literal addresses in SNI.
            if (not_an_address && SSL_set_tlsext_host_name(layer_.native_handle(), host.c_str()) != 1) {
                co_return asio::error::invalid_argument;
            }
            layer_.set_verify_callback(ssl::host_name_verification(host));
            auto [error] = co_await layer_.async_handshake(ssl::stream_base::client, as_result);
            co_return error;
        }
        co_return error_code{};
    }

    async::task<outcome> read_some(std::span<char> buffer) override {
        return layer_.async_read_some(asio::buffer(buffer.data(), buffer.size()), as_result);
    }

    async::task<outcome> write(std::string_view head, std::string_view body) override {
        std::array const both{asio::buffer(head), asio::buffer(body)};
        return asio::async_write(layer_, both, as_result);
    }

    async::task<> finish() override {
        expires_at(std::chrono::steady_clock::now() + linger_time);
        if constexpr (is_tls) co_await layer_.async_shutdown(as_result);
        error_code ignored;
        socket().shutdown(tcp::socket::shutdown_send, ignored);
        std::array<char, 4096> discarded;  // NOLINT(*-member-init): written before it is read
        for (std::size_t total = 0; total < linger_bytes && !timed_out();) {
            auto [error, size] = co_await socket().async_read_some(asio::buffer(discarded), as_result);
            if (error) break;
            total += size;
        }
        close();
    }

    void close() noexcept override {
        error_code ignored;
        socket().close(ignored);
        watchdog_.disarm();
    }

    bool has_unread_bytes() noexcept override { return peek() > 0; }
    bool is_quiet() noexcept override { return peek() < 0 && (errno == EAGAIN || errno == EWOULDBLOCK); }

private:
    tcp::socket& socket() noexcept {
        if constexpr (is_tls) {
            return layer_.next_layer();
        } else {
            return layer_;
        }
    }

    ssize_t peek() noexcept {
        char byte{};
        return ::recv(socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    }

    Layer layer_;
    watchdog watchdog_;
};

void set_protocol(ssl::context& context) {
    context.set_options(
        ssl::context::default_workarounds | ssl::context::no_sslv2 | ssl::context::no_sslv3 |
        ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1 | ssl::context::no_compression
    );
    SSL_CTX_set_options(context.native_handle(), SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(context.native_handle(), SSL_MODE_RELEASE_BUFFERS);
}

}  // namespace

std::unique_ptr<stream> make_stream(tcp::socket socket, ssl::context* tls) {
    if (tls == nullptr) return std::make_unique<stream_over<tcp::socket>>(std::move(socket));
    return std::make_unique<stream_over<secure_socket>>(std::move(socket), *tls);
}

std::shared_ptr<ssl::context> server_tls(std::string const& certificate_file, std::string const& key_file) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    set_protocol(*context);
    if (SSL_CTX_set_cipher_list(context->native_handle(), "ECDHE+AESGCM:ECDHE+CHACHA20") != 1) {
        throw boost::system::system_error(asio::error::invalid_argument, "TLS ciphers");
    }
    context->use_certificate_chain_file(certificate_file);
    context->use_private_key_file(key_file, ssl::context::pem);
    return context;
}

std::shared_ptr<ssl::context> client_tls(std::string const& ca_file) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    set_protocol(*context);
    context->set_verify_mode(ssl::verify_peer);
    context->set_default_verify_paths();
    if (!ca_file.empty()) context->load_verify_file(ca_file);
    return context;
}

}  // namespace tocsin::http

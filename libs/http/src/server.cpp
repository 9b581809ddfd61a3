#include "connection.hpp"
#include "stream.hpp"
#include "tls_files.hpp"

#include <tocsin/http/address.hpp>
#include <tocsin/http/server.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <list>
#include <map>
#include <unordered_set>
#include <utility>

namespace tocsin::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
/// Before the next attempt to accept when no descriptor is left.
constexpr std::chrono::milliseconds accept_pause{75};

tcp::endpoint endpoint_of(async::executor const& executor, std::string const& host, std::uint16_t port) {
    error_code not_an_address;
    auto const address = asio::ip::make_address(host, not_an_address);
    if (!not_an_address) return {address, port};
    tcp::resolver resolver(executor);
    return resolver.resolve(host, std::to_string(port), tcp::resolver::passive).begin()->endpoint();
}

}  // namespace

struct server::impl : std::enable_shared_from_this<server::impl> {
    impl(async::executor on, std::vector<route> routes, server_options options)
        : executor(std::move(on)),
          state(std::move(routes), std::move(options)),
          all_closed(executor),
          tls_check(executor) {
        auto const& o = state.options;
        if (!o.tls_certificate_file.empty()) tls.emplace(o.tls_certificate_file, o.tls_key_file);
    }

    std::uint16_t listen(std::string const& host, std::uint16_t port) {
        auto const endpoint = endpoint_of(executor, host, port);
        tcp::acceptor acceptor(executor);
        acceptor.open(endpoint.protocol());
        acceptor.set_option(tcp::acceptor::reuse_address(true));
        if (endpoint.address().is_v6()) acceptor.set_option(asio::ip::v6_only(false));
        acceptor.bind(endpoint);
        acceptor.listen();
        if (tls && acceptors.empty()) start(watch_tls(shared_from_this()));
        auto const bound = acceptor.local_endpoint().port();
        start(accept_loop(shared_from_this(), acceptors.emplace_back(std::move(acceptor))));
        return bound;
    }

    /// An exception of a connection (for example, no memory) ends only that connection.
    void start(async::task<> work) {
        asio::co_spawn(executor, std::move(work), [](std::exception_ptr const&) {});
    }

    static async::task<> accept_loop(std::shared_ptr<impl> self, tcp::acceptor& acceptor) {
        asio::steady_timer pause(self->executor);
        while (acceptor.is_open()) {
            auto [error, socket] = co_await acceptor.async_accept(as_result);
            if (error == asio::error::connection_aborted) continue;
            // Without an error, the peer is connected, even if the acceptor was closed meanwhile.
            if (self->state.stopped || (error && !acceptor.is_open())) break;
            if (error) {
                self->make_room();
                pause.expires_after(accept_pause);
                co_await pause.async_wait(as_result);
                continue;
            }
            bool const is_full = self->connections.size() >= self->state.options.max_connections;
            if (is_full && !self->make_room()) continue;  // closes it
            self->start(serve(self, std::move(socket)));
        }
    }

    static async::task<> watch_tls(std::shared_ptr<impl> self) {
        while (!self->state.draining) {
            self->tls_check.expires_after(self->state.options.tls_check_interval);
            co_await self->tls_check.async_wait(as_result);
            if (!self->state.draining) self->reload_tls();
        }
    }

    void reload_tls() {
        std::optional<std::string> problem;
        try {
            if (!tls->reload_if_changed()) return;
        } catch (boost::system::system_error const& unusable) {
            problem = unusable.what();
        }
        if (state.options.on_tls_change) state.options.on_tls_change(std::move(problem));
    }

    static async::task<> serve(std::shared_ptr<impl> self, tcp::socket socket) {
        error_code closed;
        socket.set_option(tcp::no_delay(true), closed);
        auto const peer = socket.remote_endpoint(closed).address();
        if (closed) co_return;
        if (self->has_too_many(peer) && !self->make_room_of(network_of(peer))) co_return;
        connection current(
            self->state,
            make_stream(std::move(socket), self->tls ? self->tls->context().get() : nullptr),
            peer
        );
        registration const entry(*self, current, network_of(peer));
        co_await current.run();
    }

    /// Closes the connection that has waited longest for a request. False if none waits.
    bool make_room() {
        while (auto* const longest = state.waiting.longest())
            if (longest->give_way()) return true;
        return false;
    }
    bool make_room_of(asio::ip::address const& network) {
        while (auto* const longest = state.waiting.longest_of(network))
            if (longest->give_way()) return true;
        return false;
    }

    bool has_too_many(asio::ip::address const& peer) const {
        auto const count = peers.find(network_of(peer));
        return count != peers.end() && count->second >= state.options.max_connections_per_peer &&
               !state.proxies.contains(peer);
    }

    class registration {
    public:
        registration(impl& owner, connection& c, asio::ip::address peer)
            : owner_(owner), connection_(c), peer_(std::move(peer)) {
            owner_.connections.insert(&c);
            ++owner_.peers[peer_];
        }
        ~registration() {
            owner_.connections.erase(&connection_);
            if (auto const count = owner_.peers.find(peer_); --count->second == 0) owner_.peers.erase(count);
            if (owner_.connections.empty()) owner_.all_closed.cancel();
        }
        registration(registration const&) = delete;
        registration& operator=(registration const&) = delete;

    private:
        impl& owner_;
        connection& connection_;
        asio::ip::address peer_;
    };

    /// Connections that the kernel has accepted would be reset.
    void accept_pending() {
        for (auto& acceptor : acceptors) {
            error_code none_left;
            acceptor.non_blocking(true, none_left);
            while (!none_left) {
                auto socket = acceptor.accept(none_left);
                if (!none_left) start(serve(shared_from_this(), std::move(socket)));
            }
        }
    }

    void stop_accepting() {
        state.draining = true;
        error_code ignored;
        for (auto& acceptor : acceptors) acceptor.close(ignored);
        tls_check.cancel();
    }

    static async::task<> drain(std::shared_ptr<impl> self, std::chrono::milliseconds limit) {
        self->accept_pending();
        self->stop_accepting();
        for (auto* c : self->connections) c->close_if_idle();
        if (self->connections.empty()) co_return;
        self->all_closed.expires_after(limit);
        co_await self->all_closed.async_wait(as_result);
    }

    void stop() {
        stop_accepting();
        state.stopped = true;
        for (auto* c : connections) c->close();
    }

    async::executor executor;
    server_state state;
    std::optional<tls_files> tls;
    std::list<tcp::acceptor> acceptors;  ///< a list, because the accept loops hold references
    std::unordered_set<connection*> connections;
    std::map<asio::ip::address, std::size_t> peers;  ///< network -> number of connections
    asio::steady_timer all_closed;                   ///< cancelled when the last connection is closed
    asio::steady_timer tls_check;
};

server::server(async::executor executor, std::vector<route> routes, server_options options)
    : impl_(std::make_shared<impl>(std::move(executor), std::move(routes), std::move(options))) {}

server::~server() {
    impl_->stop();
}

std::uint16_t server::listen(std::string const& host, std::uint16_t port) {
    return impl_->listen(host, port);
}
void server::end_connections() noexcept {
    impl_->state.ending_connections = true;
}
async::task<> server::drain(std::chrono::milliseconds limit) {
    return impl::drain(impl_, limit);
}
std::size_t server::connections() const noexcept {
    return impl_->connections.size();
}

}  // namespace tocsin::http

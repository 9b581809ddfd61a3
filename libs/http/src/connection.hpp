#pragma once

#include "framing.hpp"
#include "peer.hpp"
#include "router.hpp"
#include "stream.hpp"

#include <tocsin/http/server.hpp>

#include <boost/asio/ip/address.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::http {

/// What the connections of one server share.
struct server_state {
    server_state(std::vector<route> table, server_options settings);

    response problem(int status, std::string_view detail, request const* about) const noexcept;
    /// Answers what a handler threw.
    response failure(route const& where, request const& about, std::exception_ptr const& thrown)
        const noexcept;
    bool serves(std::string_view host) const;
    std::string next_id() noexcept;

    router routes;
    server_options options;
    trusted_proxies proxies;
    fields common;  ///< of every answer
    std::size_t bytes_in_flight = 0;
    bool draining = false;
    bool stopped =
        false;  ///< the server object is gone: nothing of the owner's but handlers in progress may be called

private:
    std::uint64_t id_state_;
};

/// One connection of a server, from accept to close. Runs on the server's thread; `server` must outlive it.
class connection {
public:
    connection(server_state& server, std::unique_ptr<stream> wire, boost::asio::ip::address const& peer);
    ~connection() = default;
    connection(connection const&) = delete;
    connection& operator=(connection const&) = delete;

    /// Serves requests until the connection is closed. Throws nothing of its own.
    async::task<> run();
    /// Closes it where no byte of a request has come that is not answered.
    void close_if_idle() noexcept;
    void close() noexcept;

private:
    using time_point = std::chrono::steady_clock::time_point;
    enum class then { keep, close };
    struct turn;

    std::string_view unread() const noexcept { return {input_.data() + begin_, end_ - begin_}; }
    /// The size of the next header section; 0 where the peer is gone or was idle for too long.
    async::task<framed<std::size_t>> read_head(bool first);
    async::task<then> serve(turn& at, std::size_t head_size);
    framed<route const*> admit(request_head const& head, turn& at);
    async::task<std::optional<refusal>> read_body(turn& at);
    async::task<response> handle(route const& to, request& about);
    async::task<then> refuse(turn& at, refusal why);
    async::task<then> answer(turn& at, response what, then next);
    void told(turn const& at, int status);
    async::task<> write_all(response const& of);
    async::task<> write(std::string_view head, std::string_view body);

    server_state& server_;
    std::unique_ptr<stream> wire_;
    boost::asio::ip::address peer_;
    bool idle_ = false;  ///< waiting for the first byte of a request
    bool gone_ = false;  ///< the peer went away in the middle of a request
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::array<char, request_limits.bytes> input_;  ///< unread bytes are [begin_, end_)
};

}  // namespace tocsin::http

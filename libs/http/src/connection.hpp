#pragma once

#include "framing.hpp"
#include "response_writer.hpp"
#include "server_state.hpp"
#include "stream.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tocsin::http {

/// One connection of a server, from accept to close. Runs on the server's thread; `server` must outlive it.
class connection {
public:
    connection(server_state& server, std::unique_ptr<stream> wire, boost::asio::ip::address const& peer);
    ~connection() = default;
    connection(connection const&) = delete;
    connection& operator=(connection const&) = delete;

    /// Serves requests until the connection is closed. Throws nothing of its own.
    async::task<> run();
    /// Closes the connection unless bytes of an unanswered request have arrived.
    void close_if_idle() noexcept;
    void close() noexcept;

private:
    using time_point = std::chrono::steady_clock::time_point;
    struct transaction;

    std::string_view unread() const noexcept;
    /// Room for `size` more bytes behind the unread ones.
    std::span<char> prepare(std::size_t size);
    /// The size of the next header section; 0 where the peer is gone or was idle for too long.
    async::task<framed<std::size_t>> read_head(bool first);
    /// One request, whose header section was delimited or refused. `last`: of the connection.
    async::task<persistence> serve(framed<std::size_t> head_size, bool last);
    framed<route const*> admit(request_head const& head, std::string_view section, transaction& current);
    /// Reads what has arrived of the body.
    std::optional<refusal> read_body(transaction& current);
    /// Receives and reads the rest of it.
    async::task<std::optional<refusal>> receive_body(transaction& current);
    async::task<> send_continue();
    async::task<response> handle(route const& to, request& about);

    async::task<persistence> refuse(transaction& current, refusal why);
    async::task<persistence> respond(transaction& current, response what, persistence after);
    void report(transaction const& current, int status);
    async::task<> write_stream(response_writer& out, response const& source);
    async::task<> write(response_writer& out);

    server_state& server_;
    std::unique_ptr<stream> wire_;
    boost::asio::ip::address peer_;
    std::string peer_text_;
    bool idle_ = false;  ///< waiting for the first byte of a request
    bool gone_ = false;  ///< the peer went away in the middle of a request
    boost::beast::flat_buffer input_;
};

}  // namespace tocsin::http

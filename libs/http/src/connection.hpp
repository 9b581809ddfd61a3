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
    connection(server_state& server, std::unique_ptr<stream> stream, boost::asio::ip::address const& peer);
    ~connection();
    connection(connection const&) = delete;
    connection& operator=(connection const&) = delete;

    /// Serves requests until the connection is closed. Throws nothing of its own.
    async::task<> run();
    /// Closes the connection unless bytes of an unanswered request have arrived.
    void close_if_idle();
    void close() noexcept;
    /// Closes the connection, soon and without a response, if it waits for bytes of a request. False if some
    /// have arrived.
    bool give_way();

private:
    using time_point = std::chrono::steady_clock::time_point;
    struct transaction;

    std::string_view unread() const noexcept;
    /// Room for `size` more bytes after the unread ones.
    std::span<char> prepare(std::size_t size);
    /// The size of the next header section; 0 if the peer closed the connection or was idle for too long.
    async::task<framing_result<std::size_t>> read_head(bool first);
    /// Serves the request whose header section was found or refused. `last`: the connection takes no more.
    async::task<persistence> serve(framing_result<std::size_t> head_size, bool last);
    framing_result<route const*> admit(
        request_head const& head, std::string_view section, transaction& current
    );
    /// Reads the bytes of the body that have arrived.
    std::optional<refusal> read_body(transaction& current);
    /// Receives and reads the rest of the body.
    async::task<std::optional<refusal>> receive_body(transaction& current);
    async::task<> send_continue();
    async::task<response> handle(route const& target, request& request);

    async::task<persistence> refuse(transaction& current, refusal cause);
    async::task<persistence> respond(transaction& current, response message, persistence after);
    void report(transaction const& current, int status);
    async::task<> write_stream(response_writer& writer, response const& source, byte_budget::share& share);
    async::task<> write(response_writer& writer, byte_budget::share& share);

    server_state& server_;
    std::unique_ptr<stream> stream_;
    boost::asio::ip::address peer_;
    boost::asio::ip::address network_;
    std::string peer_text_;
    bool idle_ = false;  ///< waiting for the first byte of a request
    bool gives_way_ = false;
    bool gone_ = false;  ///< the peer closed the connection in the middle of a request
    boost::beast::flat_buffer input_;
};

}  // namespace tocsin::http

#include "fault_proxy.hpp"

#include "faults.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/base/text.hpp>
#include <tocsin/observe/log.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace tocsin::sandbox {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::string_view_literals::operator""sv;

/// Completes with the error code as a value, because closed connections are normal here.
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

constexpr auto garbage = "\x16\x03\x01\x02 not HTTP \xff\xfe\r\n\r\n\0\0\0"sv;

/// Chunk size of endless and huge bodies.
constexpr std::size_t chunk_size = 64 * 1024;

/// Both sockets of a connection; owned by the two coroutines that copy between them.
struct connection {
    connection(tcp::socket accepted, async::executor const& executor)
        : client(std::move(accepted)), server(executor) {}
    tcp::socket client;
    tcp::socket server;
    bool is_silent = false;  ///< no response follows; the connection stays open until the client closes it
};

async::task<> copy_request(std::shared_ptr<connection> both) {
    std::array<char, 16 * 1024> buffer;
    for (;;) {
        auto const [problem, count] = co_await both->client.async_read_some(asio::buffer(buffer), as_result);
        if (problem) break;
        auto const [failed, written] =
            co_await asio::async_write(both->server, asio::buffer(buffer, count), as_result);
        if (failed) break;
    }
    boost::system::error_code ignored;
    if (both->is_silent) {
        both->client.close(ignored);
    } else {
        both->server.shutdown(tcp::socket::shutdown_send, ignored);
    }
}

async::task<> send_endless_body(tcp::socket& client) {
    std::string const head =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n[";
    std::string const chunk(chunk_size, ' ');
    auto sent = co_await asio::async_write(client, asio::buffer(head), as_result);
    while (!std::get<0>(sent)) sent = co_await asio::async_write(client, asio::buffer(chunk), as_result);
}

/// Removes the fault header from a response's head and returns its value.
std::string take_fault_header(std::string& head) {
    auto const start = to_lower(head).find("\r\n" + to_lower(fault_header) + ":");
    if (start == std::string::npos) return {};
    auto const end = head.find("\r\n", start + 2);
    auto const line = head.substr(start + 2, end - start - 2);
    head.erase(start, end - start);
    return std::string(trim(std::string_view(line).substr(fault_header.size() + 1)));
}

/// The first number in a text; 0 if there is none.
std::int64_t number_in(std::string_view text) {
    auto const digits = text.find_first_of("0123456789");
    std::int64_t out = 0;
    if (digits != std::string_view::npos)
        std::from_chars(text.data() + digits, text.data() + text.size(), out);
    return out;
}

/// The complete body: `received` and everything until the server closes.
async::task<std::string> read_body(tcp::socket& server, std::string received) {
    std::array<char, 16 * 1024> buffer;
    for (;;) {
        auto const [problem, count] = co_await server.async_read_some(asio::buffer(buffer), as_result);
        received.append(buffer.data(), count);
        if (problem) co_return received;
    }
}

/// Sends the right response, with its body byte by byte.
async::task<> send_slowly(
    connection& both, std::string head, std::string received, std::chrono::milliseconds interval
) {
    auto sent = co_await asio::async_write(both.client, asio::buffer(head), as_result);
    auto const body = co_await read_body(both.server, std::move(received));
    for (std::size_t i = 0; i < body.size() && !std::get<0>(sent); ++i) {
        sent = co_await asio::async_write(both.client, asio::buffer(&body[i], 1), as_result);
        co_await async::sleep_for(interval);
    }
}

/// Sends an empty JSON array, padded with spaces to `size` bytes.
async::task<> send_huge_body(tcp::socket& client, std::size_t size) {
    auto const head =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " +
        std::to_string(size) + "\r\n\r\n[";
    std::string const chunk(chunk_size, ' ');
    auto sent = co_await asio::async_write(client, asio::buffer(head), as_result);
    for (auto remaining = size - 2; remaining > 0 && !std::get<0>(sent);) {
        auto const part = std::min(remaining, chunk.size());
        sent = co_await asio::async_write(client, asio::buffer(chunk, part), as_result);
        remaining -= part;
    }
    if (!std::get<0>(sent)) co_await asio::async_write(client, asio::buffer("]", 1), as_result);
}

void halve_content_length(std::string& head) {
    constexpr std::string_view name = "\r\ncontent-length:";
    auto const start = to_lower(head).find(name);
    if (start == std::string::npos) return;
    auto const value = start + name.size();
    auto const end = head.find("\r\n", value);
    head.replace(value, end - value, " " + std::to_string(number_in(head.substr(value, end - value)) / 2));
}

void reset(tcp::socket& socket) {
    boost::system::error_code ignored;
    socket.set_option(asio::socket_base::linger(true, 0), ignored);
    socket.close(ignored);
}

/// Sends a modified response: truncated, with a wrong length, or only the body.
async::task<> send_modified(connection& both, std::string_view kind, std::string head, std::string received) {
    auto const body = co_await read_body(both.server, std::move(received));
    if (kind == to_string(fault_kind::raw)) {
        head = body;
    } else if (kind == to_string(fault_kind::truncated)) {
        head += body.substr(0, body.size() / 2);
    } else {
        halve_content_length(head);
        head += body;
    }
    co_await asio::async_write(both.client, asio::buffer(head), as_result);
}

/// `instruction`: see fault_instruction.
async::task<> apply_fault(
    connection& both, std::string const& instruction, std::string head, std::string received
) {
    auto const kind = std::string_view(instruction).substr(0, instruction.find(' '));
    auto const is = [&](fault_kind candidate) { return kind == to_string(candidate); };
    if (is(fault_kind::garbage)) {
        co_await asio::async_write(both.client, asio::buffer(garbage), as_result);
    } else if (is(fault_kind::truncated) || is(fault_kind::wrong_length) || is(fault_kind::raw)) {
        co_await send_modified(both, kind, std::move(head), std::move(received));
    } else if (is(fault_kind::endless)) {
        co_await send_endless_body(both.client);
    } else if (is(fault_kind::trickle)) {
        std::chrono::milliseconds const interval(number_in(instruction));
        co_await send_slowly(both, std::move(head), std::move(received), interval);
    } else if (is(fault_kind::huge)) {
        co_await send_huge_body(both.client, static_cast<std::size_t>(number_in(instruction)));
    } else if (is(fault_kind::hang_after_headers)) {
        both.is_silent = true;
        co_await asio::async_write(both.client, asio::buffer(head), as_result);
    } else if (is(fault_kind::hang)) {
        both.is_silent = true;
    } else if (is(fault_kind::reset)) {
        reset(both.client);
    }
}

async::task<> copy_response(std::shared_ptr<connection> both) {
    std::string received;
    auto const [problem, head_size] =
        co_await asio::async_read_until(both->server, asio::dynamic_buffer(received), "\r\n\r\n", as_result);
    if (!problem) {
        auto head = received.substr(0, head_size);
        auto body = received.substr(head_size);
        if (auto const instruction = take_fault_header(head); !instruction.empty()) {
            co_await apply_fault(*both, instruction, std::move(head), std::move(body));
            if (both->is_silent) co_return;
        } else {
            head += body;
            auto sent = co_await asio::async_write(both->client, asio::buffer(head), as_result);
            std::array<char, 16 * 1024> buffer;
            while (!std::get<0>(sent)) {
                auto const [ended, count] =
                    co_await both->server.async_read_some(asio::buffer(buffer), as_result);
                if (ended) break;
                sent = co_await asio::async_write(both->client, asio::buffer(buffer, count), as_result);
            }
        }
    }
    boost::system::error_code ignored;
    both->client.shutdown(tcp::socket::shutdown_both, ignored);
    both->client.close(ignored);
    both->server.close(ignored);
}

}  // namespace

struct fault_proxy::impl {
    impl(async::executor on, std::uint16_t port) : executor(on), server_port(port), acceptor(on), group(on) {
        group.on_error([](std::exception_ptr) { observe::log_error("sandbox connection failed"); });
    }

    async::task<> serve(tcp::socket accepted) {
        auto const both = std::make_shared<connection>(std::move(accepted), executor);
        tcp::endpoint const server(asio::ip::address_v4::loopback(), server_port);
        auto const [problem] = co_await both->server.async_connect(server, as_result);
        if (problem) co_return;
        group.spawn(copy_request(both));
        co_await copy_response(both);
    }

    async::task<> accept() {
        for (;;) {
            auto [problem, accepted] = co_await acceptor.async_accept(executor, as_result);
            if (problem == asio::error::operation_aborted || !acceptor.is_open()) co_return;
            if (problem) {
                co_await async::sleep_for(std::chrono::milliseconds(50));  // probably out of file descriptors
                continue;
            }
            group.spawn(serve(std::move(accepted)));
        }
    }

    async::executor executor;
    std::uint16_t server_port;
    tcp::acceptor acceptor;
    async::task_group group;
};

fault_proxy::fault_proxy(async::executor executor, std::uint16_t server_port)
    : impl_(std::make_unique<impl>(executor, server_port)) {}
fault_proxy::~fault_proxy() = default;

std::uint16_t fault_proxy::listen(std::string const& host, std::uint16_t port) {
    auto const address =
        host == "localhost" ? asio::ip::address_v4::loopback() : asio::ip::make_address(host);
    tcp::endpoint const endpoint(address, port);
    impl_->acceptor.open(endpoint.protocol());
    impl_->acceptor.set_option(tcp::acceptor::reuse_address(true));
    impl_->acceptor.bind(endpoint);
    impl_->acceptor.listen();
    impl_->group.spawn(impl_->accept());
    return impl_->acceptor.local_endpoint().port();
}

async::task<> fault_proxy::close(std::chrono::milliseconds limit) {
    boost::system::error_code ignored;
    impl_->acceptor.close(ignored);
    impl_->group.cancel();
    co_await impl_->group.wait_all(limit);
}

}  // namespace tocsin::sandbox

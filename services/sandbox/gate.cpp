#include "gate.hpp"

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

/// Completes with the error code as a value: a closed connection is nothing exceptional here.
constexpr auto quietly = asio::as_tuple(asio::use_awaitable);

constexpr auto noise = "\x16\x03\x01\x02 no HTTP here \xff\xfe\r\n\r\n\0\0\0"sv;

/// Of a body that never ends: sent so often that no client's limit holds it.
constexpr std::size_t endless_piece = 64 * 1024;

/// Both ends of one connection; held by the two coroutines that copy between them.
struct connection {
    connection(tcp::socket from, async::executor const& on) : client(std::move(from)), server(on) {}
    tcp::socket client;
    tcp::socket server;
    bool silent = false;  ///< no answer will come: the client is kept until it gives up
};

async::task<> copy_request(std::shared_ptr<connection> both) {
    std::array<char, 16 * 1024> buffer;
    for (;;) {
        auto const [problem, count] = co_await both->client.async_read_some(asio::buffer(buffer), quietly);
        if (problem) break;
        auto const [failed, written] =
            co_await asio::async_write(both->server, asio::buffer(buffer, count), quietly);
        if (failed) break;
    }
    boost::system::error_code ignored;
    if (both->silent) {
        both->client.close(ignored);
    } else {
        both->server.shutdown(tcp::socket::shutdown_send, ignored);
    }
}

async::task<> send_endlessly(tcp::socket& to) {
    std::string const head =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n[";
    std::string const piece(endless_piece, ' ');
    auto sent = co_await asio::async_write(to, asio::buffer(head), quietly);
    while (!std::get<0>(sent)) sent = co_await asio::async_write(to, asio::buffer(piece), quietly);
}

/// The value of the gate's header in an answer's head, and the head without that line.
std::string take_gate_header(std::string& head) {
    auto const lowered = to_lower(head);
    auto const start = lowered.find("\r\n" + to_lower(gate_header) + ":");
    if (start == std::string::npos) return {};
    auto const end = head.find("\r\n", start + 2);
    auto const line = head.substr(start + 2, end - start - 2);
    head.erase(start, end - start);
    return std::string(trim(std::string_view(line).substr(gate_header.size() + 1)));
}

/// The number that ends a text; 0 where there is none.
std::int64_t number_in(std::string_view text) {
    auto const digits = text.find_first_of("0123456789");
    std::int64_t out = 0;
    if (digits != std::string_view::npos)
        std::from_chars(text.data() + digits, text.data() + text.size(), out);
    return out;
}

/// Everything that is left of the answer: the server closes after it.
async::task<std::string> rest_of_answer(tcp::socket& server, std::string rest) {
    std::array<char, 16 * 1024> buffer;
    for (;;) {
        auto const [problem, count] = co_await server.async_read_some(asio::buffer(buffer), quietly);
        rest.append(buffer.data(), count);
        if (problem) co_return rest;
    }
}

/// The right answer, whose body comes byte by byte.
async::task<> send_slowly(
    connection& both, std::string head, std::string rest, std::chrono::milliseconds pause
) {
    auto sent = co_await asio::async_write(both.client, asio::buffer(head), quietly);
    auto const body = co_await rest_of_answer(both.server, std::move(rest));
    for (std::size_t i = 0; i < body.size() && !std::get<0>(sent); ++i) {
        sent = co_await asio::async_write(both.client, asio::buffer(&body[i], 1), quietly);
        co_await async::sleep_for(pause);
    }
}

/// White space in brackets: a JSON array as long as asked for.
async::task<> send_much(tcp::socket& to, std::size_t size) {
    auto const head =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " +
        std::to_string(size) + "\r\n\r\n[";
    std::string const piece(endless_piece, ' ');
    auto sent = co_await asio::async_write(to, asio::buffer(head), quietly);
    for (auto left = size - 2; left > 0 && !std::get<0>(sent);) {
        auto const part = std::min(left, piece.size());
        sent = co_await asio::async_write(to, asio::buffer(piece, part), quietly);
        left -= part;
    }
    if (!std::get<0>(sent)) co_await asio::async_write(to, asio::buffer("]", 1), quietly);
}

void halve_content_length(std::string& head) {
    constexpr std::string_view name = "\r\ncontent-length:";
    auto const start = to_lower(head).find(name);
    if (start == std::string::npos) return;
    auto const from = start + name.size();
    auto const end = head.find("\r\n", from);
    head.replace(from, end - from, " " + std::to_string(number_in(head.substr(from, end - from)) / 2));
}

void reset(tcp::socket& what) {
    boost::system::error_code ignored;
    what.set_option(asio::socket_base::linger(true, 0), ignored);
    what.close(ignored);
}

/// The answer's bytes, where they are all that is sent.
async::task<> send_doctored(connection& both, std::string_view kind, std::string head, std::string rest) {
    auto const body = co_await rest_of_answer(both.server, std::move(rest));
    if (kind == to_string(fault_kind::raw)) {
        head = body;
    } else if (kind == to_string(fault_kind::truncated)) {
        head += body.substr(0, body.size() / 2);
    } else {
        halve_content_length(head);
        head += body;
    }
    co_await asio::async_write(both.client, asio::buffer(head), quietly);
}

/// `order`: the kind, and for some a number.
async::task<> misbehave(connection& both, std::string const& order, std::string head, std::string rest) {
    auto const kind = std::string_view(order).substr(0, order.find(' '));
    auto const is = [&](fault_kind which) { return kind == to_string(which); };
    if (is(fault_kind::garbage)) {
        co_await asio::async_write(both.client, asio::buffer(noise), quietly);
    } else if (is(fault_kind::truncated) || is(fault_kind::wrong_length) || is(fault_kind::raw)) {
        co_await send_doctored(both, kind, std::move(head), std::move(rest));
    } else if (is(fault_kind::endless)) {
        co_await send_endlessly(both.client);
    } else if (is(fault_kind::trickle)) {
        std::chrono::milliseconds const pause(number_in(order));
        co_await send_slowly(both, std::move(head), std::move(rest), pause);
    } else if (is(fault_kind::huge)) {
        co_await send_much(both.client, static_cast<std::size_t>(number_in(order)));
    } else if (is(fault_kind::hang_after_headers)) {
        both.silent = true;
        co_await asio::async_write(both.client, asio::buffer(head), quietly);
    } else if (is(fault_kind::hang)) {
        both.silent = true;
    } else if (is(fault_kind::reset)) {
        reset(both.client);
    }
}

async::task<> copy_answer(std::shared_ptr<connection> both) {
    std::string received;
    auto const [problem, head_size] =
        co_await asio::async_read_until(both->server, asio::dynamic_buffer(received), "\r\n\r\n", quietly);
    if (!problem) {
        auto head = received.substr(0, head_size);
        auto rest = received.substr(head_size);
        if (auto const order = take_gate_header(head); !order.empty()) {
            co_await misbehave(*both, order, std::move(head), std::move(rest));
            if (both->silent) co_return;
        } else {
            head += rest;
            auto sent = co_await asio::async_write(both->client, asio::buffer(head), quietly);
            std::array<char, 16 * 1024> buffer;
            while (!std::get<0>(sent)) {
                auto const [ended, count] =
                    co_await both->server.async_read_some(asio::buffer(buffer), quietly);
                if (ended) break;
                sent = co_await asio::async_write(both->client, asio::buffer(buffer, count), quietly);
            }
        }
    }
    boost::system::error_code ignored;
    both->client.shutdown(tcp::socket::shutdown_both, ignored);
    both->client.close(ignored);
    both->server.close(ignored);
}

}  // namespace

struct gate::impl {
    impl(async::executor executor, std::uint16_t port)
        : on(executor), behind(port), acceptor(executor), group(executor) {
        group.on_error([](std::exception_ptr) { observe::log_error("sandbox connection failed"); });
    }

    async::task<> serve(tcp::socket from) {
        auto const both = std::make_shared<connection>(std::move(from), on);
        tcp::endpoint const to(asio::ip::address_v4::loopback(), behind);
        auto const [problem] = co_await both->server.async_connect(to, quietly);
        if (problem) co_return;
        group.spawn(copy_request(both));
        co_await copy_answer(both);
    }

    async::task<> accept() {
        for (;;) {
            auto [problem, from] = co_await acceptor.async_accept(on, quietly);
            if (problem == asio::error::operation_aborted || !acceptor.is_open()) co_return;
            if (problem) {
                co_await async::sleep_for(std::chrono::milliseconds(50));  // out of descriptors, most likely
                continue;
            }
            group.spawn(serve(std::move(from)));
        }
    }

    async::executor on;
    std::uint16_t behind;
    tcp::acceptor acceptor;
    async::task_group group;
};

gate::gate(async::executor on, std::uint16_t behind) : impl_(std::make_unique<impl>(on, behind)) {}
gate::~gate() = default;

std::uint16_t gate::listen(std::string const& host, std::uint16_t port) {
    auto const address =
        host == "localhost" ? asio::ip::address_v4::loopback() : asio::ip::make_address(host);
    tcp::endpoint const at(address, port);
    impl_->acceptor.open(at.protocol());
    impl_->acceptor.set_option(tcp::acceptor::reuse_address(true));
    impl_->acceptor.bind(at);
    impl_->acceptor.listen();
    impl_->group.spawn(impl_->accept());
    return impl_->acceptor.local_endpoint().port();
}

async::task<> gate::close(std::chrono::milliseconds limit) {
    boost::system::error_code ignored;
    impl_->acceptor.close(ignored);
    impl_->group.cancel();
    co_await impl_->group.wait_all(limit);
}

}  // namespace tocsin::sandbox

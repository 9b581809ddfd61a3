#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace tocsin::tests {

/// One HTTP answer as it stood on the wire.
struct raw_answer {
    int status = 0;
    std::string head;  ///< with the final empty line
    std::string body;

    bool has(std::string_view text) const { return head.find(text) != std::string::npos; }
    /// The value of a field written exactly so; empty where it is missing.
    std::string field(std::string_view name) const {
        auto const at = head.find("\r\n" + std::string(name) + ": ");
        if (at == std::string::npos) return {};
        auto const begin = at + name.size() + 4;
        return head.substr(begin, head.find("\r\n", begin) - begin);
    }
};

/// A blocking socket for exact bytes. Every wait ends after ten seconds with an exception: a hang is a
/// failure.
class raw_socket {
public:
    explicit raw_socket(boost::asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}
    explicit raw_socket(std::uint16_t port) : socket_(context()) {
        socket_.connect({boost::asio::ip::address_v4::loopback(), port});
        socket_.set_option(boost::asio::ip::tcp::no_delay(true));
    }

    /// False where the peer is gone.
    bool send(std::string_view bytes) {
        boost::system::error_code failed;
        boost::asio::write(socket_, boost::asio::buffer(bytes), failed);
        return !failed;
    }
    void shutdown_send() { socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send); }
    void close() { socket_.close(); }
    boost::asio::ip::tcp::socket& socket() { return socket_; }

    /// Appends what comes next to `received`; false where the peer has closed.
    bool receive() {
        pollfd wanted{.fd = socket_.native_handle(), .events = POLLIN, .revents = 0};
        if (::poll(&wanted, 1, 10'000) != 1) throw std::runtime_error("nothing came");
        char buffer[4096];
        boost::system::error_code failed;
        auto const size = socket_.read_some(boost::asio::buffer(buffer), failed);
        received_.append(buffer, size);
        return !failed;
    }
    /// Takes everything up to and including `mark`.
    std::string receive_until(std::string_view mark) {
        auto at = received_.find(mark);
        for (; at == std::string::npos; at = received_.find(mark)) {
            if (!receive())
                throw std::runtime_error("closed before \"" + std::string(mark) + "\", after: " + received_);
        }
        return take(at + mark.size());
    }
    std::string receive_exactly(std::size_t size) {
        while (received_.size() < size) {
            if (!receive()) throw std::runtime_error("closed too early");
        }
        return take(size);
    }
    std::string receive_until_close() {
        while (receive()) {
        }
        return std::exchange(received_, {});
    }
    /// A request with the body that its Content-Length announces; for fake servers.
    std::string receive_request() {
        auto request = receive_until("\r\n\r\n");
        auto const at = request.find("Content-Length: ");
        if (at != std::string::npos) request += receive_exactly(std::stoul(request.substr(at + 16)));
        return request;
    }
    raw_answer receive_answer() {
        raw_answer answer;
        answer.head = receive_until("\r\n\r\n");
        answer.status = std::atoi(answer.head.c_str() + 9);
        auto const length = answer.field("Content-Length");
        if (!length.empty()) answer.body = receive_exactly(std::stoul(length));
        return answer;
    }
    /// Every answer until the peer closes; what is no answer makes a last one of status -1.
    std::vector<raw_answer> receive_answers() {
        received_ = receive_until_close();
        std::vector<raw_answer> answers;
        while (!received_.empty()) {
            if (!received_.starts_with("HTTP/1.1 ") || received_.find("\r\n\r\n") == std::string::npos) {
                answers.push_back({.status = -1, .head = std::exchange(received_, {}), .body = {}});
                break;
            }
            answers.push_back(receive_answer());
        }
        return answers;
    }

    static boost::asio::io_context& context() {
        static boost::asio::io_context one;  // only for its services: nothing asynchronous runs here
        return one;
    }

private:
    std::string take(std::size_t size) {
        auto taken = received_.substr(0, size);
        received_.erase(0, size);
        return taken;
    }

    boost::asio::ip::tcp::socket socket_;
    std::string received_;
};

/// A server that does to its n-th connection what `script(n, socket)` says, one after the other, and then
/// closes it.
class scripted_server {
public:
    scripted_server(int connections, std::function<void(int, raw_socket&)> script)
        : acceptor_(raw_socket::context(), {boost::asio::ip::address_v4::loopback(), 0}) {
        thread_ = std::thread([this, connections, script = std::move(script)] {
            for (int i = 0; i < connections; ++i) {
                boost::system::error_code closed;
                auto socket = acceptor_.accept(closed);
                if (closed) return;
                raw_socket wrapped(std::move(socket));
                try {
                    script(i, wrapped);
                } catch (std::exception const&) {  // the test sees what its client got
                    continue;
                }
            }
        });
    }
    ~scripted_server() {
        // A connection that was expected but never made must not keep the thread.
        ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
        thread_.join();
    }
    scripted_server(scripted_server const&) = delete;
    scripted_server& operator=(scripted_server const&) = delete;

    std::uint16_t port() { return acceptor_.local_endpoint().port(); }

private:
    boost::asio::ip::tcp::acceptor acceptor_;
    std::thread thread_;
};

}  // namespace tocsin::tests

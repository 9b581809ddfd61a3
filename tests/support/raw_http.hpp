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

/// An HTTP response with its original bytes.
struct raw_answer {
    int status = 0;
    std::string head;  ///< including the empty line
    std::string body;

    bool has(std::string_view text) const { return head.find(text) != std::string::npos; }
    /// The value of a field, by its exact name; empty if it is missing.
    std::string field(std::string_view name) const {
        auto const line = head.find("\r\n" + std::string(name) + ": ");
        if (line == std::string::npos) return {};
        auto const begin = line + name.size() + 4;
        return head.substr(begin, head.find("\r\n", begin) - begin);
    }
};

/// A blocking socket for exact bytes. Waiting for more than ten seconds throws.
class raw_socket {
public:
    explicit raw_socket(boost::asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}
    explicit raw_socket(std::uint16_t port) : socket_(context()) {
        socket_.connect({boost::asio::ip::address_v4::loopback(), port});
        socket_.set_option(boost::asio::ip::tcp::no_delay(true));
    }

    /// False if the peer has closed the connection.
    bool send(std::string_view bytes) {
        boost::system::error_code failed;
        boost::asio::write(socket_, boost::asio::buffer(bytes), failed);
        return !failed;
    }
    void shutdown_send() { socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send); }
    void close() { socket_.close(); }
    boost::asio::ip::tcp::socket& socket() { return socket_; }

    /// Appends the next bytes to the buffer; false if the peer has closed the connection.
    bool receive() {
        pollfd readable{.fd = socket_.native_handle(), .events = POLLIN, .revents = 0};
        if (::poll(&readable, 1, 10'000) != 1) throw std::runtime_error("nothing received");
        char buffer[4096];
        boost::system::error_code failed;
        auto const size = socket_.read_some(boost::asio::buffer(buffer), failed);
        received_.append(buffer, size);
        return !failed;
    }
    /// Returns everything up to and including `mark`.
    std::string receive_until(std::string_view mark) {
        auto position = received_.find(mark);
        for (; position == std::string::npos; position = received_.find(mark)) {
            if (!receive())
                throw std::runtime_error("closed before \"" + std::string(mark) + "\", after: " + received_);
        }
        return take(position + mark.size());
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
    /// A request, with a body according to its Content-Length; for fake servers.
    std::string receive_request() {
        auto request = receive_until("\r\n\r\n");
        auto const length = request.find("Content-Length: ");
        if (length != std::string::npos) request += receive_exactly(std::stoul(request.substr(length + 16)));
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
    /// All responses until the peer closes the connection. Other bytes are a last response of status -1.
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
        static boost::asio::io_context context;  // not run: all operations are synchronous
        return context;
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

/// A server that runs `script(n, socket)` for its n-th connection, one connection at a time, and then closes
/// it.
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
                } catch (std::exception const&) {  // the test checks the client
                    continue;
                }
            }
        });
    }
    ~scripted_server() {
        // Ends the accept if fewer connections than expected were made.
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

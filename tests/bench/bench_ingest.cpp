// Sends signed issue.created webhooks to a receiver on this machine and prints the results as JSON.
//
//   bench_ingest PORT SECRET SECONDS CONNECTIONS RATE ORGANIZATIONS KNOWN MODE SEED
//
// RATE 0 is a closed loop: each connection sends the next webhook after each response. Otherwise it is an
// open loop: webhooks are due at the given rate, and a latency starts when its webhook is due. MODE `spread`:
// 70 % of the webhooks are about the first KNOWN issues of an organization, the others about new issues;
// `storm`: all webhooks are about the same issue.
#include "webhook_bodies.hpp"

#include <tocsin/base/encoding.hpp>
#include <tocsin/crypto/digest.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using steady = std::chrono::steady_clock;
using std::chrono::microseconds;

/// Webhooks signed beforehand, per second of the measurement, because signing is not the receiver's work.
constexpr double prepared_per_second = 15'000;

/// Pause of a connection after a refusal, because Sentry does not retry at once either.
constexpr auto refusal_pause = std::chrono::seconds(1);

struct options {
    std::uint16_t port;
    std::string secret;
    int seconds;
    std::size_t connections;
    double rate;
    tocsin::bench::webhook_mix mix;
};

/// Signed requests.
class signed_webhooks {
public:
    explicit signed_webhooks(options const& options)
        : options_(options), bodies_(options.mix), mac_(tocsin::secret(options.secret)) {
        auto const per_second = options_.rate > 0 ? options_.rate : prepared_per_second;
        prepared_.resize(static_cast<std::size_t>(per_second * options_.seconds));
        for (auto& request : prepared_) write(request);
    }

    std::string next() {
        std::string request;
        if (used_ < prepared_.size())
            request.swap(prepared_[used_++]);
        else
            write(request);
        return request;
    }

private:
    void write(std::string& out) {
        bodies_.write_next(body_);
        auto const digest = mac_.sign(body_);
        out = "POST /webhooks/sentry HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(options_.port) +
              "\r\nContent-Type: application/json\r\nSentry-Hook-Resource: issue\r\nSentry-Hook-Timestamp: "
              "1770000000\r\n"
              "Request-ID: 0123456789abcdef0123456789abcdef\r\nSentry-Hook-Signature: " +
              tocsin::to_hex(digest) + "\r\nContent-Length: " + std::to_string(body_.size()) + "\r\n\r\n";
        out += body_;
    }

    options const& options_;
    tocsin::bench::webhook_bodies bodies_;
    tocsin::crypto::hmac_sha256 mac_;
    std::string body_;
    std::vector<std::string> prepared_;
    std::size_t used_ = 0;
};

struct connection {
    int socket = -1;
    bool is_busy = false;
    bool wants_out = false;
    steady::time_point due;
    std::string out;
    std::size_t sent = 0;
    std::string in;
};

class load {
public:
    explicit load(options options)
        : options_(std::move(options)),
          webhooks_(options_),
          poll_(::epoll_create1(0)),
          connections_(options_.connections) {
        for (auto& connection : connections_) open(connection);
    }

    void run() {
        auto const began = steady::now();
        end_ = began + std::chrono::seconds(options_.seconds);
        next_due_ = began;
        for (auto& connection : connections_) idle_.push_back(&connection);
        std::vector<epoll_event> events(256);
        while (steady::now() < end_ || busy_ > 0) {
            start_due();
            auto const pause = until_next_due();
            int const count =
                ::epoll_pwait2(poll_, events.data(), static_cast<int>(events.size()), &pause, nullptr);
            for (int i = 0; i < count; ++i) {
                auto& ready = *static_cast<connection*>(events[static_cast<std::size_t>(i)].data.ptr);
                if (ready.sent < ready.out.size()) write(ready);
                if ((events[static_cast<std::size_t>(i)].events & EPOLLIN) != 0) read(ready);
            }
            if (steady::now() > end_ + std::chrono::seconds(5)) break;
        }
        print(std::chrono::duration<double>(steady::now() - began).count());
    }

private:
    void open(connection& connection) const {
        connection.socket = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(options_.port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(connection.socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error("cannot connect");
        int const yes = 1;
        ::setsockopt(connection.socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = &connection;
        ::epoll_ctl(poll_, EPOLL_CTL_ADD, connection.socket, &event);
    }

    timespec until_next_due() const {
        auto pause = steady::duration(std::chrono::milliseconds(50));
        auto const now = steady::now();
        if (!paused_.empty()) pause = std::chrono::milliseconds(1);
        if (options_.rate > 0 && now < end_) pause = std::clamp(next_due_ - now, steady::duration(0), pause);
        return {0, std::chrono::nanoseconds(pause).count()};
    }

    void start_due() {
        auto const now = steady::now();
        if (now >= end_) return;
        for (; !paused_.empty() && paused_.front().first <= now; paused_.pop_front())
            idle_.push_back(paused_.front().second);
        if (options_.rate <= 0) {
            while (!idle_.empty()) start(now);
            return;
        }
        auto const step =
            std::chrono::duration_cast<steady::duration>(std::chrono::duration<double>(1 / options_.rate));
        for (; next_due_ <= now; next_due_ += step) waiting_.push_back(next_due_);
        while (!idle_.empty() && !waiting_.empty()) {
            start(waiting_.front());
            waiting_.pop_front();
        }
    }

    void start(steady::time_point due) {
        // The connection that has been idle for longest, because servers close idle connections.
        auto& connection = *idle_.front();
        idle_.pop_front();
        connection.due = due;
        connection.is_busy = true;
        connection.sent = 0;
        ++busy_;
        connection.out = webhooks_.next();
        write(connection);
    }

    void write(connection& connection) {
        auto const count = ::send(
            connection.socket,
            connection.out.data() + connection.sent,
            connection.out.size() - connection.sent,
            MSG_NOSIGNAL | MSG_DONTWAIT
        );
        if (count > 0) connection.sent += static_cast<std::size_t>(count);
        if ((connection.sent < connection.out.size()) != connection.wants_out) {
            connection.wants_out = !connection.wants_out;
            epoll_event event{};
            event.events = EPOLLIN | (connection.wants_out ? EPOLLOUT : 0u);
            event.data.ptr = &connection;
            ::epoll_ctl(poll_, EPOLL_CTL_MOD, connection.socket, &event);
        }
    }

    void read(connection& connection) {
        char buffer[4096];
        auto const count = ::recv(connection.socket, buffer, sizeof buffer, MSG_DONTWAIT);
        if (count < 0) return;
        if (count == 0) throw std::runtime_error("the receiver closed a connection");
        connection.in.append(buffer, static_cast<std::size_t>(count));
        auto const head = connection.in.find("\r\n\r\n");
        if (head == std::string::npos) return;
        auto length_at = connection.in.find("ontent-");
        while (length_at != std::string::npos &&
               connection.in.compare(length_at, 14, "ontent-Length:") != 0 &&
               connection.in.compare(length_at, 14, "ontent-length:") != 0)
            length_at = connection.in.find("ontent-", length_at + 1);
        std::size_t const length =
            length_at == std::string::npos
                ? 0
                : static_cast<std::size_t>(std::atoi(connection.in.c_str() + length_at + 14));
        if (connection.in.size() < head + 4 + length) return;
        finish(connection, std::atoi(connection.in.c_str() + 9));
    }

    void finish(connection& connection, int status) {
        auto const latency = std::chrono::duration_cast<microseconds>(steady::now() - connection.due).count();
        if (status == 200)
            accepted_.push_back(static_cast<std::uint32_t>(latency));
        else if (status == 500)
            ++refused_;
        else
            ++unexpected_;
        connection.in.clear();
        connection.is_busy = false;
        --busy_;
        if (status == 200)
            idle_.push_back(&connection);
        else
            paused_.emplace_back(steady::now() + refusal_pause, &connection);
    }

    double percentile(double share) {
        if (accepted_.empty()) return 0;
        auto const index = static_cast<std::size_t>(share * static_cast<double>(accepted_.size() - 1));
        return accepted_[index] / 1000.0;
    }

    void print(double seconds) {
        std::sort(accepted_.begin(), accepted_.end());
        std::printf(
            R"({"accepted":%zu,"refused":%zu,"unexpected":%zu,"unsent":%zu,"seconds":%.3f,"rate":%.1f,"p50":%.2f,"p99":%.2f,"max":%.2f})"
            "\n",
            accepted_.size(),
            refused_,
            unexpected_,
            waiting_.size(),
            seconds,
            static_cast<double>(accepted_.size()) / seconds,
            percentile(0.5),
            percentile(0.99),
            percentile(1)
        );
    }

    options const options_;
    signed_webhooks webhooks_;
    int poll_;
    std::vector<connection> connections_;
    std::deque<connection*> idle_;
    std::deque<std::pair<steady::time_point, connection*>> paused_;
    std::deque<steady::time_point> waiting_;
    steady::time_point end_, next_due_;
    std::size_t busy_ = 0, refused_ = 0, unexpected_ = 0;
    std::vector<std::uint32_t> accepted_;
};

}  // namespace

int main(int count, char** arguments) {
    if (count != 10) {
        std::fputs(
            "usage: bench_ingest PORT SECRET SECONDS CONNECTIONS RATE ORGANIZATIONS KNOWN MODE SEED\n", stderr
        );
        return 2;
    }
    try {
        load(options{
                 .port = static_cast<std::uint16_t>(std::atoi(arguments[1])),
                 .secret = arguments[2],
                 .seconds = std::atoi(arguments[3]),
                 .connections = static_cast<std::size_t>(std::atoi(arguments[4])),
                 .rate = std::atof(arguments[5]),
                 .mix =
                     {.organizations = static_cast<unsigned>(std::atoi(arguments[6])),
                      .known = static_cast<unsigned>(std::atoi(arguments[7])),
                      .storm = std::string_view(arguments[8]) == "storm",
                      .seed = std::strtoull(arguments[9], nullptr, 10)}
             }
        ).run();
    } catch (std::exception const& failed) {
        std::fprintf(stderr, "bench_ingest: %s\n", failed.what());
        return 1;
    }
}

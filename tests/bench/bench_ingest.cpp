// Sends signed issue.created webhooks to a receiver of this machine and prints what came back, as JSON.
//
//   bench_ingest PORT SECRET SECONDS CONNECTIONS RATE ORGANIZATIONS KNOWN MODE SEED
//
// RATE 0 is a closed loop: each connection sends as soon as it is answered. Else an open loop: webhooks are
// due at that rate whatever is answered, and a latency counts from the moment that its webhook was due. MODE
// `spread`: of each organization's issues 70 % of the webhooks are about the first KNOWN ones, the others
// about new ones; `storm`: all are about one issue.
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

/// So many are signed before the clock starts, of each second: Sentry's own work is none of the receiver's.
constexpr double made_a_second = 15'000;

/// Who is refused comes again later, as Sentry does, not at once.
constexpr auto refusal_rest = std::chrono::seconds(1);

struct options {
    std::uint16_t port;
    std::string secret;
    int seconds;
    std::size_t connections;
    double rate;
    tocsin::bench::webhook_mix mix;
};

/// Signed requests.
class webhooks {
public:
    explicit webhooks(options const& with)
        : with_(with), bodies_(with.mix), mac_(tocsin::secret(with.secret)) {
        auto const a_second = with_.rate > 0 ? with_.rate : made_a_second;
        made_.resize(static_cast<std::size_t>(a_second * with_.seconds));
        for (auto& one : made_) make(one);
    }

    std::string next() {
        std::string one;
        if (taken_ < made_.size())
            one.swap(made_[taken_++]);
        else
            make(one);
        return one;
    }

private:
    void make(std::string& out) {
        bodies_.write_next(body_);
        auto const digest = mac_.sign(body_);
        out = "POST /webhooks/sentry HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(with_.port) +
              "\r\nContent-Type: application/json\r\nSentry-Hook-Resource: issue\r\nSentry-Hook-Timestamp: "
              "1770000000\r\n"
              "Request-ID: 0123456789abcdef0123456789abcdef\r\nSentry-Hook-Signature: " +
              tocsin::to_hex(digest) + "\r\nContent-Length: " + std::to_string(body_.size()) + "\r\n\r\n";
        out += body_;
    }

    options const& with_;
    tocsin::bench::webhook_bodies bodies_;
    tocsin::crypto::hmac_sha256 mac_;
    std::string body_;
    std::vector<std::string> made_;
    std::size_t taken_ = 0;
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
    explicit load(options with)
        : with_(std::move(with)), webhooks_(with_), poll_(::epoll_create1(0)), all_(with_.connections) {
        for (auto& one : all_) open(one);
    }

    void run() {
        auto const began = steady::now();
        end_ = began + std::chrono::seconds(with_.seconds);
        next_due_ = began;
        for (auto& one : all_) idle_.push_back(&one);
        std::vector<epoll_event> events(256);
        while (steady::now() < end_ || busy_ > 0) {
            start_due();
            auto const pause = until_next_due();
            int const count =
                ::epoll_pwait2(poll_, events.data(), static_cast<int>(events.size()), &pause, nullptr);
            for (int i = 0; i < count; ++i) {
                auto& one = *static_cast<connection*>(events[static_cast<std::size_t>(i)].data.ptr);
                if (one.sent < one.out.size()) write(one);
                if ((events[static_cast<std::size_t>(i)].events & EPOLLIN) != 0) read(one);
            }
            if (steady::now() > end_ + std::chrono::seconds(5)) break;
        }
        print(std::chrono::duration<double>(steady::now() - began).count());
    }

private:
    void open(connection& one) const {
        one.socket = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(with_.port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(one.socket, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
            throw std::runtime_error("cannot connect");
        int const yes = 1;
        ::setsockopt(one.socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = &one;
        ::epoll_ctl(poll_, EPOLL_CTL_ADD, one.socket, &event);
    }

    timespec until_next_due() const {
        auto pause = steady::duration(std::chrono::milliseconds(50));
        auto const now = steady::now();
        if (!resting_.empty()) pause = std::chrono::milliseconds(1);
        if (with_.rate > 0 && now < end_) pause = std::clamp(next_due_ - now, steady::duration(0), pause);
        return {0, std::chrono::nanoseconds(pause).count()};
    }

    void start_due() {
        auto const now = steady::now();
        if (now >= end_) return;
        for (; !resting_.empty() && resting_.front().first <= now; resting_.pop_front())
            idle_.push_back(resting_.front().second);
        if (with_.rate <= 0) {
            while (!idle_.empty()) start(now);
            return;
        }
        auto const step =
            std::chrono::duration_cast<steady::duration>(std::chrono::duration<double>(1 / with_.rate));
        for (; next_due_ <= now; next_due_ += step) waiting_.push_back(next_due_);
        while (!idle_.empty() && !waiting_.empty()) {
            start(waiting_.front());
            waiting_.pop_front();
        }
    }

    void start(steady::time_point due) {
        // The one that has been idle for longest: a server closes a connection that is not used.
        auto& one = *idle_.front();
        idle_.pop_front();
        one.due = due;
        one.is_busy = true;
        one.sent = 0;
        ++busy_;
        one.out = webhooks_.next();
        write(one);
    }

    void write(connection& one) {
        auto const count = ::send(
            one.socket, one.out.data() + one.sent, one.out.size() - one.sent, MSG_NOSIGNAL | MSG_DONTWAIT
        );
        if (count > 0) one.sent += static_cast<std::size_t>(count);
        if ((one.sent < one.out.size()) != one.wants_out) {
            one.wants_out = !one.wants_out;
            epoll_event event{};
            event.events = EPOLLIN | (one.wants_out ? EPOLLOUT : 0u);
            event.data.ptr = &one;
            ::epoll_ctl(poll_, EPOLL_CTL_MOD, one.socket, &event);
        }
    }

    void read(connection& one) {
        char buffer[4096];
        auto const count = ::recv(one.socket, buffer, sizeof buffer, MSG_DONTWAIT);
        if (count < 0) return;
        if (count == 0) throw std::runtime_error("the receiver closed a connection");
        one.in.append(buffer, static_cast<std::size_t>(count));
        auto const head = one.in.find("\r\n\r\n");
        if (head == std::string::npos) return;
        auto length_at = one.in.find("ontent-");
        while (length_at != std::string::npos && one.in.compare(length_at, 14, "ontent-Length:") != 0 &&
               one.in.compare(length_at, 14, "ontent-length:") != 0)
            length_at = one.in.find("ontent-", length_at + 1);
        std::size_t const length = length_at == std::string::npos
                                       ? 0
                                       : static_cast<std::size_t>(std::atoi(one.in.c_str() + length_at + 14));
        if (one.in.size() < head + 4 + length) return;
        finish(one, std::atoi(one.in.c_str() + 9));
    }

    void finish(connection& one, int status) {
        auto const took = std::chrono::duration_cast<microseconds>(steady::now() - one.due).count();
        if (status == 200)
            accepted_.push_back(static_cast<std::uint32_t>(took));
        else if (status == 500)
            ++refused_;
        else
            ++odd_;
        one.in.clear();
        one.is_busy = false;
        --busy_;
        if (status == 200)
            idle_.push_back(&one);
        else
            resting_.emplace_back(steady::now() + refusal_rest, &one);
    }

    double percentile(double share) {
        if (accepted_.empty()) return 0;
        auto const at = static_cast<std::size_t>(share * static_cast<double>(accepted_.size() - 1));
        return accepted_[at] / 1000.0;
    }

    void print(double took) {
        std::sort(accepted_.begin(), accepted_.end());
        std::printf(
            R"({"accepted":%zu,"refused":%zu,"odd":%zu,"unsent":%zu,"seconds":%.3f,"rate":%.1f,"p50":%.2f,"p99":%.2f,"max":%.2f})"
            "\n",
            accepted_.size(),
            refused_,
            odd_,
            waiting_.size(),
            took,
            static_cast<double>(accepted_.size()) / took,
            percentile(0.5),
            percentile(0.99),
            percentile(1)
        );
    }

    options const with_;
    webhooks webhooks_;
    int poll_;
    std::vector<connection> all_;
    std::deque<connection*> idle_;
    std::deque<std::pair<steady::time_point, connection*>> resting_;
    std::deque<steady::time_point> waiting_;
    steady::time_point end_, next_due_;
    std::size_t busy_ = 0, refused_ = 0, odd_ = 0;
    std::vector<std::uint32_t> accepted_;
};

}  // namespace

int main(int count, char** given) {
    if (count != 10) {
        std::fputs(
            "usage: bench_ingest PORT SECRET SECONDS CONNECTIONS RATE ORGANIZATIONS KNOWN MODE SEED\n", stderr
        );
        return 2;
    }
    try {
        load(options{
                 .port = static_cast<std::uint16_t>(std::atoi(given[1])),
                 .secret = given[2],
                 .seconds = std::atoi(given[3]),
                 .connections = static_cast<std::size_t>(std::atoi(given[4])),
                 .rate = std::atof(given[5]),
                 .mix =
                     {.organizations = static_cast<unsigned>(std::atoi(given[6])),
                      .known = static_cast<unsigned>(std::atoi(given[7])),
                      .storm = std::string_view(given[8]) == "storm",
                      .seed = std::strtoull(given[9], nullptr, 10)}
             }
        ).run();
    } catch (std::exception const& failed) {
        std::fprintf(stderr, "bench_ingest: %s\n", failed.what());
        return 1;
    }
}

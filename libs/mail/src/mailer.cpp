#include <tocsin/mail/mailer.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <curl/curl.h>
#include <stdexcept>
#include <utility>

namespace asio = boost::asio;

namespace tocsin::mail {

namespace {

constexpr std::size_t most_waiting = 20;
constexpr long connect_limit_s = 5;
constexpr long total_limit_s = 15;

struct curl_deleter {
    void operator()(CURL* of) const noexcept { curl_easy_cleanup(of); }
    void operator()(curl_slist* of) const noexcept { curl_slist_free_all(of); }
};

void start_curl() {
    static auto const outcome = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (outcome != CURLE_OK) throw std::runtime_error("libcurl did not start");
}

/// The rest of the message.
std::size_t give(char* into, std::size_t size, std::size_t count, void* from) {
    auto& rest = *static_cast<std::string_view*>(from);
    auto const taken = std::min(rest.size(), size * count);
    std::memcpy(into, rest.data(), taken);
    rest.remove_prefix(taken);
    return taken;
}

std::string url_of(server const& to) {
    bool const is_v6 = to.host.find(':') != std::string::npos;
    auto const host = is_v6 ? "[" + to.host + "]" : to.host;
    return (to.protection == protection::tls ? "smtps://" : "smtp://") + host + ":" + std::to_string(to.port);
}

template <class T>
void set(CURL* on, CURLoption what, T value) {
    if (curl_easy_setopt(on, what, value) != CURLE_OK)
        throw std::runtime_error("libcurl lacks an option for mail");
}

result<> hand_over(server const& to, std::string const& from, message const& what, std::string const& id) {
    std::unique_ptr<CURL, curl_deleter> const call(curl_easy_init());
    if (!call) throw std::bad_alloc();
    auto const wire = render(
        what, from, std::chrono::time_point_cast<timestamp::duration>(std::chrono::system_clock::now()), id
    );
    std::string_view rest(wire);
    std::unique_ptr<curl_slist, curl_deleter> const receivers(
        curl_slist_append(nullptr, ("<" + what.to + ">").c_str())
    );
    std::array<char, CURL_ERROR_SIZE> why{};
    auto* const on = call.get();
    set(on, CURLOPT_URL, url_of(to).c_str());
    set(on, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    set(on, CURLOPT_PROXY, "");
    set(on, CURLOPT_NOSIGNAL, 1L);
    set(on, CURLOPT_CONNECTTIMEOUT, connect_limit_s);
    set(on, CURLOPT_TIMEOUT, total_limit_s);
    set(on, CURLOPT_ERRORBUFFER, why.data());
    set(on,
        CURLOPT_USE_SSL,
        static_cast<long>(to.protection == protection::none ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    if (!to.user.empty()) {
        set(on, CURLOPT_USERNAME, to.user.c_str());
        set(on, CURLOPT_PASSWORD, std::string(to.password.reveal()).c_str());
    }
    set(on, CURLOPT_MAIL_FROM, ("<" + from + ">").c_str());
    set(on, CURLOPT_MAIL_RCPT, receivers.get());
    set(on, CURLOPT_UPLOAD, 1L);
    set(on, CURLOPT_READFUNCTION, &give);
    set(on, CURLOPT_READDATA, &rest);
    auto const outcome = curl_easy_perform(on);
    if (outcome == CURLE_OK) return {};
    std::string const reason = why.front() != '\0' ? why.data() : curl_easy_strerror(outcome);
    return error{errc::unavailable, "The mail server did not take the message: " + reason};
}

async::task<result<>> hand_over_there(
    server const& to, std::string const& from, message what, std::string id
) {
    co_return hand_over(to, from, what, id);
}

}  // namespace

struct mailer::impl {
    impl(server where, std::string who) : to(std::move(where)), from(std::move(who)) {}

    server const to;
    std::string const from;
    std::atomic<std::size_t> waiting{0};
    asio::thread_pool thread{1};
};

mailer::mailer(server to, std::string from) : impl_(std::make_unique<impl>(std::move(to), std::move(from))) {
    if (!is_mailable(impl_->from)) throw std::invalid_argument("no mailable sender");
    start_curl();
}

mailer::~mailer() {
    impl_->thread.join();
}

async::task<result<>> mailer::send(message what, std::string id) {
    if (!is_mailable(what.to)) co_return error{errc::invalid, "This address cannot be mailed."};
    if (impl_->waiting.fetch_add(1) >= most_waiting) {
        impl_->waiting.fetch_sub(1);
        co_return error{errc::unavailable, "Too many messages wait for the mail server."};
    }
    struct place {
        std::atomic<std::size_t>& of;
        ~place() { of.fetch_sub(1); }
    } const mine{impl_->waiting};
    auto work = hand_over_there(impl_->to, impl_->from, std::move(what), std::move(id));
    auto outcome =
        co_await asio::co_spawn(impl_->thread.get_executor(), std::move(work), asio::use_awaitable);
    co_return outcome;
}

}  // namespace tocsin::mail

#include <tocsin/crypto/password.hpp>
#include <tocsin/identity/password_worker.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <utility>

namespace asio = boost::asio;

namespace tocsin::identity {

struct password_worker::impl {
    impl(std::size_t count, std::size_t limit) : threads(count), max_slots(limit) {}

    std::atomic<std::size_t> used_slots{0};
    asio::thread_pool threads;
    std::size_t const max_slots;
};

namespace {

/// One of the slots for waiting and running requests.
class slot {
public:
    slot(std::atomic<std::size_t>& used, std::size_t max) : used_(used), is_free_(used.fetch_add(1) < max) {}
    ~slot() { used_.fetch_sub(1); }
    slot(slot const&) = delete;
    slot& operator=(slot const&) = delete;
    bool is_free() const noexcept { return is_free_; }

private:
    std::atomic<std::size_t>& used_;
    bool const is_free_;
};

error busy() {
    return {errc::unavailable, "Too many people are signing in. Try again in a moment."};
}

async::task<std::string> hash_password(secret password) {
    co_return crypto::hash_password(password);
}

async::task<bool> verify_password(std::string stored, secret password) {
    co_return crypto::verify_password(stored, password);
}

}  // namespace

password_worker::password_worker(std::size_t threads, std::size_t queue)
    : impl_(std::make_unique<impl>(threads, queue)) {}

password_worker::~password_worker() {
    impl_->threads.join();
}

async::task<result<std::string>> password_worker::hash(secret password) {
    slot const own(impl_->used_slots, impl_->max_slots);
    if (!own.is_free()) co_return busy();
    auto work = hash_password(std::move(password));
    auto hashed =
        co_await asio::co_spawn(impl_->threads.get_executor(), std::move(work), asio::use_awaitable);
    co_return hashed;
}

async::task<result<bool>> password_worker::verify(std::string stored, secret password) {
    slot const own(impl_->used_slots, impl_->max_slots);
    if (!own.is_free()) co_return busy();
    auto work = verify_password(std::move(stored), std::move(password));
    bool const matches =
        co_await asio::co_spawn(impl_->threads.get_executor(), std::move(work), asio::use_awaitable);
    co_return matches;
}

}  // namespace tocsin::identity

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
    impl(std::size_t count, std::size_t limit) : threads(count), most(limit) {}

    std::atomic<std::size_t> taken{0};
    asio::thread_pool threads;
    std::size_t const most;
};

namespace {

/// One place among those waiting and running.
class place {
public:
    place(std::atomic<std::size_t>& taken, std::size_t most)
        : taken_(taken), got_(taken.fetch_add(1) < most) {}
    ~place() { taken_.fetch_sub(1); }
    place(place const&) = delete;
    place& operator=(place const&) = delete;
    bool got() const noexcept { return got_; }

private:
    std::atomic<std::size_t>& taken_;
    bool const got_;
};

error busy() {
    return {errc::unavailable, "Too many people are signing in at this moment. Try again shortly."};
}

async::task<std::string> hash_there(secret password) {
    co_return crypto::hash_password(password);
}

async::task<bool> verify_there(std::string stored, secret password) {
    co_return crypto::verify_password(stored, password);
}

}  // namespace

password_worker::password_worker(std::size_t threads, std::size_t queue)
    : impl_(std::make_unique<impl>(threads, queue)) {}

password_worker::~password_worker() {
    impl_->threads.join();
}

async::task<result<std::string>> password_worker::hash(secret password) {
    place const mine(impl_->taken, impl_->most);
    if (!mine.got()) co_return busy();
    auto work = hash_there(std::move(password));
    auto hashed =
        co_await asio::co_spawn(impl_->threads.get_executor(), std::move(work), asio::use_awaitable);
    co_return hashed;
}

async::task<result<bool>> password_worker::verify(std::string stored, secret password) {
    place const mine(impl_->taken, impl_->most);
    if (!mine.got()) co_return busy();
    auto work = verify_there(std::move(stored), std::move(password));
    bool const right =
        co_await asio::co_spawn(impl_->threads.get_executor(), std::move(work), asio::use_awaitable);
    co_return right;
}

}  // namespace tocsin::identity

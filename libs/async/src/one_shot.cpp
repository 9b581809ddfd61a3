#include <tocsin/async/one_shot.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>
#include <utility>

namespace tocsin::async {

namespace asio = boost::asio;

struct one_shot::impl {
    bool is_set = false;
    async::executor executor;
    // Constructed in place, because assigning to an empty one recurses infinitely in Asio 1.26.
    std::optional<asio::any_completion_handler<void(boost::system::error_code)>> waiter;

    void finish(boost::system::error_code result) {
        if (!waiter) return;
        asio::post(executor, [handler = std::move(*waiter), result]() mutable {
            if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected())
                slot.clear();
            std::move(handler)(result);
        });
        waiter.reset();
    }
};

one_shot::one_shot() : impl_(std::make_shared<impl>()) {}

one_shot::~one_shot() = default;

void one_shot::set() {
    impl_->is_set = true;
    impl_->finish({});
}

task<> one_shot::wait() {
    return asio::async_initiate<asio::use_awaitable_t<> const&, void(boost::system::error_code)>(
        [self = impl_](auto handler) {
            self->executor = asio::get_associated_executor(handler);
            self->waiter.emplace(std::move(handler));
            if (self->is_set) return self->finish({});
            auto slot = asio::get_associated_cancellation_slot(*self->waiter);
            if (!slot.is_connected()) return;
            slot.assign([weak = std::weak_ptr(self)](asio::cancellation_type type) {
                auto const self = weak.lock();
                if (self && type != asio::cancellation_type::none)
                    self->finish(asio::error::operation_aborted);
            });
        },
        asio::use_awaitable
    );
}

}  // namespace tocsin::async

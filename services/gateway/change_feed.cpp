#include "gateway/change_feed.hpp"

#include <tocsin/crypto/random.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <charconv>
#include <deque>
#include <unordered_set>
#include <utility>

namespace tocsin::gateway {

namespace {

/// Kept for readers who come back after a moment; they read everything where they were away for longer.
constexpr std::size_t kept_changes = 2'000;
/// Of a reader that takes nothing; then it reads everything.
constexpr std::size_t most_waiting = 200;

std::string_view next_word(std::string_view& text) {
    auto const end = std::min(text.find(' '), text.size());
    auto const word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return word;
}

bool is_number(std::string_view text) {
    return !text.empty() && text.size() <= 18 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

struct change_feed::subscription::impl {
    std::shared_ptr<state> feed;
    organization_id organization;
    boost::asio::steady_timer timer;
    std::deque<change> waiting = {};
    bool rights = false;
};

struct change_feed::state {
    struct kept {
        std::uint64_t id;
        organization_id organization;
        change what;
    };

    std::string process = crypto::uuid_v4().str().substr(0, 8);
    std::uint64_t last_id = 0;
    std::deque<kept> recent;
    std::unordered_set<subscription::impl*> readers;
    bool ended = false;

    change made(std::string kind, std::string data) {
        return {process + "-" + std::to_string(++last_id), std::move(kind), std::move(data)};
    }

    static void give(subscription::impl& reader, change const& what) {
        if (reader.waiting.size() >= most_waiting) {
            reader.waiting.clear();
            reader.waiting.push_back({what.id, "reset", "{}"});
        } else {
            reader.waiting.push_back(what);
        }
        reader.timer.cancel();
    }

    void publish(organization_id of, std::string kind, std::string data) {
        auto const what = made(std::move(kind), std::move(data));
        recent.push_back({last_id, of, what});
        if (recent.size() > kept_changes) recent.pop_front();
        for (auto* reader : readers)
            if (reader->organization == of) give(*reader, what);
    }

    void look_at_rights(std::optional<organization_id> of) {
        for (auto* reader : readers) {
            if (of && reader->organization != *of) continue;
            reader->rights = true;
            reader->timer.cancel();
        }
    }

    /// What of the kept changes came after `last_seen`; nothing where that cannot be told.
    std::optional<std::deque<change>> since(std::string_view last_seen, organization_id of) const {
        if (!last_seen.starts_with(process + "-")) return std::nullopt;
        last_seen.remove_prefix(process.size() + 1);
        std::uint64_t id = 0;
        auto const [end, failed] = std::from_chars(last_seen.data(), last_seen.data() + last_seen.size(), id);
        if (failed != std::errc{} || end != last_seen.data() + last_seen.size() || id > last_id)
            return std::nullopt;
        if (id < last_id && (recent.empty() || recent.front().id > id + 1)) return std::nullopt;
        std::deque<change> missed;
        for (auto const& one : recent)
            if (one.id > id && one.organization == of) missed.push_back(one.what);
        return missed;
    }
};

change_feed::subscription::subscription(
    std::shared_ptr<state> of, organization_id organization, async::executor on
)
    : impl_(std::make_unique<impl>(impl{std::move(of), organization, boost::asio::steady_timer(on)})) {
    impl_->feed->readers.insert(impl_.get());
}

change_feed::subscription::~subscription() {
    impl_->feed->readers.erase(impl_.get());
}

async::task<change_feed::subscription::why> change_feed::subscription::next(std::chrono::milliseconds patience
) {
    auto const awake = [this]() -> std::optional<why> {
        if (impl_->feed->ended) return why::ended;
        if (std::exchange(impl_->rights, false)) return why::rights;
        if (!impl_->waiting.empty()) return why::change;
        return std::nullopt;
    };
    if (auto const at_once = awake()) co_return *at_once;
    impl_->timer.expires_after(patience);
    co_await impl_->timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    co_return awake().value_or(why::quiet);
}

std::optional<change> change_feed::subscription::take() {
    if (impl_->waiting.empty()) return std::nullopt;
    auto what = std::move(impl_->waiting.front());
    impl_->waiting.pop_front();
    return what;
}

change_feed::change_feed() : state_(std::make_shared<state>()) {}

void change_feed::take(std::string_view message) {
    auto const kind = next_word(message);
    auto const of = organization_id::parse(next_word(message));
    if (kind == "session" || kind == "rights") return state_->look_at_rights(of);
    if (!of || (kind != "incident" && kind != "integration" && kind != "delivery")) return;
    if (kind != "incident" || message == "*")
        return state_->publish(*of, kind == "incident" ? "reset" : std::string(kind), "{}");
    while (!message.empty()) {
        auto const end = std::min(message.find(','), message.size());
        auto const number = message.substr(0, end);
        message.remove_prefix(std::min(end + 1, message.size()));
        if (is_number(number)) state_->publish(*of, "incident", R"({"number":)" + std::string(number) + "}");
    }
}

void change_feed::gap() {
    state_->recent.clear();
    auto const what = state_->made("reset", "{}");
    for (auto* reader : state_->readers) state::give(*reader, what);
    // Rights may have changed unheard.
    state_->look_at_rights(std::nullopt);
}

void change_feed::end_all() {
    state_->ended = true;
    for (auto* reader : state_->readers) reader->timer.cancel();
}

std::shared_ptr<change_feed::subscription> change_feed::subscribe(
    organization_id of, std::string_view last_seen, async::executor on
) {
    auto made = std::make_shared<subscription>(state_, of, std::move(on));
    if (last_seen.empty()) return made;
    auto missed = state_->since(last_seen, of);
    if (missed)
        made->impl_->waiting = std::move(*missed);
    else
        made->impl_->waiting.push_back(
            {state_->process + "-" + std::to_string(state_->last_id), "reset", "{}"}
        );
    return made;
}

}  // namespace tocsin::gateway

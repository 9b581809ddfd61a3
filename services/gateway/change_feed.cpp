#include "gateway/change_feed.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/crypto/random.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace tocsin::gateway {

namespace {

/// Kept for readers who come back after a moment; they read everything where they were away for longer.
constexpr std::size_t kept_changes = 2'000;
/// Of a reader that takes nothing; then it reads everything.
constexpr std::size_t most_waiting = 200;

/// What stands before the next `mark`, which is passed over.
std::string_view next_part(std::string_view& text, char mark) {
    auto const end = std::min(text.find(mark), text.size());
    auto const word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return word;
}

std::optional<std::int64_t> number_of(std::string_view text) {
    auto const number = whole_number(text);
    return number && *number > 0 ? number : std::nullopt;
}

std::optional<change_kind> kind_of(std::string_view name) {
    for (auto const kind : {change_kind::incident, change_kind::integration, change_kind::delivery})
        if (to_string(kind) == name) return kind;
    return std::nullopt;
}

}  // namespace

std::string_view to_string(change_kind k) noexcept {
    switch (k) {
        case change_kind::incident:
            return "incident";
        case change_kind::integration:
            return "integration";
        case change_kind::delivery:
            return "delivery";
        case change_kind::reset:
            break;
    }
    return "reset";
}

struct change_feed::subscription::impl {
    std::shared_ptr<state> feed;
    organization_id organization;
    boost::asio::steady_timer timer;
    std::deque<change> waiting = {};
    bool rights = false;
};

struct change_feed::state {
    struct kept {
        organization_id organization;
        change what;
    };
    using readers_of_one = std::unordered_set<subscription::impl*>;

    std::string process = crypto::uuid_v4().str().substr(0, 8);
    std::uint64_t last_id = 0;
    std::deque<kept> recent;
    std::unordered_map<organization_id, readers_of_one> readers;
    bool ended = false;

    static void give(subscription::impl& reader, change const& what) {
        if (reader.waiting.size() >= most_waiting) {
            reader.waiting.clear();
            reader.waiting.push_back({what.id, change_kind::reset, 0});
        } else {
            reader.waiting.push_back(what);
        }
        reader.timer.cancel();
    }

    void publish(organization_id of, change_kind kind, std::int64_t incident = 0) {
        change const what{++last_id, kind, incident};
        recent.push_back({of, what});
        if (recent.size() > kept_changes) recent.pop_front();
        auto const found = readers.find(of);
        if (found == readers.end()) return;
        for (auto* reader : found->second) give(*reader, what);
    }

    template <class Act>
    void for_all(Act const& act) {
        for (auto& [organization, some] : readers)
            for (auto* reader : some) act(*reader);
    }

    void look_at_rights(std::optional<organization_id> of) {
        for_all([&](subscription::impl& reader) {
            if (of && reader.organization != *of) return;
            reader.rights = true;
            reader.timer.cancel();
        });
    }

    /// What of the kept changes came after `last_seen`; nothing where that cannot be told.
    std::optional<std::deque<change>> since(std::string_view last_seen, organization_id of) const {
        if (!last_seen.starts_with(process + "-")) return std::nullopt;
        auto const seen = whole_number(last_seen.substr(process.size() + 1));
        if (!seen || *seen < 0) return std::nullopt;
        auto const id = static_cast<std::uint64_t>(*seen);
        if (id > last_id) return std::nullopt;
        if (id < last_id && (recent.empty() || recent.front().what.id > id + 1)) return std::nullopt;
        std::deque<change> missed;
        for (auto const& one : recent)
            if (one.what.id > id && one.organization == of) missed.push_back(one.what);
        return missed;
    }
};

change_feed::subscription::subscription(
    std::shared_ptr<state> of, organization_id organization, async::executor on
)
    : impl_(std::make_unique<impl>(impl{std::move(of), organization, boost::asio::steady_timer(on)})) {
    impl_->feed->readers[organization].insert(impl_.get());
}

change_feed::subscription::~subscription() {
    auto const found = impl_->feed->readers.find(impl_->organization);
    found->second.erase(impl_.get());
    if (found->second.empty()) impl_->feed->readers.erase(found);
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

std::optional<std::string> change_feed::subscription::take() {
    if (impl_->waiting.empty()) return std::nullopt;
    auto const what = impl_->waiting.front();
    impl_->waiting.pop_front();
    return "id: " + impl_->feed->process + "-" + std::to_string(what.id) +
           "\nevent: " + std::string(to_string(what.kind)) +
           "\ndata: " + (what.incident > 0 ? "{\"number\":" + std::to_string(what.incident) + "}" : "{}") +
           "\n\n";
}

change_feed::change_feed() : state_(std::make_shared<state>()) {}

void change_feed::take(std::string_view message) {
    auto const name = next_part(message, ' ');
    auto const kind = kind_of(name);
    bool const about_rights = name == "rights" || name == "session";
    while (!message.empty()) {
        auto part = next_part(message, ';');
        auto const of = organization_id::parse(next_part(part, ' '));
        if (about_rights) state_->look_at_rights(of);
        if (!kind || !of) continue;
        if (part == "*") state_->publish(*of, *kind);
        while (*kind == change_kind::incident && !part.empty())
            if (auto const number = number_of(next_part(part, ','))) state_->publish(*of, *kind, *number);
    }
}

void change_feed::gap() {
    state_->recent.clear();
    change const what{++state_->last_id, change_kind::reset, 0};
    state_->for_all([&](subscription::impl& reader) { state::give(reader, what); });
    // Rights may have changed unheard.
    state_->look_at_rights(std::nullopt);
}

void change_feed::end_all() {
    state_->ended = true;
    state_->for_all([](subscription::impl& reader) { reader.timer.cancel(); });
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
        made->impl_->waiting.push_back({state_->last_id, change_kind::reset, 0});
    return made;
}

}  // namespace tocsin::gateway

#include "gateway/change_feed.hpp"

#include <tocsin/base/encoding.hpp>
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

/// Enough for streams that reconnect after a moment. Those that were away for longer read everything again.
constexpr std::size_t kept_changes = 2'000;
/// The pending changes of a slow stream; above this, it reads everything again.
constexpr std::size_t max_pending = 200;

using steady = std::chrono::steady_clock;

/// Removes and returns the text up to the next `separator`.
std::string_view next_part(std::string_view& text, char separator) {
    auto const end = std::min(text.find(separator), text.size());
    auto const part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
}

std::optional<std::int64_t> parse_number(std::string_view text) {
    auto const number = whole_number(text);
    return number && *number > 0 ? number : std::nullopt;
}

std::optional<change_kind> parse_kind(std::string_view name) {
    for (auto const kind :
         {change_kind::incident, change_kind::page, change_kind::integration, change_kind::delivery})
        if (to_string(kind) == name) return kind;
    return std::nullopt;
}

}  // namespace

std::string_view to_string(change_kind k) noexcept {
    switch (k) {
        case change_kind::incident:
            return "incident";
        case change_kind::page:
            return "page";
        case change_kind::integration:
            return "integration";
        case change_kind::delivery:
            return "delivery";
        case change_kind::reset:
            break;
    }
    return "reset";
}

std::string session_name(std::string_view hash) {
    constexpr std::size_t named_bytes = 8;
    return to_hex(as_bytes(hash.substr(0, named_bytes)));
}

struct change_feed::subscription::impl {
    std::shared_ptr<state> feed;
    subscriber whose;
    boost::asio::steady_timer timer;
    std::deque<change> pending = {};
    steady::time_point check_at = steady::time_point::max();  ///< when to check rights
    bool replaced = false;                                    ///< by a newer stream of the person
};

struct change_feed::state {
    struct kept_change {
        organization_id organization;
        gateway::change change;
    };
    using subscriptions = std::unordered_set<subscription::impl*>;

    std::string process = crypto::uuid_v4().str().substr(0, 8);
    std::uint64_t last_id = 0;
    std::deque<kept_change> recent;
    std::unordered_map<organization_id, subscriptions> by_organization;
    std::unordered_map<std::string, std::deque<subscription::impl*>> by_person;  ///< oldest first
    bool ended = false;

    static void add(subscription::impl& to, change const& added) {
        if (to.pending.size() >= max_pending) {
            to.pending.clear();
            to.pending.push_back({added.id, change_kind::reset, 0});
        } else {
            to.pending.push_back(added);
        }
        to.timer.cancel();
    }

    void publish(organization_id organization, change_kind kind, std::int64_t incident = 0) {
        change const added{++last_id, kind, incident};
        recent.push_back({organization, added});
        if (recent.size() > kept_changes) recent.pop_front();
        auto const subscribed = by_organization.find(organization);
        if (subscribed == by_organization.end()) return;
        for (auto* each : subscribed->second) add(*each, added);
    }

    template <class Act>
    void for_all(Act const& act) {
        for (auto& [organization, subscribed] : by_organization)
            for (auto* each : subscribed) act(*each);
    }

    /// Checks the rights of the streams for which `is_affected` is true, one after another, so that they do
    /// not all wait for the database at once.
    template <class Predicate>
    void check_rights(Predicate const& is_affected) {
        auto turn = steady::now();
        for_all([&](subscription::impl& each) {
            if (!is_affected(each.whose)) return;
            each.check_at = std::min(each.check_at, turn);
            turn += check_interval;
            each.timer.cancel();
        });
    }

    /// Of one organization, or of all.
    void check_organization(std::optional<organization_id> organization) {
        check_rights([&](subscriber const& whose) {
            return !organization || whose.organization == *organization;
        });
    }

    /// `names`, separated by commas, or `*` for all sessions.
    void check_sessions(std::string_view names) {
        std::unordered_set<std::string> names_of_ended;
        bool const all = names == "*";
        while (!names.empty()) names_of_ended.emplace(next_part(names, ','));
        check_rights([&](subscriber const& whose) {
            return !whose.session.empty() && (all || names_of_ended.contains(whose.session));
        });
    }

    /// The kept changes after `last_seen`; nothing if some of those are lost.
    std::optional<std::deque<change>> since(std::string_view last_seen, organization_id organization) const {
        if (!last_seen.starts_with(process + "-")) return std::nullopt;
        auto const seen = whole_number(last_seen.substr(process.size() + 1));
        if (!seen || *seen < 0) return std::nullopt;
        auto const id = static_cast<std::uint64_t>(*seen);
        if (id > last_id) return std::nullopt;
        if (id < last_id && (recent.empty() || recent.front().change.id > id + 1)) return std::nullopt;
        std::deque<change> missed;
        for (auto const& kept : recent)
            if (kept.change.id > id && kept.organization == organization) missed.push_back(kept.change);
        return missed;
    }
};

change_feed::subscription::subscription(
    std::shared_ptr<state> feed, subscriber whose, async::executor executor
)
    : impl_(std::make_unique<impl>(
          impl{std::move(feed), std::move(whose), boost::asio::steady_timer(std::move(executor))}
      )) {
    impl_->feed->by_organization[impl_->whose.organization].insert(impl_.get());
    auto& of_person = impl_->feed->by_person[impl_->whose.person];
    of_person.push_back(impl_.get());
    if (of_person.size() <= max_streams_per_person) return;
    of_person.front()->replaced = true;
    of_person.front()->timer.cancel();
    of_person.pop_front();
}

change_feed::subscription::~subscription() {
    auto& all = impl_->feed->by_organization;
    auto const own = all.find(impl_->whose.organization);
    own->second.erase(impl_.get());
    if (own->second.empty()) all.erase(own);
    auto& people = impl_->feed->by_person;
    auto const person = people.find(impl_->whose.person);
    if (person == people.end()) return;  // other streams have replaced all of the person's earlier ones
    std::erase(person->second, impl_.get());
    if (person->second.empty()) people.erase(person);
}

async::task<change_feed::subscription::wake> change_feed::subscription::next(
    std::chrono::milliseconds patience
) {
    auto const reason = [this]() -> std::optional<wake> {
        if (impl_->feed->ended || impl_->replaced) return wake::ended;
        if (impl_->check_at <= steady::now()) {
            impl_->check_at = steady::time_point::max();
            return wake::rights;
        }
        if (!impl_->pending.empty()) return wake::change;
        return std::nullopt;
    };
    if (auto const immediate = reason()) co_return *immediate;
    auto const until = steady::now() + patience;
    while (true) {
        impl_->timer.expires_at(std::min(until, impl_->check_at));
        co_await impl_->timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        if (auto const found = reason()) co_return *found;
        if (steady::now() >= until) co_return wake::quiet;
    }
}

std::optional<std::string> change_feed::subscription::take() {
    if (impl_->pending.empty()) return std::nullopt;
    auto const oldest = impl_->pending.front();
    impl_->pending.pop_front();
    auto const data =
        oldest.incident > 0 ? "{\"number\":" + std::to_string(oldest.incident) + "}" : std::string("{}");
    return "id: " + impl_->feed->process + "-" + std::to_string(oldest.id) +
           "\nevent: " + std::string(to_string(oldest.kind)) + "\ndata: " + data + "\n\n";
}

change_feed::change_feed() : state_(std::make_shared<state>()) {}

void change_feed::receive(std::string_view notification) {
    auto const name = next_part(notification, ' ');
    auto const kind = parse_kind(name);
    while (!notification.empty()) {
        auto part = next_part(notification, ';');
        auto const organization = organization_id::parse(next_part(part, ' '));
        if (name == "rights") state_->check_organization(organization);
        if (name == "session") state_->check_sessions(part);
        if (!kind || !organization) continue;
        if (part == "*") state_->publish(*organization, *kind);
        while ((*kind == change_kind::incident || *kind == change_kind::page) && !part.empty())
            if (auto const number = parse_number(next_part(part, ',')))
                state_->publish(*organization, *kind, *number);
    }
}

void change_feed::reset_all() {
    state_->recent.clear();
    change const reset{++state_->last_id, change_kind::reset, 0};
    state_->for_all([&](subscription::impl& each) { state::add(each, reset); });
    // A notification about rights may have been lost as well.
    state_->check_organization(std::nullopt);
}

void change_feed::end_all() {
    state_->ended = true;
    state_->for_all([](subscription::impl& each) { each.timer.cancel(); });
}

std::shared_ptr<change_feed::subscription> change_feed::subscribe(
    subscriber whose, std::string_view last_seen, async::executor executor
) {
    auto const organization = whose.organization;
    auto subscribed = std::make_shared<subscription>(state_, std::move(whose), std::move(executor));
    if (last_seen.empty()) return subscribed;
    auto missed = state_->since(last_seen, organization);
    if (missed)
        subscribed->impl_->pending = std::move(*missed);
    else
        subscribed->impl_->pending.push_back({state_->last_id, change_kind::reset, 0});
    return subscribed;
}

}  // namespace tocsin::gateway

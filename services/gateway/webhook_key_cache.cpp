#include "gateway/webhook_key_cache.hpp"

#include <tocsin/http/server.hpp>
#include <tocsin/observe/log.hpp>

#include <exception>
#include <utility>

namespace tocsin::gateway {

using integrations::webhook_keys;

webhook_key_cache::entry const* webhook_key_cache::fresh(integration_id id) const {
    auto const found = entries_.find(id);
    return found != entries_.end() && now_() < found->second.read_at + lifetime ? &found->second : nullptr;
}

async::task<std::optional<webhook_keys>> webhook_key_cache::find(integration_id id, std::string const& peer) {
    if (!co_await is_listed(id)) co_return std::nullopt;
    // A burst of webhooks causes one lookup, and a second one if the keys changed meanwhile.
    constexpr int max_waits = 2;
    for (int waits = 0;; ++waits) {
        if (auto const* known = fresh(id)) co_return known->keys;
        auto const current = lookups_.find(id);
        if (current == lookups_.end() || waits == max_waits) break;
        auto const ended = std::make_shared<async::one_shot>();
        current->second.push_back(ended);
        co_await ended->wait();
    }
    auto const ticket = admission_.admit(peer);
    if (!ticket) throw http::overloaded("too many lookups of webhook keys from one address");
    co_return co_await look_up(id);
}

async::task<std::optional<webhook_keys>> webhook_key_cache::find_newer(
    integration_id id, std::string const& peer, std::chrono::seconds max_age
) {
    auto const known = entries_.find(id);
    if (known != entries_.end() && now_() >= known->second.read_at + max_age) entries_.erase(known);
    co_return co_await find(id, peer);
}

async::task<bool> webhook_key_cache::is_listed(integration_id id) {
    if (now_() >= listed_until_) {
        if (list_readers_) {
            auto const ended = std::make_shared<async::one_shot>();
            list_readers_->push_back(ended);
            co_await ended->wait();
        } else {
            co_await read_list();
        }
    }
    co_return now_() >= listed_until_ || listed_.contains(id);
}

async::task<> webhook_key_cache::read_list() {
    auto const began = generation_;
    list_readers_.emplace();
    try {
        auto const all = co_await list_();
        if (began == generation_) {
            listed_ = {all.begin(), all.end()};
            listed_until_ = now_() + lifetime;
        }
    } catch (std::exception const& failed) {
        observe::log_warn("integrations with webhook keys not listed", {{"why", failed.what()}});
    }
    auto const readers = std::exchange(list_readers_, std::nullopt).value();
    for (auto const& each : readers) each->set();
}

async::task<std::optional<webhook_keys>> webhook_key_cache::look_up(integration_id id) {
    auto const began = generation_;
    bool const is_first = lookups_.try_emplace(id).second;
    std::optional<webhook_keys> keys;
    try {
        keys = co_await load_(id);
    } catch (...) {
        if (is_first) end_lookup(id);
        throw;
    }
    if (began == generation_) {
        if (entries_.size() >= max_entries) entries_.clear();
        entries_.insert_or_assign(id, entry{keys, now_()});
    }
    if (is_first) end_lookup(id);
    co_return keys;
}

void webhook_key_cache::end_lookup(integration_id id) {
    auto const ended = lookups_.extract(id);
    for (auto const& each : ended.mapped()) each->set();
}

void webhook_key_cache::clear() {
    ++generation_;
    entries_.clear();
    listed_until_ = time_point::min();
}

}  // namespace tocsin::gateway

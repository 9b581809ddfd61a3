#include "tocsin/vault_check.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/integrations/vault_maintenance.hpp>
#include <tocsin/observe/log.hpp>

#include <chrono>
#include <stdexcept>
#include <utility>

namespace tocsin::program {

namespace {

/// Between two checks, and before the database has answered once.
constexpr std::chrono::seconds interval{5};
constexpr std::chrono::seconds first_interval{1};

}  // namespace

async::task<> vault_check::run(db::pool& pool, crypto::vault const& vault, async::io_loop& loop) {
    do {
        try {
            co_await look(pool, vault);
        } catch (std::exception const& failed) {
            observe::log_warn("vault keys not checked", {{"why", failed.what()}});
        }
        co_await async::sleep_for(outcome_ ? interval : first_interval);
    } while (!outcome_ || *outcome_);
    loop.stop();
}

async::task<> vault_check::look(db::pool& pool, crypto::vault const& vault) {
    if (!outcome_) outcome_ = co_await integrations::check_vault(pool, vault);
    if (!*outcome_) co_return;
    auto missing = co_await integrations::find_missing_keys(pool, vault);
    if (missing != missing_ && !missing.empty())
        observe::log_warn("vault keys are missing", {{"keys", list_keys(missing)}});
    missing_ = std::move(missing);
}

async::task<result<>> vault_check::ready() const {
    if (!outcome_) co_return error{errc::unavailable, "the vault key has not been checked yet"};
    if (!*outcome_ || missing_.empty()) co_return *outcome_;
    co_return error{
        errc::unavailable,
        "values are sealed under keys that TOCSIN_VAULT_KEYS does not contain: " + list_keys(missing_)
    };
}

std::string list_keys(std::set<std::string> const& ids) {
    std::string list;
    for (auto const& id : ids) list += (list.empty() ? "" : ", ") + printable(id, 40);
    return list;
}

void vault_check::throw_if_failed() const {
    if (outcome_ && !*outcome_) throw std::runtime_error(outcome_->error().detail);
}

}  // namespace tocsin::program

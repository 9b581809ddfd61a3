#include "tocsin/vault_check.hpp"

#include <tocsin/integrations/vault_maintenance.hpp>
#include <tocsin/observe/log.hpp>

#include <stdexcept>

namespace tocsin::program {

async::task<> vault_check::run(db::pool& pool, crypto::vault const& vault, async::io_loop& loop) {
    while (!outcome_) {
        try {
            outcome_ = co_await integrations::check_vault(pool, vault);
        } catch (std::exception const& failed) {
            observe::log_warn("vault key not checked yet", {{"why", failed.what()}});
        }
        if (!outcome_) co_await async::sleep_for(std::chrono::seconds(1));
    }
    if (!*outcome_) loop.stop();
}

async::task<result<>> vault_check::ready() const {
    if (!outcome_) co_return error{errc::unavailable, "the vault key has not been checked yet"};
    co_return *outcome_;
}

void vault_check::throw_if_failed() const {
    if (outcome_ && !*outcome_) throw std::runtime_error(outcome_->error().detail);
}

}  // namespace tocsin::program

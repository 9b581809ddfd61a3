#include "connect/connection_store.hpp"

#include <tocsin/integrations/connect.hpp>
#include <tocsin/observe/log.hpp>

#include <utility>
#include <vector>

namespace tocsin::integrations {

async::task<std::size_t> expire_pending(
    db::pool& pool, sentry::client& sentry, applications const& registered, crypto::vault const& vault
) {
    static constexpr std::chrono::minutes decision_limit{15};
    using expired_integration = std::pair<pending_integration, std::optional<byte_string>>;
    auto const expired = co_await pool.transact(db::no_tenant, [](db::transaction& tx) {
        std::vector<expired_integration> all;
        for (auto const& each : find_late_decisions(tx, decision_limit))
            all.emplace_back(each, give_up_decision(tx, each));
        return all;
    });
    for (auto const& [pending, sealed_token] : expired) {
        if (!sealed_token || !registered.oauth || pending.mode != mode::oauth) continue;
        auto token = open_access_token(vault, pending.organization, pending.integration, *sealed_token);
        auto owner =
            sentry.on_behalf_of({pending.organization, pending.integration, sentry::call_priority::background}
            );
        if (token && !co_await owner.revoke_oauth(*registered.oauth, std::move(*token)))
            observe::log_warn("token not revoked at Sentry", {{"integration", pending.integration.str()}});
    }
    co_return expired.size();
}

}  // namespace tocsin::integrations

#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/integrations/credentials.hpp>
#include <tocsin/integrations/integration_store.hpp>
#include <tocsin/integrations/refresher.hpp>
#include <tocsin/integrations/sentry_host.hpp>
#include <tocsin/sentry/client.hpp>

#include <string>
#include <utility>

namespace tocsin::integrations {

/// Calls Sentry as an integration: with its organization and its token.
struct sentry_access {
    db::pool& pool;
    crypto::vault const& vault;
    refresher& renewing;

    struct grant {
        std::string organization;
        secret token;
        std::optional<timestamp> since;  ///< of the stored token
    };

    async::task<result<grant>> find(organization_id org, integration_id id) const {
        struct stored {
            std::string slug;
            stored_token token;
        };
        auto const found = co_await pool.transact(
            org,
            [org, id, here = renewing.sentry()](db::transaction& tx) -> result<stored> {
                auto const integration = find_integration(tx, org, id);
                if (!integration) return integration.error();
                if (auto const elsewhere = of_another_sentry(*integration, here)) return *elsewhere;
                auto token = stored_access_token(tx, org, id);
                if (!token) return token.error();
                return stored{integration->sentry_org.slug, std::move(*token)};
            }
        );
        if (!found) co_return found.error();
        auto token = open_access_token(vault, org, id, found->token.sealed);
        if (!token) co_return token.error();
        co_return grant{found->slug, std::move(*token), found->token.since};
    }

    /// A token that has expired, or was replaced by somebody else's renewal, is renewed, or who renews it is
    /// waited for; then the call is made once more.
    template <class T, class Call>
    async::task<result<sentry::call_result<T>>> call(organization_id org, integration_id id, Call make)
        const {
        auto with = co_await find(org, id);
        if (!with) co_return with.error();
        auto const since = with->since;
        auto answered = co_await make(std::move(*with));
        if (answered || answered.error().http_status != 401) co_return answered;
        co_await renewing.renew_for_use(org, id, since);
        with = co_await find(org, id);
        if (!with) co_return with.error();
        co_return co_await make(std::move(*with));
    }
};

}  // namespace tocsin::integrations

#pragma once

#include <tocsin/async/task.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/integrations/credentials.hpp>
#include <tocsin/integrations/integration_store.hpp>
#include <tocsin/integrations/refresher.hpp>
#include <tocsin/sentry/client.hpp>

#include <optional>
#include <string>
#include <utility>

namespace tocsin::integrations {

/// Calls Sentry as an integration: with its organization and its token.
struct sentry_access {
    db::pool& pool;
    crypto::vault const& vault;
    integrations::refresher& refresher;

    struct grant {
        std::string organization;  ///< its id, which stays the same when the organization is renamed
        secret token;
        std::optional<timestamp> stored_at;  ///< of the token
    };

    async::task<result<grant>> find(organization_id org, integration_id id) const {
        auto const stored =
            co_await pool.transact(org, [org, id, host = refresher.sentry()](db::transaction& tx) {
                return find_stored_access(tx, org, id, host);
            });
        if (!stored) co_return stored.error();
        co_return open(org, id, *stored);
    }

    result<grant> open(organization_id org, integration_id id, stored_access const& stored) const {
        auto token = open_access_token(vault, org, id, stored.token.sealed);
        if (!token) return token.error();
        return grant{stored.organization, std::move(*token), stored.token.stored_at};
    }

    /// If Sentry refuses the token, because it has expired or been replaced, refreshes it, or waits for the
    /// refresh in progress, and calls once more.
    template <class T, class Call>
    async::task<result<sentry::call_result<T>>> call(organization_id org, integration_id id, Call make)
        const {
        co_return co_await call_with<T>(co_await find(org, id), org, id, std::move(make));
    }

    /// The same, first with a token that the caller has found.
    template <class T, class Call>
    async::task<result<sentry::call_result<T>>> call_with(
        result<grant> grant, organization_id org, integration_id id, Call make
    ) const {
        if (!grant) co_return grant.error();
        auto const stored_at = grant->stored_at;
        auto answered = co_await make(std::move(*grant));
        if (answered || !sentry::rejects_token(answered.error())) co_return answered;
        co_await refresher.refresh_for_use(org, id, stored_at);
        grant = co_await find(org, id);
        if (!grant) co_return grant.error();
        co_return co_await make(std::move(*grant));
    }

    /// The integration's organization. Stores the slug and the name that it has now.
    async::task<result<sentry::call_result<sentry::organization>>> find_organization(
        sentry::client& sentry, organization_id org, integration_id id
    ) const {
        auto const make = [&sentry](grant granted) -> async::task<sentry::call_result<sentry::organization>> {
            co_return co_await sentry.find_organization(granted.organization, granted.token);
        };
        auto answered = co_await call<sentry::organization>(org, id, make);
        if (answered && *answered)
            co_await pool.transact(org, [org, id, named = **answered](db::transaction& tx) {
                store_sentry_names(tx, org, id, named);
            });
        co_return answered;
    }
};

}  // namespace tocsin::integrations

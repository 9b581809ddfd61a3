#pragma once

#include "gateway/account_api.hpp"
#include "gateway/approvals_api.hpp"
#include "gateway/audit_api.hpp"
#include "gateway/credentials.hpp"
#include "gateway/deliveries_api.hpp"
#include "gateway/events_api.hpp"
#include "gateway/grants_api.hpp"
#include "gateway/incidents_api.hpp"
#include "gateway/integrations_api.hpp"
#include "gateway/invitations_api.hpp"
#include "gateway/mappings_api.hpp"
#include "gateway/members_api.hpp"
#include "gateway/organization_api.hpp"
#include "gateway/pages_api.hpp"
#include "gateway/policies_api.hpp"
#include "gateway/services_api.hpp"
#include "gateway/session_api.hpp"
#include "gateway/tokens_api.hpp"

#include <tocsin/crypto/vault.hpp>
#include <tocsin/sentry/client.hpp>

#include <chrono>

namespace tocsin::test {

using namespace gateway;

/// A pool connects only when it is used, and no test uses it.
inline db::pool_options unused_database() {
    db::pool_options options;
    options.url = secret("postgresql://127.0.0.1:1/none");
    options.connections = 1;
    return options;
}

/// Every endpoint of the API, without a database.
struct every_endpoint {
    async::io_loop loop;
    observe::metrics metrics;
    db::pool pool{unused_database()};
    crypto::vault vault{
        crypto::parse_vault_keys(secret("fake:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")).value()
    };
    sentry::client sentry{
        loop.get_executor(),
        {config::parse_base_url("https://sentry.example.com").value(), std::chrono::seconds(1), {}, "fake"},
        system_clock()
    };
    identity::password_worker hashing{1, 1};
    identity::accounts accounts{pool, hashing, {std::chrono::hours(1), std::chrono::hours(1)}};
    identity::service_catalog catalog{pool};
    identity::own_account own{pool, hashing, accounts.limits()};
    identity::members members{pool};
    identity::invitations invitations{pool, accounts, hashing};
    identity::api_tokens tokens{pool};
    identity::audit_log audit{pool};
    integrations::integration_store store{pool};
    integrations::refresher refresher{pool, sentry, {}, vault, {}, system_clock(), metrics};
    integrations::connect connect{
        loop.get_executor(), pool, sentry, {}, vault, {}, system_clock(), refresher
    };
    integrations::mappings mappings{pool, sentry, vault, refresher};
    integrations::checker checker{pool, sentry, vault};
    integrations::api_caller caller_of_sentry{pool, sentry, vault, refresher};
    grants::grant_service grants{pool, grants::resolve_with(mappings)};
    grants::caller caller{pool, caller_of_sentry, metrics};
    grants::approvals approvals{pool, caller, vault};
    incidents::incident_service board{pool, metrics};
    incidents::delivery_log deliveries{pool};
    incidents::replay replay{pool, pool, {}, system_clock()};
    oncall::policies policies{pool};
    notify::page_log pages{pool};
    change_feed changes;

    endpoints rows() {
        auto const url = config::parse_base_url("https://tocsin.example.com").value();
        endpoints all;
        for (auto& part : {
                 session_endpoints(accounts, session_cookie(session_cookie::kind::plain)),
                 account_endpoints(own, session_cookie(session_cookie::kind::plain)),
                 member_endpoints(members),
                 invitation_endpoints(
                     invitations, accounts, session_cookie(session_cookie::kind::plain), url, nullptr
                 ),
                 token_endpoints(tokens),
                 audit_endpoints(audit),
                 organization_endpoints(pool),
                 service_endpoints(catalog),
                 integration_endpoints({store, connect, checker, refresher, audit, url, url}),
                 mapping_endpoints(mappings),
                 grant_endpoints({grants, caller, url}),
                 approval_endpoints(approvals),
                 incident_endpoints(board),
                 policy_endpoints(policies),
                 page_endpoints(pages),
                 delivery_endpoints(deliveries, replay),
                 event_endpoints(changes, accounts, session_cookie(session_cookie::kind::plain)),
             })
            all.insert(all.end(), part.begin(), part.end());
        return all;
    }
};

}  // namespace tocsin::test

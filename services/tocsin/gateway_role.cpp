#include "tocsin/gateway_role.hpp"

#include "gateway/account_api.hpp"
#include "gateway/approvals_api.hpp"
#include "gateway/audit_api.hpp"
#include "gateway/change_feed.hpp"
#include "gateway/connect_callback.hpp"
#include "gateway/console_files.hpp"
#include "gateway/deliveries_api.hpp"
#include "gateway/events_api.hpp"
#include "gateway/gateway.hpp"
#include "gateway/grants_api.hpp"
#include "gateway/incidents_api.hpp"
#include "gateway/integrations_api.hpp"
#include "gateway/invitations_api.hpp"
#include "gateway/mappings_api.hpp"
#include "gateway/members_api.hpp"
#include "gateway/openapi.hpp"
#include "gateway/organization_api.hpp"
#include "gateway/page_link.hpp"
#include "gateway/pages_api.hpp"
#include "gateway/policies_api.hpp"
#include "gateway/sentry_components.hpp"
#include "gateway/services_api.hpp"
#include "gateway/session_api.hpp"
#include "gateway/tokens_api.hpp"
#include "gateway/webhook_key_cache.hpp"
#include "gateway/webhooks.hpp"
#include "tocsin/console_directory.hpp"
#include "tocsin/deadline.hpp"

#include <tocsin/db/listener.hpp>
#include <tocsin/grants/approvals.hpp>
#include <tocsin/grants/caller.hpp>
#include <tocsin/grants/grant_service.hpp>
#include <tocsin/identity/accounts.hpp>
#include <tocsin/identity/api_tokens.hpp>
#include <tocsin/identity/audit_log.hpp>
#include <tocsin/identity/invitations.hpp>
#include <tocsin/identity/members.hpp>
#include <tocsin/identity/own_account.hpp>
#include <tocsin/identity/password_worker.hpp>
#include <tocsin/identity/service_catalog.hpp>
#include <tocsin/incidents/delivery_log.hpp>
#include <tocsin/incidents/incident_service.hpp>
#include <tocsin/incidents/ingest.hpp>
#include <tocsin/incidents/replay.hpp>
#include <tocsin/integrations/api_caller.hpp>
#include <tocsin/integrations/check.hpp>
#include <tocsin/integrations/connect.hpp>
#include <tocsin/integrations/integration_store.hpp>
#include <tocsin/integrations/issue_reader.hpp>
#include <tocsin/integrations/mappings.hpp>
#include <tocsin/integrations/refresher.hpp>
#include <tocsin/integrations/webhook_keys.hpp>
#include <tocsin/mail/mailer.hpp>
#include <tocsin/notify/page_links.hpp>
#include <tocsin/notify/page_log.hpp>
#include <tocsin/observe/log.hpp>
#include <tocsin/oncall/policies.hpp>

#include <iterator>
#include <utility>
#include <vector>

namespace tocsin::program {

namespace {

template <class T>
void append(std::vector<T>& to, std::vector<T> more) {
    to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

struct identity_parts {
    identity_parts(serve_settings const& settings, db::pool& pool, db::pool& unproven)
        : accounts(pool, hashing, settings.sessions),
          unproven_accounts(unproven, hashing, settings.sessions),
          own_account(pool, hashing, settings.sessions),
          members(pool),
          invitations(pool, accounts, hashing),
          api_tokens(pool),
          audit(pool),
          services(pool) {
        if (settings.mail)
            mailer = std::make_unique<mail::mailer>(settings.mail->server, settings.mail->from);
    }

    identity::password_worker hashing;
    identity::accounts accounts;
    identity::accounts unproven_accounts;
    identity::own_account own_account;
    identity::members members;
    identity::invitations invitations;
    identity::api_tokens api_tokens;
    identity::audit_log audit;
    identity::service_catalog services;
    std::unique_ptr<mail::mailer> mailer;
};

struct integration_parts {
    integration_parts(serve_settings const& settings, shared_parts const& shared, db::pool& pool)
        : store(pool),
          refresher(
              pool,
              shared.sentry,
              settings.applications,
              shared.vault,
              settings.refresh,
              system_clock(),
              shared.metrics
          ),
          connect(
              shared.executor,
              pool,
              shared.sentry,
              settings.applications,
              shared.vault,
              settings.refresh.policy,
              system_clock(),
              refresher
          ),
          mappings(pool, shared.sentry, shared.vault, refresher),
          checker(pool, shared.sentry, shared.vault),
          issues(pool, shared.sentry, shared.vault, refresher) {}

    integrations::integration_store store;
    integrations::refresher refresher;
    integrations::connect connect;
    integrations::mappings mappings;
    integrations::checker checker;
    integrations::issue_reader issues;
};

struct grant_services {
    grant_services(shared_parts const& shared, db::pool& pool, integration_parts& connections)
        : sentry(pool, shared.sentry, shared.vault, connections.refresher),
          grants(pool, grants::resolve_with(connections.mappings)),
          caller(pool, sentry, shared.metrics),
          approvals(pool, caller, shared.vault) {}

    integrations::api_caller sentry;
    grants::grant_service grants;
    grants::caller caller;
    grants::approvals approvals;
};

incidents::reconciler_settings reconcile_settings(serve_settings const& settings) {
    incidents::reconciler_settings made;
    made.backoff = settings.refresh.policy.backoff;
    // The issue and its newest event, each with a token refresh and a second call.
    made.lease = settings.sentry.timeout * 6;
    return made;
}

struct incident_parts {
    incident_parts(
        serve_settings const& settings,
        shared_parts const& shared,
        pools& pools,
        integrations::issue_reader& issues
    )
        : service(*pools.gateway, shared.metrics),
          deliveries(*pools.gateway),
          replay(*pools.gateway, *pools.lookup, settings.rules, system_clock()),
          ingest(shared.executor, *pools.ingest, settings.rules, system_clock(), shared.metrics),
          reconciler(
              shared.executor,
              *pools.lookup,
              [&issues](organization_id org, integration_id id, std::string issue) {
                  return issues.find(org, id, std::move(issue));
              },
              [&issues](organization_id org, integration_id id, std::string issue) {
                  return issues.newest_environment(org, id, std::move(issue));
              },
              ingest,
              reconcile_settings(settings),
              shared.metrics
          ) {
        ingest.on_reconcile_request([this] { reconciler.wake(); });
    }

    incidents::incident_service service;
    incidents::delivery_log deliveries;
    incidents::replay replay;
    incidents::ingest ingest;
    incidents::reconciler reconciler;
};

struct paging_parts {
    paging_parts(pools& pools, incidents::incident_service& incidents)
        : policies(*pools.gateway), log(*pools.gateway), links(*pools.unproven, *pools.gateway, incidents) {}

    oncall::policies policies;
    notify::page_log log;
    notify::page_links links;
};

gateway::webhook_settings webhook_settings_for(serve_settings const& settings) {
    gateway::webhook_settings made;
    made.sentry_host = settings.sentry.sentry.str();
    made.max_body = settings.gateway.webhook_max_body;
    if (auto const& app = settings.applications.app) {
        made.keys.push_back({"current", app->client_secret});
        if (app->previous_client_secret) made.keys.push_back({"previous", *app->previous_client_secret});
    }
    return made;
}

}  // namespace

struct gateway_role::impl {
    impl(serve_settings const& settings, shared_parts const& shared, pools& pools)
        : people(settings, *pools.gateway, *pools.unproven),
          connections(settings, shared, *pools.gateway),
          incidents(settings, shared, pools, connections.issues),
          calls(shared, *pools.gateway, connections),
          paging(pools, incidents.service),
          console(console_directory(settings)),
          keys(
              [&pool = *pools.unproven_ingest, &vault = shared.vault](integration_id id) {
                  return integrations::find_webhook_keys(pool, vault, id);
              },
              [&pool = *pools.unproven_ingest] {
                  return integrations::list_integrations_with_webhook_keys(pool);
              },
              std::chrono::steady_clock::now
          ),
          listener(
              shared.executor,
              pool_options_for(settings, "tocsin changes", "tocsin_gateway", 1),
              "tocsin_changes",
              {[this](std::string const& message) { receive(message); }, [this] { reset(); }}
          ),
          edge(
              settings.gateway,
              {shared.executor,
               people.accounts,
               people.unproven_accounts,
               shared.metrics,
               api(settings, *pools.gateway),
               other_routes(settings, shared, pools)}
          ) {
        if (!console.is_built())
            observe::log_warn("console is not built", {{"folder", console_directory(settings).string()}});
    }

    void receive(std::string const& message) {
        if (message.starts_with("keys ")) keys.clear();
        changes.receive(message);
    }

    /// After a gap in the messages.
    void reset() {
        keys.clear();
        changes.reset_all();
    }

    gateway::endpoints api(serve_settings const& settings, db::pool& pool) {
        auto const cookie = gateway::cookie_of(settings.gateway.public_url);
        auto const& public_url = settings.gateway.public_url;
        gateway::endpoints all = gateway::session_endpoints(people.accounts, cookie);
        append(all, gateway::account_endpoints(people.own_account, cookie));
        append(all, gateway::member_endpoints(people.members));
        append(
            all,
            gateway::invitation_endpoints(
                people.invitations, people.accounts, cookie, public_url, people.mailer.get()
            )
        );
        append(all, gateway::token_endpoints(people.api_tokens));
        append(all, gateway::audit_endpoints(people.audit));
        append(all, gateway::organization_endpoints(pool));
        append(all, gateway::service_endpoints(people.services));
        append(
            all,
            gateway::integration_endpoints(
                {connections.store,
                 connections.connect,
                 connections.checker,
                 connections.refresher,
                 people.audit,
                 public_url,
                 settings.sentry.sentry}
            )
        );
        append(all, gateway::mapping_endpoints(connections.mappings));
        append(all, gateway::grant_endpoints({calls.grants, calls.caller, public_url}));
        append(all, gateway::approval_endpoints(calls.approvals));
        append(all, gateway::incident_endpoints(incidents.service));
        append(all, gateway::policy_endpoints(paging.policies));
        append(all, gateway::page_endpoints(paging.log));
        append(all, gateway::delivery_endpoints(incidents.deliveries, incidents.replay));
        append(all, gateway::event_endpoints(changes, people.accounts, cookie));
        return all;
    }

    std::vector<http::route> other_routes(
        serve_settings const& settings, shared_parts const& shared, pools& pools
    ) {
        std::vector<http::route> all = shared.health.routes(gateway::health::audience::everyone);
        all.push_back(gateway::openapi_route());
        auto const webhooks = webhook_settings_for(settings);
        auto const find_keys = [&pool = *pools.lookup, &vault = shared.vault](integration_id id) {
            return integrations::find_webhook_keys(pool, vault, id);
        };
        append(all, gateway::webhook_routes(webhooks, keys, incidents.ingest, shared.metrics));
        append(all, gateway::sentry_component_routes(webhooks, find_keys, *pools.lookup));
        all.push_back(gateway::connect_callback_route(
            people.accounts, connections.connect, gateway::cookie_of(settings.gateway.public_url)
        ));
        append(all, gateway::page_link_routes(paging.links));
        append(all, console.routes());
        return all;
    }

    async::task<bool> drain(std::chrono::milliseconds limit) {
        deadline const end(limit);
        changes.end_all();
        bool const answered = co_await edge.drain(end.left());
        bool const reconciled = co_await incidents.reconciler.stop(end.left());
        co_return answered&& reconciled;
    }

    identity_parts people;
    integration_parts connections;
    incident_parts incidents;
    grant_services calls;
    paging_parts paging;
    gateway::console_files console;
    gateway::webhook_key_cache keys;
    gateway::change_feed changes;
    db::listener listener;
    gateway::gateway edge;
};

gateway_role::gateway_role(serve_settings const& settings, shared_parts const& parts, pools& pools)
    : impl_(std::make_unique<impl>(settings, parts, pools)) {}

gateway_role::~gateway_role() = default;

void gateway_role::start() {
    impl_->edge.start();
}

async::task<bool> gateway_role::drain(std::chrono::milliseconds limit) {
    return impl_->drain(limit);
}

incidents::reconciler& gateway_role::reconciler() noexcept {
    return impl_->incidents.reconciler;
}

std::optional<std::chrono::steady_clock::time_point> gateway_role::last_ingest_failure() const noexcept {
    return impl_->incidents.ingest.last_failure();
}

void gateway_role::end_connections() noexcept {
    impl_->edge.end_connections();
}

}  // namespace tocsin::program

#include "tocsin/serve.hpp"

#include "gateway/account_api.hpp"
#include "gateway/admin_server.hpp"
#include "gateway/audit_api.hpp"
#include "gateway/change_feed.hpp"
#include "gateway/connect_callback.hpp"
#include "gateway/console_files.hpp"
#include "gateway/deliveries_api.hpp"
#include "gateway/events_api.hpp"
#include "gateway/gateway.hpp"
#include "gateway/health.hpp"
#include "gateway/incidents_api.hpp"
#include "gateway/integrations_api.hpp"
#include "gateway/invitations_api.hpp"
#include "gateway/mappings_api.hpp"
#include "gateway/members_api.hpp"
#include "gateway/metrics.hpp"
#include "gateway/openapi.hpp"
#include "gateway/sentry_components.hpp"
#include "gateway/services_api.hpp"
#include "gateway/session_api.hpp"
#include "gateway/tokens_api.hpp"
#include "gateway/webhooks.hpp"
#include "scheduler/partitions.hpp"
#include "scheduler/reconcile_job.hpp"
#include "scheduler/refreshing.hpp"
#include "scheduler/scheduler.hpp"
#include "scheduler/upkeep.hpp"
#include "tocsin/schema_version.hpp"
#include "tocsin/version.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/db/listener.hpp>
#include <tocsin/db/pool.hpp>
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
#include <tocsin/incidents/reconciler.hpp>
#include <tocsin/incidents/replay.hpp>
#include <tocsin/integrations/connect.hpp>
#include <tocsin/integrations/integration_store.hpp>
#include <tocsin/integrations/issue_reader.hpp>
#include <tocsin/integrations/mappings.hpp>
#include <tocsin/integrations/refresher.hpp>
#include <tocsin/integrations/vault_maintenance.hpp>
#include <tocsin/integrations/webhook_keys.hpp>
#include <tocsin/mail/mailer.hpp>
#include <tocsin/observe/log.hpp>
#include <tocsin/observe/metrics.hpp>
#include <tocsin/sentry/client.hpp>
#include <tocsin/sentry/webhook.hpp>

#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

namespace tocsin::program {

namespace {

/// What SIGTERM leaves to requests and jobs in flight.
constexpr std::chrono::milliseconds drain_limit{10'000};

db::pool_options pool_of(
    serve_settings const& with, std::string name, std::string role, std::size_t connections
) {
    db::pool_options made;
    made.name = std::move(name);
    made.url = with.database_url;
    made.role = std::move(role);
    made.connections = connections;
    return made;
}

/// A newer schema is no problem: an upgrade migrates first and restarts the processes after that.
async::task<result<>> check_database(db::pool& pool) {
    auto const schema = co_await check_schema(pool);
    if (schema.fit == schema_fit::older) co_return error{errc::unavailable, schema.message};
    co_return result<>();
}

std::filesystem::path console_directory(serve_settings const& with) {
    if (!with.console_directory.empty()) return with.console_directory;
    return gateway::default_console_directory(std::filesystem::canonical("/proc/self/exe"));
}

template <class T>
void append(std::vector<T>& to, std::vector<T> more) {
    to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

integrations::refresh_settings refreshing(serve_settings const& with) {
    auto const& from = with.refresh;
    integrations::refresh_settings made;
    made.policy.backoff = {from.backoff_base, from.backoff_max};
    made.policy.max_attempts = static_cast<int>(from.max_attempts);
    made.policy.margin = from.margin;
    made.lease = from.lease;
    made.call_timeout = with.sentry_timeout;
    return made;
}

incidents::reconciler_settings reconciling(serve_settings const& with) {
    incidents::reconciler_settings made;
    made.backoff = {with.refresh.backoff_base, with.refresh.backoff_max};
    // Two calls, and the refresh of the token between them.
    made.lease = with.sentry_timeout * 3;
    return made;
}

gateway::webhook_settings webhooks(serve_settings const& with) {
    gateway::webhook_settings made;
    made.sentry_host = with.sentry_url.str();
    made.max_body = with.webhook_max_body;
    if (!with.sentry_app) return made;
    made.keys.push_back({"current", with.sentry_app->client_secret});
    if (with.sentry_app->previous_client_secret)
        made.keys.push_back({"previous", *with.sentry_app->previous_client_secret});
    return made;
}

/// Webhooks are answered within Sentry's second: a statement that takes longer is given up, and Sentry may
/// try again.
db::pool_options ingest_pool_of(serve_settings const& with) {
    auto made = pool_of(with, "tocsin ingest", "tocsin_ingest", 2);
    made.queue = 256;
    made.max_wait = std::chrono::milliseconds(700);
    made.statement_timeout = std::chrono::milliseconds(700);
    made.work_deadline = std::chrono::milliseconds(2'000);
    return made;
}

/// Ingest's work that is no webhook's commit, and what anybody can make us look up: apart, so that neither
/// takes a connection from the webhooks.
db::pool_options aside_pool_of(serve_settings const& with) {
    return pool_of(with, "tocsin aside", "tocsin_ingest", 1);
}

/// What both roles use.
struct common_parts {
    async::executor executor;
    observe::metrics& metrics;
    gateway::health& health;
    sentry::client& sentry;
    crypto::vault const& vault;
};

/// The public side and what only it needs.
class gateway_role {
public:
    gateway_role(
        serve_settings const& with,
        common_parts const& on,
        db::pool& pool,
        db::pool& ingest_pool,
        db::pool& aside_pool
    )
        : accounts_(pool, hashing_, {with.session_idle, with.session_max}),
          mailer_(with.mail ? std::make_unique<mail::mailer>(with.mail->server, with.mail->from) : nullptr),
          own_account_(pool, hashing_, accounts_.limits()),
          members_(pool),
          invitations_(pool, accounts_, hashing_),
          api_tokens_(pool),
          audit_(pool),
          services_(pool),
          integrations_(pool),
          refresher_(
              pool, on.sentry, applications_of(with), on.vault, refreshing(with), system_clock(), on.metrics
          ),
          connect_(
              on.executor,
              pool,
              on.sentry,
              applications_of(with),
              on.vault,
              refreshing(with).policy,
              system_clock(),
              refresher_
          ),
          mappings_(pool, on.sentry, on.vault, refresher_),
          checker_(pool, on.sentry, on.vault),
          incidents_(pool, on.metrics),
          deliveries_(pool),
          replay_(pool, aside_pool, {with.reopen_window, with.critical_event_count}, system_clock()),
          ingest_(
              on.executor,
              ingest_pool,
              {with.reopen_window, with.critical_event_count},
              system_clock(),
              on.metrics
          ),
          issues_(pool, on.sentry, on.vault, refresher_),
          reconciler_(
              on.executor,
              aside_pool,
              [this](organization_id org, integration_id id, std::string issue) {
                  return issues_.find(org, id, std::move(issue));
              },
              ingest_,
              reconciling(with),
              on.metrics
          ),
          console_(console_directory(with)),
          listener_(
              on.executor,
              pool_of(with, "tocsin changes", "tocsin_gateway", 1),
              "tocsin_changes",
              {[this](std::string const& message) { changes_.receive(message); },
               [this] { changes_.reset_all(); }}
          ),
          gateway_(
              edges(with), {on.executor, accounts_, on.metrics, api(with), others(with, on, aside_pool)}
          ) {
        ingest_.on_reconcile_request([this] { reconciler_.wake(); });
        if (!console_.is_built())
            observe::log_warn("console is not built", {{"folder", console_directory(with).string()}});
    }

    gateway::gateway& edge() noexcept { return gateway_; }
    /// Streams never end by themselves.
    void end_streams() { changes_.end_all(); }
    incidents::reconciler& reconciler() noexcept { return reconciler_; }
    async::task<bool> stop_reconciler(std::chrono::milliseconds limit) { return reconciler_.stop(limit); }

private:
    static gateway::settings edges(serve_settings const& with) {
        return {
            with.public_url,
            with.listen,
            with.allowed_hosts,
            with.trusted_proxies,
            with.tls_certificate_file,
            with.tls_key_file
        };
    }

    gateway::endpoints api(serve_settings const& with) {
        gateway::endpoints all = gateway::session_endpoints(accounts_, gateway::cookie_of(with.public_url));
        auto const cookie = gateway::cookie_of(with.public_url);
        append(all, gateway::account_endpoints(own_account_, cookie));
        append(all, gateway::member_endpoints(members_));
        append(
            all,
            gateway::invitation_endpoints(invitations_, accounts_, cookie, with.public_url, mailer_.get())
        );
        append(all, gateway::token_endpoints(api_tokens_));
        append(all, gateway::audit_endpoints(audit_));
        append(all, gateway::service_endpoints(services_));
        append(
            all,
            gateway::integration_endpoints(
                {integrations_, connect_, checker_, refresher_, with.public_url, with.sentry_url}
            )
        );
        append(all, gateway::mapping_endpoints(mappings_));
        append(all, gateway::incident_endpoints(incidents_));
        append(all, gateway::delivery_endpoints(deliveries_, replay_));
        append(all, gateway::event_endpoints(changes_, accounts_, gateway::cookie_of(with.public_url)));
        return all;
    }

    std::vector<http::route> others(
        serve_settings const& with, common_parts const& on, db::pool& aside_pool
    ) {
        std::vector<http::route> all = on.health.routes();
        all.push_back(gateway::openapi_route());
        append(
            all,
            gateway::webhook_routes(
                webhooks(with),
                [&aside_pool, &vault = on.vault](integration_id id) {
                    return integrations::find_webhook_keys(aside_pool, vault, id);
                },
                ingest_,
                on.metrics
            )
        );
        append(all, gateway::sentry_component_routes(webhooks(with), aside_pool));
        all.push_back(
            gateway::connect_callback_route(accounts_, connect_, gateway::cookie_of(with.public_url))
        );
        append(all, console_.routes());
        return all;
    }

    identity::password_worker hashing_;
    identity::accounts accounts_;
    std::unique_ptr<mail::mailer> mailer_;
    identity::own_account own_account_;
    identity::members members_;
    identity::invitations invitations_;
    identity::api_tokens api_tokens_;
    identity::audit_log audit_;
    identity::service_catalog services_;
    integrations::integration_store integrations_;
    integrations::refresher refresher_;
    integrations::connect connect_;
    integrations::mappings mappings_;
    integrations::checker checker_;
    incidents::incident_service incidents_;
    incidents::delivery_log deliveries_;
    incidents::replay replay_;
    incidents::ingest ingest_;
    integrations::issue_reader issues_;
    incidents::reconciler reconciler_;
    gateway::console_files console_;
    gateway::change_feed changes_;
    db::listener listener_;
    gateway::gateway gateway_;
};

/// Stops everything in the order in which it may end. `complete` tells whether nothing had to be cut off.
async::task<> end_all(
    async::io_loop& loop,
    gateway_role* edge,
    scheduler::scheduler& jobs,
    gateway::admin_server& admin,
    bool& complete
) {
    auto const deadline = std::chrono::steady_clock::now() + drain_limit;
    auto const left = [deadline] {
        auto const rest =
            std::chrono::floor<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        return std::max(rest, std::chrono::milliseconds(0));
    };
    jobs.stop();
    if (edge) edge->end_streams();
    bool const answered = edge == nullptr || co_await edge->edge().drain(left());
    bool const read = edge == nullptr || co_await edge->stop_reconciler(left());
    bool const finished = co_await jobs.wait_for_running(left());
    // Until here the operators' side says that this process is draining.
    co_await admin.drain(std::chrono::milliseconds(0));
    complete = answered && read && finished;
    loop.stop();
}

/// An address that cannot be had is the operator's to mend: names it and its variable.
template <class Server>
void start(Server& server, std::string_view variable, config::endpoint const& where) {
    try {
        server.start();
    } catch (boost::system::system_error const& failed) {
        throw std::runtime_error(
            std::string(variable) + ": cannot listen on " + where.host + " port " +
            std::to_string(where.port) + ": " + failed.code().message()
        );
    }
}

/// Whether the vault's first key is the right one, asked until the database answers.
struct vault_check {
    std::optional<result<>> outcome;

    async::task<> run(db::pool& pool, crypto::vault const& vault, async::io_loop& loop) {
        while (!outcome) {
            try {
                outcome = co_await integrations::check_vault(pool, vault);
            } catch (std::exception const& why) {
                observe::log_warn("vault not checked yet", {{"why", why.what()}});
            }
            if (!outcome) co_await async::sleep_for(std::chrono::seconds(1));
        }
        // What it sealed with a wrong key nobody could open again.
        if (!*outcome) loop.stop();
    }
    async::task<result<>> ready() const {
        if (!outcome) co_return error{errc::unavailable, "the vault's key has not been checked yet"};
        co_return *outcome;
    }
};

}  // namespace

integrations::applications applications_of(serve_settings const& with) {
    integrations::applications made;
    if (with.sentry_app)
        made.app = sentry::public_app{
            with.sentry_app->slug,
            with.sentry_app->client_id,
            with.sentry_app->client_secret,
            with.sentry_app->previous_client_secret
        };
    if (with.sentry_oauth)
        made.oauth = sentry::oauth_app{with.sentry_oauth->client_id, with.sentry_oauth->client_secret};
    made.redirect_uri = with.public_url.str() + "/oauth/sentry/callback";
    return made;
}

// The object graph, in order of dependence; what stands above is destroyed after what stands below.
int serve(serve_settings const& with) {
    async::io_loop loop;
    auto const executor = loop.get_executor();
    observe::metrics metrics;
    gateway::declare_metrics(metrics, version);
    gateway::health health{std::string(version)};

    crypto::vault const vault(with.vault_keys);
    sentry::client_settings calls{
        .sentry = with.sentry_url,
        .timeout = with.sentry_timeout,
        .ca_file = {},
        .user_agent = "Tocsin/" + std::string(version)
    };
    calls.calls_per_second = static_cast<int>(with.sentry_rate);
    calls.burst = calls.calls_per_second;
    sentry::client sentry_client(executor, calls, system_clock());
    common_parts const parts{executor, metrics, health, sentry_client, vault};

    // Small pools apart, so that a busy console can starve neither webhooks nor jobs.
    std::optional<db::pool> gateway_pool;
    std::optional<db::pool> ingest_pool;
    std::optional<db::pool> aside_pool;
    std::optional<db::pool> scheduler_pool;
    std::vector<db::pool const*> shown_pools;
    if (with.has(run_role::gateway)) {
        gateway_pool.emplace(pool_of(with, "tocsin gateway", "tocsin_gateway", 4));
        shown_pools.push_back(&*gateway_pool);
        ingest_pool.emplace(ingest_pool_of(with));
        shown_pools.push_back(&*ingest_pool);
        aside_pool.emplace(aside_pool_of(with));
        shown_pools.push_back(&*aside_pool);
    }
    if (with.has(run_role::scheduler)) {
        scheduler_pool.emplace(pool_of(with, "tocsin scheduler", "tocsin_scheduler", 2));
        shown_pools.push_back(&*scheduler_pool);
    }
    gateway::show_pools(metrics, shown_pools);
    auto& checked_pool = gateway_pool ? *gateway_pool : *scheduler_pool;
    health.add_check("database", [&checked_pool] { return check_database(checked_pool); });

    vault_check checked_vault;
    health.add_check("vault", [&checked_vault] { return checked_vault.ready(); });

    std::optional<gateway_role> gateway;
    if (gateway_pool) gateway.emplace(with, parts, *gateway_pool, *ingest_pool, *aside_pool);

    scheduler::scheduler jobs(executor, metrics);
    if (gateway) jobs.add(scheduler::reconcile_job(gateway->reconciler(), with.refresh.poll));
    std::optional<integrations::refresher> refresher;
    if (scheduler_pool) {
        refresher.emplace(
            *scheduler_pool,
            sentry_client,
            applications_of(with),
            vault,
            refreshing(with),
            system_clock(),
            metrics
        );
        jobs.add(scheduler::keep_delivery_partitions(*scheduler_pool, with.delivery_retention));
        scheduler::declare_counted_metrics(metrics);
        jobs.add(scheduler::count_for_metrics(*scheduler_pool, metrics));
        jobs.add(
            scheduler::purge(*scheduler_pool, {with.delivery_retention, with.session_idle, with.session_max})
        );
        jobs.add(scheduler::renew_credentials(*refresher, with.refresh.poll));
        jobs.add(scheduler::finish_installations(*refresher, with.refresh.poll));
        jobs.add(scheduler::expire_pending(*scheduler_pool, sentry_client, applications_of(with), vault));
        health.add_notice("refreshing", [&refresher] { return refresher->pause(); });
    }

    gateway::admin_server admin(executor, with.admin_listen, metrics, health);

    async::task_group ending(executor);
    ending.on_error([&loop](std::exception_ptr) { loop.stop(); });
    bool complete = false;
    bool asked_to_end = false;
    loop.on_termination([&](int signal) {
        observe::log_info("stopping", {{"signal", signal}});
        health.start_draining();
        // Who asks twice does not want to wait.
        if (std::exchange(asked_to_end, true))
            loop.stop();
        else
            ending.spawn(end_all(loop, gateway ? &*gateway : nullptr, jobs, admin, complete));
    });

    start(admin, "TOCSIN_ADMIN_LISTEN", with.admin_listen);
    if (gateway) start(gateway->edge(), "TOCSIN_LISTEN", with.listen);
    jobs.start();
    ending.spawn(checked_vault.run(checked_pool, vault, loop));
    loop.run();

    if (checked_vault.outcome && !*checked_vault.outcome)
        throw std::runtime_error(checked_vault.outcome->error().detail);
    observe::log_info("stopped", {{"complete", complete}});
    // What was cut off still refers to this function's objects: the process ends without unwinding it.
    if (!complete) std::_Exit(EXIT_SUCCESS);
    return EXIT_SUCCESS;
}

}  // namespace tocsin::program

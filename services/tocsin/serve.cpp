#include "tocsin/serve.hpp"

#include "gateway/admin_server.hpp"
#include "gateway/health.hpp"
#include "gateway/metrics.hpp"
#include "scheduler/metrics_job.hpp"
#include "scheduler/paging_job.hpp"
#include "scheduler/reconcile_job.hpp"
#include "scheduler/refresh_jobs.hpp"
#include "scheduler/retention_jobs.hpp"
#include "scheduler/scheduler.hpp"
#include "tocsin/deadline.hpp"
#include "tocsin/deployment_watch.hpp"
#include "tocsin/exit_status.hpp"
#include "tocsin/gateway_role.hpp"
#include "tocsin/pools.hpp"
#include "tocsin/schema_version.hpp"
#include "tocsin/vault_check.hpp"
#include "tocsin/version.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/db/listener.hpp>
#include <tocsin/integrations/refresher.hpp>
#include <tocsin/mail/mailer.hpp>
#include <tocsin/notify/engine.hpp>
#include <tocsin/notify/mail_channel.hpp>
#include <tocsin/observe/log.hpp>
#include <tocsin/sentry/regions.hpp>

#include <boost/system/system_error.hpp>

#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

namespace tocsin::program {

namespace {

/// How long requests and jobs in flight may take after SIGTERM.
constexpr std::chrono::milliseconds drain_limit{10'000};

/// How long the threads of the database may take to end after that.
constexpr std::chrono::milliseconds unwind_limit{2'000};

/// How long a webhook that could not be stored counts at least.
constexpr std::chrono::seconds failure_hold{5};

/// Ends the process after `limit`, whatever it does then.
void exit_after(std::chrono::milliseconds limit) {
    std::thread([limit] {
        std::this_thread::sleep_for(limit);
        std::_Exit(exit_done);
    }).detach();
}

/// A newer schema is no problem: an upgrade migrates first and restarts the processes after that.
async::task<result<>> check_schema_version(db::pool& pool) {
    auto const schema = co_await check_schema(pool);
    if (schema.fit == schema_fit::older) co_return error{errc::unavailable, schema.message};
    co_return result<>();
}

/// Adds the variable and the address to the error, which the operator has to fix.
template <class Start>
void start_listening(std::string_view variable, config::endpoint const& address, Start start) {
    try {
        start();
    } catch (boost::system::system_error const& failed) {
        throw std::runtime_error(
            std::string(variable) + ": cannot listen on " + address.host + " port " +
            std::to_string(address.port) + ": " + failed.code().message()
        );
    }
}

/// Pages people, woken when an alarm begins.
class paging {
public:
    paging(
        serve_settings const& settings,
        async::executor executor,
        db::pool& pool,
        crypto::vault const& vault,
        observe::metrics& metrics
    )
        : mailer_(
              settings.mail ? std::make_unique<mail::mailer>(settings.mail->server, settings.mail->from)
                            : nullptr
          ),
          engine_(executor, pool, channels_for(settings), vault, metrics),
          listener_(
              executor,
              pool_options_for(settings, "tocsin due", "tocsin_scheduler", 1),
              "tocsin_due",
              {[this](std::string const&) { engine_.wake(); }, [this] { engine_.wake(); }}
          ) {
        if (!mailer_) observe::log_warn("no mail server is configured: people cannot be paged by e-mail");
    }

    notify::engine& engine() noexcept { return engine_; }

private:
    notify::channels channels_for(serve_settings const& settings) {
        notify::channels all;
        all.emplace(
            notify::method_kind::mail,
            std::make_unique<notify::mail_channel>(mailer_.get(), settings.gateway.public_url.str())
        );
        return all;
    }

    std::unique_ptr<mail::mailer> mailer_;
    notify::engine engine_;
    db::listener listener_;
};

/// The object graph. Members are destroyed in reverse order, so that each can use the ones before it.
class service {
public:
    explicit service(serve_settings const& settings)
        : settings_(settings),
          health_(std::string(version)),
          vault_(settings.vault_keys),
          sentry_(loop_.get_executor(), settings.sentry, system_clock()),
          pools_(settings),
          watch_(*pools_.checks, settings.allowed),
          jobs_(loop_.get_executor(), metrics_),
          admin_(loop_.get_executor(), settings.gateway.admin_listen, metrics_, health_),
          ending_(loop_.get_executor()) {
        gateway::declare_metrics(metrics_, version);
        gateway::show_pools(metrics_, pools_.all());
        add_health_checks();
        if (auto const problem = sentry::address_problem(settings.sentry.sentry))
            observe::log_error("wrong address of Sentry", {{"why", *problem}});
        if (settings.has(run_role::gateway)) add_gateway();
        if (settings.has(run_role::scheduler)) add_scheduler();
        ending_.on_error([this](std::exception_ptr) { loop_.stop(); });
        loop_.on_termination([this](int signal) { stop(signal); });
    }

    int run() {
        start_listening("TOCSIN_ADMIN_LISTEN", settings_.gateway.admin_listen, [this] { admin_.start(); });
        if (gateway_)
            start_listening("TOCSIN_LISTEN", settings_.gateway.listen, [this] { gateway_->start(); });
        jobs_.start();
        ending_.spawn(vault_check_.run(*pools_.checks, vault_, loop_));
        ending_.spawn(watch_.run(loop_));
        loop_.run();

        vault_check_.throw_if_failed();
        watch_.throw_if_refused();
        observe::log_info("stopped", {{"complete", drained_}});
        // Requests and jobs that were cut off still refer to these objects: do not unwind.
        if (!drained_) std::_Exit(exit_done);
        // Unwinding joins threads, and one may wait for a database or a resolver that never answers.
        exit_after(unwind_limit);
        return exit_done;
    }

private:
    void add_health_checks() {
        health_.add_check("database", [this] { return check_schema_version(pools_.any()); });
        health_.add_check("vault", [this] { return vault_check_.ready(); });
        // What the check above does not see.
        for (std::string_view const name : {"durability", "schema objects", "partitions", "writing"})
            health_.add_check(std::string(name), [this, name] { return watch_.ready(name); });
        if (settings_.has(run_role::gateway))
            health_.add_check("webhooks", [this] { return check_webhooks(); });
    }

    /// A failed commit counts until the checks have passed again, because a process that is not ready may
    /// get no webhook.
    async::task<result<>> check_webhooks() {
        auto const failed = gateway_->last_ingest_failure();
        if (failed && !watch_.passed_after(*failed + failure_hold))
            co_return error{errc::unavailable, "the last webhook could not be stored"};
        co_return result<>();
    }

    void add_gateway() {
        gateway_.emplace(
            settings_, shared_parts{loop_.get_executor(), metrics_, health_, sentry_, vault_}, pools_
        );
        jobs_.add(scheduler::create_partitions(pools_.lookup.value(), metrics_));
        jobs_.add(scheduler::reconcile_job(gateway_->reconciler(), settings_.refresh.poll));
    }

    void add_scheduler() {
        auto& pool = *pools_.scheduler;
        refresher_.emplace(
            pool, sentry_, settings_.applications, vault_, settings_.refresh, system_clock(), metrics_
        );
        jobs_.add(scheduler::maintain_partitions(pool, settings_.retention));
        jobs_.add(scheduler::delete_outdated_rows(pool, settings_.retention, settings_.sessions));
        jobs_.add(scheduler::update_gauges(pool, metrics_));
        jobs_.add(scheduler::request_outages(pool));
        jobs_.add(scheduler::refresh_credentials(*refresher_, settings_.refresh.poll));
        jobs_.add(scheduler::confirm_installations(*refresher_, settings_.refresh.poll));
        jobs_.add(scheduler::expire_pending(pool, sentry_, settings_.applications, vault_));
        paging_.emplace(settings_, loop_.get_executor(), *pools_.paging, vault_, metrics_);
        jobs_.add(scheduler::page_people(paging_->engine()));
        health_.add_notice("refreshing", [this] { return refresher_->pause(); });
    }

    void stop(int signal) {
        observe::log_info("stopping", {{"signal", signal}});
        health_.start_draining();
        // A second signal ends the process at once.
        if (std::exchange(is_ending_, true)) return loop_.stop();
        exit_after(settings_.gateway.drain_delay + drain_limit + unwind_limit);
        ending_.spawn(drain());
    }

    async::task<> drain() {
        jobs_.stop();
        if (gateway_) {
            // Proxies notice by /readyz that this process is draining, and stop sending requests.
            gateway_->end_connections();
            co_await async::sleep_for(settings_.gateway.drain_delay);
        }
        deadline const limit(drain_limit);
        bool const answered = !gateway_ || co_await gateway_->drain(limit.left());
        bool const paged = !paging_ || co_await paging_->engine().stop(limit.left());
        bool const finished = co_await jobs_.wait_for_running(limit.left());
        // Last, so that operators can see until then that the process is draining.
        co_await admin_.drain(std::chrono::milliseconds(0));
        drained_ = answered && paged && finished;
        loop_.stop();
    }

    serve_settings const& settings_;
    async::io_loop loop_;
    observe::metrics metrics_;
    gateway::health health_;
    crypto::vault const vault_;
    sentry::client sentry_;
    pools pools_;
    vault_check vault_check_;
    deployment_watch watch_;
    std::optional<gateway_role> gateway_;
    std::optional<integrations::refresher> refresher_;
    std::optional<paging> paging_;
    scheduler::scheduler jobs_;
    gateway::admin_server admin_;
    async::task_group ending_;
    bool is_ending_ = false;
    bool drained_ = false;
};

}  // namespace

int serve(serve_settings const& settings) {
    return service(settings).run();
}

}  // namespace tocsin::program

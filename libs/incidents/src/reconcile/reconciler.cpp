#include "ingest/batch.hpp"
#include "store/delivery_rows.hpp"
#include "store/reconcile_requests.hpp"

#include <tocsin/crypto/random.hpp>
#include <tocsin/incidents/reconciler.hpp>
#include <tocsin/json/writer.hpp>
#include <tocsin/observe/log.hpp>

#include <exception>
#include <optional>
#include <string_view>
#include <utility>

namespace tocsin::incidents {

namespace {

std::string_view action_of(sentry::issue const& issue) {
    if (issue.status == "resolved") return "resolved";
    if (issue.status == "ignored") return "archived";
    return issue.substatus == "new" && (issue.environment || issue.is_environment_unreadable) ? "created"
                                                                                              : "unresolved";
}

/// An issue that no longer exists in Sentry. It was last seen before everything else, so that what is known
/// of it stays.
sentry::issue ended_issue(std::string id, std::string end) {
    sentry::issue issue;
    issue.id = std::move(id);
    issue.status = "resolved";
    issue.last_seen = timestamp{};
    issue.end = std::move(end);
    return issue;
}

/// What reading the issue says about it: Sentry returns another issue for one that was merged.
sentry::issue state_of(std::string const& id, result<sentry::issue> const& read) {
    if (!read) return ended_issue(id, "deleted in Sentry");
    if (read->id == id) return *read;
    auto const& name = read->short_id.empty() ? "issue " + read->id : read->short_id;
    return ended_issue(id, "merged into " + name + " in Sentry");
}

/// The body of a webhook about the current state of this issue.
std::string body_of(sentry::issue const& issue) {
    json::writer out;
    out.begin_object().field("action", action_of(issue));
    out.name("installation").begin_object().field("uuid", uuid().str()).end_object();
    out.name("data").begin_object().name("issue");
    sentry::write_issue(out, issue);
    if (issue.environment)
        out.name("newest_event").begin_object().field("environment", *issue.environment).end_object();
    else if (issue.is_environment_unreadable)
        out.name("newest_event").null();
    out.end_object();
    out.name("actor")
        .begin_object()
        .field("type", "application")
        .field("id", "sentry")
        .field("name", "Sentry");
    return out.end_object().end_object().take();
}

/// Nothing if the body is no webhook.
std::optional<verified_delivery> delivery_of(
    reconcile_request const& request, std::string body, std::string_view resource
) {
    verified_delivery delivery{
        .sentry_host = {},
        .own = verified_integration{request.organization, request.integration},
        .signing_key = std::string(reconciler_key),
        .request_id = {},
        .hook_timestamp = {},
        .body = std::move(body),
        .webhook = {}
    };
    auto webhook = sentry::decode_webhook(delivery.body, resource);
    if (!webhook) return std::nullopt;
    delivery.webhook = std::move(*webhook);
    return delivery;
}

}  // namespace

struct reconciler::impl {
    impl(
        async::executor executor,
        db::pool& database,
        read_issue reader,
        read_environment environment,
        ingest& deliveries,
        reconciler_settings options,
        observe::metrics& counters
    )
        : working(std::move(executor)),
          pool(database),
          read(std::move(reader)),
          find_environment(std::move(environment)),
          receiving(deliveries),
          settings(options),
          metrics(counters) {
        working.on_error([](std::exception_ptr) {
            observe::log_warn("reconcile requests are not completed now", {});
        });
    }

    async::task<> run_due() {
        if (std::exchange(is_working, true)) {
            was_woken = true;
            co_return;
        }
        std::exception_ptr failed;
        try {
            do {
                was_woken = false;
                while (auto const next = co_await claim()) co_await run_one(*next);
            } while (was_woken);
        } catch (...) {
            failed = std::current_exception();
        }
        is_working = false;
        if (failed) std::rethrow_exception(failed);
    }

    async::task<std::optional<claimed_request>> claim() {
        if (is_stopped) co_return std::nullopt;
        co_return co_await pool.transact(db::no_tenant, [lease = settings.lease](db::transaction& tx) {
            return claim_request(tx, lease);
        });
    }

    async::task<> run_one(claimed_request claimed) {
        std::string why;
        bool is_settled = false;
        try {
            is_settled = co_await reconcile(claimed.request, waiting_for(claimed), why);
        } catch (std::exception const& e) {
            why = e.what();
        }
        bool const is_outage = claimed.request.reason == reconcile_reason::outage;
        bool const is_given_up = !is_settled && !is_outage && claimed.tries >= settings.max_tries;
        if (is_given_up)
            observe::log_warn(
                "an issue could not be reconciled", {{"issue", claimed.request.issue}, {"why", why}}
            );
        auto const interval = settings.outage_interval;
        auto const delay =
            is_outage ? interval
                      : settings.backoff.delay(static_cast<unsigned>(claimed.tries), crypto::random_u64());
        co_await pool.transact(
            db::no_tenant,
            [claimed, is_over = is_settled || is_given_up, delay, interval](db::transaction& tx) {
                is_over ? complete(tx, claimed, interval) : postpone(tx, claimed, delay);
            }
        );
        metrics.count(
            "tocsin_read_backs_total",
            {{"result",
              is_settled    ? "settled"
              : is_given_up ? "given_up"
                            : "put_off"}}
        );
    }

    /// What follows if Sentry does not return the environment of an issue: another try, or an incident
    /// without it.
    enum class waiting { try_again, open };
    waiting waiting_for(claimed_request const& claimed) const {
        return claimed.tries < settings.max_environment_tries ? waiting::try_again : waiting::open;
    }
    static bool is_final(error const& why, waiting next) {
        return next == waiting::open || why.code != errc::unavailable;
    }

    /// Submits the delivery that the filter held back again, and lets it pass.
    async::task<> submit_held_back(reconcile_request request) {
        auto const stored = co_await pool.transact(db::no_tenant, [request](db::transaction& tx) {
            return find_stored_body(tx, request.organization, request.integration, request.delivery.value());
        });
        if (!stored) co_return;
        auto delivery = delivery_of(request, stored->body, stored->resource);
        if (!delivery) co_return;
        if (auto* issue = std::get_if<sentry::issue>(&delivery->webhook.what))
            issue->is_environment_unreadable = true;
        if (auto* activity = std::get_if<sentry::activity_alert>(&delivery->webhook.what))
            activity->issue.is_environment_unreadable = true;
        co_await receiving.submit(std::move(*delivery));
    }

    /// Returns whether the issue can be submitted; else `why` says what failed.
    async::task<bool> add_environment(
        reconcile_request request, sentry::issue& issue, waiting next, std::string& why
    ) {
        auto environment =
            co_await find_environment(request.organization, request.integration, request.issue);
        if (environment) {
            issue.environment = std::move(*environment);
            co_return true;
        }
        why = environment.error().detail;
        issue.is_environment_unreadable = is_final(environment.error(), next);
        co_return issue.is_environment_unreadable;
    }

    /// Whether the incident of an outage is as its issue: open, or archived and kept open by the mapping.
    async::task<bool> is_outage_unchanged(reconcile_request request, sentry::issue const& issue) {
        if (issue.status == "resolved") co_return false;
        if (issue.status != "ignored") co_return true;
        co_return co_await pool.transact(db::no_tenant, [request](db::transaction& tx) {
            return is_archived(tx, request);
        });
    }

    /// Returns whether the request is settled; else `why` says what failed.
    async::task<bool> reconcile(reconcile_request request, waiting next, std::string& why) {
        bool const needs_environment = request.reason == reconcile_reason::environment;
        bool const is_outage = request.reason == reconcile_reason::outage;
        std::string submitted_status;
        // After a change of the incident the issue is read once more: it may have changed before the delivery
        // was applied, and the webhook of that change may have arrived even earlier.
        for (bool is_changed = true; is_changed;) {
            auto const found = co_await read(request.organization, request.integration, request.issue);
            if (!found && needs_environment && is_final(found.error(), next)) {
                co_await submit_held_back(request);
                co_return true;
            }
            if (!found && found.error().code != errc::not_found) {
                why = found.error().detail;
                co_return false;
            }
            auto issue = state_of(request.issue, found);
            if (issue.status == submitted_status) co_return true;
            if (is_outage && submitted_status.empty() && co_await is_outage_unchanged(request, issue))
                co_return true;
            if (needs_environment && issue.end.empty() &&
                !co_await add_environment(request, issue, next, why))
                co_return false;
            auto delivery = delivery_of(request, body_of(issue), "issue");
            if (!delivery) co_return true;
            auto const stored = co_await receiving.submit(std::move(*delivery));
            is_changed =
                stored && (stored->outcome == outcome::opened || stored->outcome == outcome::reopened ||
                           stored->outcome == outcome::resolved);
            submitted_status = issue.status;
        }
        co_return true;
    }

    async::task_group working;
    db::pool& pool;
    read_issue read;
    read_environment find_environment;
    ingest& receiving;
    reconciler_settings const settings;
    observe::metrics& metrics;
    bool is_working = false;
    bool was_woken = false;
    bool is_stopped = false;
};

reconciler::reconciler(
    async::executor executor,
    db::pool& pool,
    read_issue read,
    read_environment environment,
    ingest& receiving,
    reconciler_settings settings,
    observe::metrics& metrics
)
    : impl_(std::make_unique<impl>(
          std::move(executor), pool, std::move(read), std::move(environment), receiving, settings, metrics
      )) {}

reconciler::~reconciler() = default;

async::task<> reconciler::run_due() {
    return impl_->run_due();
}

void reconciler::wake() {
    if (!impl_->is_stopped) impl_->working.spawn(impl_->run_due());
}

async::task<bool> reconciler::stop(std::chrono::milliseconds limit) {
    impl_->is_stopped = true;
    co_return co_await impl_->working.wait_all(limit);
}

void reconciler::declare(observe::metrics& metrics) {
    metrics.declare_counter(
        "tocsin_read_backs_total",
        "Issues read from Sentry because their webhooks left them in doubt, by result: settled, put_off, given_up."
    );
}

}  // namespace tocsin::incidents

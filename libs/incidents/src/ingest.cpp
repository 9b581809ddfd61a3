#include "ingest_store.hpp"

#include <tocsin/crypto/random.hpp>
#include <tocsin/incidents/ingest.hpp>
#include <tocsin/observe/log.hpp>

namespace tocsin::incidents {

namespace {

template <class... Visitors>
struct overloaded : Visitors... {
    using Visitors::operator()...;
};
template <class... Visitors>
overloaded(Visitors...) -> overloaded<Visitors...>;

std::optional<source> source_of(sentry::webhook const& hook) {
    if (!hook.unreadable.empty() || !hook.disagreement.empty()) return std::nullopt;
    auto const issue = [](std::string id) {
        return std::optional(source{source_kind::issue, std::move(id)});
    };
    return std::visit(
        overloaded{
            [&](sentry::issue const& of) { return issue(of.id); },
            [&](sentry::event const& of) { return issue(of.issue_id); },
            [&](sentry::metric_alert const& of) {
                return std::optional(source{source_kind::metric_alert, of.id});
            },
            [&](sentry::comment const& of) { return issue(of.issue_id); },
            [&](sentry::activity_alert const& of) { return issue(of.issue.id); },
            [](sentry::installation_change const&) { return std::optional<source>(); },
            [](sentry::unhandled const&) { return std::optional<source>(); },
        },
        hook.what
    );
}

/// What makes two deliveries the same happening: the event, and for an alert its rule (the id where there is
/// one, else the label).
std::optional<crypto::sha256_digest> event_of(sentry::webhook const& hook) {
    if (auto const* alert = std::get_if<sentry::event_alert>(&hook.what))
        return crypto::sha256(
            alert->event_id + '\n' +
            (alert->rule_id.empty() ? "label " + alert->rule : "id " + alert->rule_id)
        );
    if (auto const* error = std::get_if<sentry::event>(&hook.what))
        return crypto::sha256(error->event_id + "\nerror");
    return std::nullopt;
}

/// By Sentry's clock.
std::optional<timestamp> event_time(sentry::webhook const& hook) {
    if (auto const* issue = std::get_if<sentry::issue>(&hook.what)) return issue->last_seen;
    if (auto const* alert = std::get_if<sentry::event_alert>(&hook.what)) return alert->at;
    if (auto const* error = std::get_if<sentry::event>(&hook.what)) return error->at;
    return std::nullopt;
}

/// One delivery inside its transaction: look, decide, write.
std::optional<accepted> apply(
    db::transaction& tx, arrival const& what, rule_settings const& rules, delivery_id id
) {
    auto const& hook = what.hook;
    auto const* installation = std::get_if<sentry::installation_change>(&hook.what);
    auto const of = find_receiver(tx, what);
    if (!of) {
        if (!installation || !hook.disagreement.empty()) return std::nullopt;
        if (hook.action == "created")
            remember_unclaimed(tx, what.sentry_host, hook.installation, *installation);
        return accepted{id, outcome::ignored, std::nullopt};
    }
    auto const body = crypto::sha256(what.body);
    delivery_record record{
        .id = id,
        .outcome = outcome::inactive,
        .rule = of->reason,
        .about = std::nullopt,
        .incident = std::nullopt,
        .duplicate_of = std::nullopt
    };
    if (installation && hook.disagreement.empty()) {
        // An OAuth application's token outlives the internal integration that sends its webhooks.
        bool const ends = hook.action == "deleted" && !of->silenced && of->mode != integrations::mode::oauth;
        if (ends) uninstall(tx, *of);
        record.outcome = ends ? outcome::updated : outcome::ignored;
        record.rule = ends ? "the integration was uninstalled in Sentry"
                           : "installation." + hook.action + " changes nothing about this integration";
    } else if (!of->silenced) {
        record.about = source_of(hook);
        if (record.about) {
            auto const event = event_of(hook);
            auto const locked = lock_source(tx, *of, *record.about, body, event);
            auto const where = find_routing(tx, *of, hook);
            auto const known = find_newest(tx, *of, *record.about);
            auto const made = decide(hook, where, locked.memory, known, rules, current_time(tx));
            record.incident = write_change(tx, *of, *record.about, what, where, known, made, id);
            remember(tx, *of, *record.about, made, body, event, event_time(hook), id);
            record.outcome = made.outcome;
            record.rule = made.rule;
            if (made.outcome == outcome::duplicate) record.duplicate_of = locked.last_delivery;
        } else {
            auto const made = decide(hook, {}, {}, std::nullopt, rules, current_time(tx));
            record.outcome = made.outcome;
            record.rule = made.rule;
        }
    }
    write_delivery(tx, *of, what, record, body);
    return accepted{id, record.outcome, record.incident};
}

/// A value that the database refuses undoes the effect, not the delivery: it is kept as unreadable, with its
/// raw bytes.
std::optional<accepted> keep_as_unreadable(db::transaction& tx, arrival const& what, delivery_id id) {
    auto const of = find_receiver(tx, what);
    if (!of) return std::nullopt;
    write_delivery(
        tx,
        *of,
        what,
        {.id = id,
         .outcome = outcome::unreadable,
         .rule = "the database refused a value of this webhook",
         .about = std::nullopt,
         .incident = std::nullopt,
         .duplicate_of = std::nullopt},
        crypto::sha256(what.body)
    );
    return accepted{id, outcome::unreadable, std::nullopt};
}

}  // namespace

void ingest::declare(observe::metrics& metrics) {
    metrics.declare_histogram(
        "tocsin_ingest_batch_size", "Deliveries that shared one commit.", {1, 4, 16, 64, 256}
    );
    metrics.declare_counter(
        "tocsin_webhook_deliveries_total", "Deliveries made durable, by resource and outcome."
    );
    metrics.declare_counter(
        "tocsin_incident_transitions_total", "Changes of incidents' status, by new status and who made them."
    );
}

async::task<std::optional<accepted>> ingest::take(arrival what) {
    // The id is ours before the insert, so that a commit whose answer was lost can be looked up.
    delivery_id const id{crypto::uuid_v7(time_.now())};
    auto const shared = std::make_shared<arrival const>(std::move(what));
    auto tried = co_await try_once(shared, id);
    // A unique index that another transaction got to first: what it wrote is seen on the second run.
    if (tried.end == run_end::collided) tried = co_await try_once(shared, id);
    if (tried.end == run_end::in_doubt) {
        tried.done = co_await look_up(shared, id);
        if (!tried.done) throw db::unavailable("the commit of a delivery was lost");
    }
    if (tried.end == run_end::collided || tried.end == run_end::poisonous) {
        observe::log_error("delivery refused by the database", {{"delivery", id.str()}, {"why", tried.why}});
        tried.done = co_await pool_.transact(db::no_tenant, [shared, id](db::transaction& tx) {
            return keep_as_unreadable(tx, *shared, id);
        });
    }
    if (tried.done) count(*shared, *tried.done);
    co_return tried.done;
}

async::task<ingest::attempt> ingest::try_once(std::shared_ptr<arrival const> what, delivery_id id) {
    attempt tried;
    try {
        tried.done = co_await pool_.transact(db::no_tenant, [what, rules = rules_, id](db::transaction& tx) {
            return apply(tx, *what, rules, id);
        });
    } catch (db::in_doubt const&) {
        tried.end = run_end::in_doubt;
    } catch (db::bad_value const& e) {
        tried.end = run_end::poisonous;
        tried.why = e.what();
    } catch (db::constraint_violation const& e) {
        tried.end = run_end::collided;
        tried.why = e.what();
    }
    co_return tried;
}

async::task<std::optional<accepted>> ingest::look_up(std::shared_ptr<arrival const> what, delivery_id id) {
    return pool_.transact(db::no_tenant, [what, id](db::transaction& tx) -> std::optional<accepted> {
        auto const of = find_receiver(tx, *what);
        return of ? find_delivery(tx, *of, id) : std::nullopt;
    });
}

void ingest::count(arrival const& what, accepted const& done) {
    metrics_.observe("tocsin_ingest_batch_size", 1);
    metrics_.count(
        "tocsin_webhook_deliveries_total",
        {{"resource", to_string(what.hook.resource)}, {"outcome", to_string(done.outcome)}}
    );
    if (done.outcome == outcome::opened || done.outcome == outcome::reopened)
        metrics_.count("tocsin_incident_transitions_total", {{"to", "open"}, {"by", "sentry"}});
    if (done.outcome == outcome::resolved)
        metrics_.count("tocsin_incident_transitions_total", {{"to", "resolved"}, {"by", "sentry"}});
}

}  // namespace tocsin::incidents

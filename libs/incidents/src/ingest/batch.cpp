#include "ingest/batch.hpp"

#include "ingest/apply_delivery.hpp"
#include "ingest/batch_rows.hpp"
#include "ingest/monitor_sources.hpp"
#include "ingest/receivers.hpp"
#include "ingest/router.hpp"
#include "ingest/webhook_subject.hpp"
#include "store/alarm_rows.hpp"
#include "store/applied_events.hpp"
#include "store/changes.hpp"
#include "store/delivery_rows.hpp"
#include "store/incident_rows.hpp"
#include "store/members.hpp"
#include "store/reconcile_requests.hpp"
#include "store/source_rows.hpp"
#include "store/timeline_rows.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace tocsin::incidents {

prepared_delivery::prepared_delivery(verified_delivery verified, delivery_id number)
    : delivery(std::move(verified)),
      id(number),
      body_hash(crypto::sha256(delivery.body)),
      source(source_of(delivery.webhook)),
      event(event_of(delivery.webhook)) {}

namespace {

struct source_group;

/// A delivery that is to be applied to its source.
struct pending_delivery {
    std::size_t row;  ///< index of its row
    prepared_delivery const& prepared;
    receiver target;
    /// The webhook's own, or, if that is a metric monitor's, the one that the monitor's alert and issue
    /// share.
    incidents::source source;
    source_group* group = nullptr;
    routing route = {};
    event_reports reports_before = {};  ///< of its event
    std::string assigned_member = {};
    apply_result result = {};

    event_key event() const { return {target.organization, target.integration, prepared.event->event}; }
};

/// The deliveries of a source, in order.
struct source_group {
    source_state source = {};
    std::vector<pending_delivery*> deliveries = {};
};

receiver_key key_of(prepared_delivery const& one) {
    receiver_key key{one.delivery.sentry_host, one.delivery.webhook.installation};
    if (one.delivery.own) {
        key.own_organization = one.delivery.own->organization;
        key.own_integration = one.delivery.own->integration;
    }
    return key;
}

/// One run of a batch: find receivers and routes, read, apply, write.
class batch_run {
public:
    batch_run(
        db::transaction& tx, prepared_batch const& batch, rule_settings const& settings, concurrency mode
    )
        : tx_(tx), batch_(batch), settings_(settings), mode_(mode), results_(batch.size()) {}

    std::vector<delivery_result> run() {
        receive();
        if (!pending_.empty()) {
            find_routes();
            find_assigned_members();
            find_monitors();
            read();
            apply();
            assign_numbers();
            write_sources();
            write_incidents();
            write_alarms();
            write_timeline();
        }
        write_deliveries();
        notify_changes(tx_, changed());
        enqueue_reconcile_requests();
        return std::move(results_);
    }

private:
    // --- receivers ---
    void receive() {
        std::map<receiver_key, std::size_t> indexes;
        for (auto const* one : batch_) indexes.try_emplace(key_of(*one));
        std::vector<receiver_key> keys;
        for (auto& [key, index] : indexes) {
            index = keys.size();
            keys.push_back(key);
        }
        auto receivers = find_receivers(tx_, keys);
        now_ = receivers.now;
        pending_.reserve(batch_.size());
        rows_.reserve(batch_.size());
        for (std::size_t i = 0; i < batch_.size(); ++i) {
            auto& receiver = receivers.all[indexes.at(key_of(*batch_[i]))];
            if (receiver)
                receive_one(i, *receiver);
            else
                receive_without_owner(i);
        }
        record_apps(tx_, new_apps_);
    }

    /// The actions of metric alerts are recognized by the app.
    void learn_app(prepared_delivery const& one, receiver& target) {
        auto const& app = one.delivery.webhook.app_id;
        if (app.empty() || app == target.app_id || one.delivery.signing_key == replay_key) return;
        target.app_id = app;
        new_apps_[target.integration] = {target.organization, target.integration, app};
    }

    void receive_without_owner(std::size_t index) {
        auto const& one = *batch_[index];
        auto const& webhook = one.delivery.webhook;
        auto const* installation = std::get_if<sentry::installation_change>(&webhook.what);
        if (!installation || !webhook.disagreement.empty()) return;
        if (webhook.action == "created") insert_unclaimed_installation(tx_, key_of(one), *installation);
        results_[index].stored = stored_delivery{one.id, outcome::ignored, std::nullopt};
    }

    /// `target` is as the deliveries before this one left it.
    void receive_one(std::size_t index, receiver& target) {
        auto const& one = *batch_[index];
        auto const& webhook = one.delivery.webhook;
        auto& row = rows_.emplace_back(row_of(one, target));
        result_of_row_.push_back(index);
        if (webhook.disagreement.empty()) learn_app(one, target);
        if (std::holds_alternative<sentry::installation_change>(webhook.what) &&
            webhook.disagreement.empty()) {
            change_installation(one, target, row);
        } else if (target.has_ended) {
            set_outcome(row, one, outcome::inactive, target.reason);
        } else if (one.source) {
            pending_.push_back(
                {.row = rows_.size() - 1, .prepared = one, .target = target, .source = *one.source}
            );
        } else {
            auto decision = decide(webhook, {}, {}, std::nullopt, settings_, now_);
            set_outcome(row, one, decision.outcome, std::move(decision.rule));
        }
    }

    void change_installation(prepared_delivery const& one, receiver& target, new_delivery& row) {
        // The token of an OAuth application outlives the internal integration that sends its webhooks.
        auto const& action = one.delivery.webhook.action;
        if (action == "deleted" && !target.has_ended && target.mode != integrations::mode::oauth) {
            uninstall(tx_, target);
            set_outcome(row, one, outcome::updated, target.reason);
        } else {
            set_outcome(
                row,
                one,
                outcome::ignored,
                "installation." + action + " changes nothing about this integration"
            );
        }
    }

    // --- reading ---
    void find_routes() {
        router routes;
        for (auto const& one : pending_) {
            auto const& delivery = one.prepared.delivery;
            auto const age = delivery.signing_key == replay_key ? webhook_age::stored : webhook_age::current;
            routes.add_lookup(one.target, delivery.webhook, age);
        }
        routes.resolve(tx_);
        for (auto& one : pending_) {
            auto const& webhook = one.prepared.delivery.webhook;
            one.route = routes.route(one.target, webhook);
            auto& row = rows_[one.row];
            if (row.project_id.empty())
                row.project_id = routes.find_project_id(one.target, webhook).value_or("");
        }
    }

    void find_assigned_members() {
        std::vector<member_key> keys;
        std::vector<pending_delivery*> assigned;
        for (auto& one : pending_) {
            auto email = assigned_email_of(one.prepared.delivery.webhook);
            if (email.empty()) continue;
            keys.push_back({one.target.organization, std::move(email)});
            assigned.push_back(&one);
        }
        auto emails = find_member_emails(tx_, keys);
        for (std::size_t i = 0; i < emails.size(); ++i) assigned[i]->assigned_member = std::move(emails[i]);
    }

    void find_monitors() {
        for (auto& one : pending_)
            monitors_.add(
                monitor_of(one.target.organization, one.target.integration, one.prepared.delivery.webhook),
                one.source
            );
        monitors_.resolve(tx_);
        for (auto const& one : pending_) {
            rows_[one.row].source_kind = one.source.kind;
            rows_[one.row].source_id = one.source.id;
        }
    }

    void read() {
        for (auto& one : pending_) {
            one.group =
                &groups_[{one.target.organization, one.target.integration, one.source.kind, one.source.id}];
            one.group->deliveries.push_back(&one);
        }
        std::vector<source_key> keys;
        keys.reserve(groups_.size());
        for (auto const& [key, group] : groups_) keys.push_back(key);
        if (mode_ == concurrency::pessimistic) {
            lock_counters(tx_, keys);
            lock_sources(tx_, keys);
        }
        auto sources = read_sources(tx_, keys);
        auto source = sources.begin();
        for (auto& [key, group] : groups_) group.source = std::move(*source++);

        std::set<event_key> events;
        for (auto const& one : pending_)
            if (one.prepared.event) events.insert(one.event());
        applied_ = find_applied_events(tx_, {events.begin(), events.end()});
    }

    // --- applying ---
    /// New incidents are numbered from 1 at first: only afterwards it is known how many numbers an
    /// organization needs.
    void apply() {
        for (auto& [key, group] : groups_)
            if (group.deliveries.size() > 1) before_.emplace(&group, group.source);
        for (auto& one : pending_) {
            auto const& event = one.prepared.event;
            if (event)
                if (auto const earlier = applied_.find(one.event()); earlier != applied_.end())
                    one.reports_before = earlier->second;
            apply_one(one, [&] { return ++opened_[one.target.organization]; });
            if (!event || !one.result.decision.applied) continue;
            applied_[one.event()].add(event->reporter, one.prepared.id);
            new_reports_[one.event()].add(event->reporter, one.prepared.id);
        }
    }

    void apply_one(pending_delivery& one, std::function<std::int64_t()> const& next_number) {
        auto const& prepared = one.prepared;
        delivery_input const input{
            prepared.id,
            prepared.delivery.webhook,
            prepared.body_hash,
            prepared.event ? one.reports_before.delivery_of(prepared.event->reporter) : std::nullopt,
            !one.reports_before.empty(),
            prepared.delivery.signing_key == reconciler_key,
            one.assigned_member,
            one.target.issue_pages
        };
        one.result =
            apply_delivery(one.group->source, input, one.row, one.route, settings_, now_, next_number);
    }

    /// Replaces the provisional numbers. If a source has several deliveries, the texts of later ones may
    /// contain the number, so that all are applied again.
    void assign_numbers() {
        if (opened_.empty()) return;
        auto const last = take_numbers(tx_, opened_);
        for (auto& [key, group] : groups_) {
            auto& incidents = group.source.incidents;
            // New ones come last.
            if (incidents.empty() || incidents.back().write != tracked_incident::pending_write::insert)
                continue;
            auto& opened = incidents.back();
            auto const number = opened.is.number + last.at(key.organization) - opened_.at(key.organization);
            if (auto const before = before_.find(&group); before != before_.end()) {
                group.source = before->second;
                for (auto* one : group.deliveries) apply_one(*one, [&] { return number; });
            } else {
                opened.is.number = number;
                group.deliveries.front()->result.incident = number;
            }
        }
    }

    // --- writing ---
    // Every batch locks in this order, whether by writing or by locking first: integrations, projects,
    // mappings, counters, new sources, known sources, monitors, incidents, events, alarms.
    void write_sources() {
        std::vector<source_write> inserted, updated;
        for (auto const& [key, group] : groups_)
            if (group.source.is_changed)
                (group.source.seen ? updated : inserted).push_back({&key, &group.source});
        insert_sources(tx_, inserted);
        update_sources(tx_, updated);
        monitors_.write(tx_);
    }

    void write_incidents() {
        using pending_write = tracked_incident::pending_write;
        std::vector<incident_change> repeated, updated;
        std::vector<new_incident> opened;
        for (auto const& [key, group] : groups_) {
            for (auto const& incident : group.source.incidents) {
                incident_change const change{
                    key.organization, incident.is.number, incident.seen, &incident.is.state
                };
                if (incident.write == pending_write::repeat) repeated.push_back(change);
                if (incident.write == pending_write::update) updated.push_back(change);
                if (incident.write == pending_write::insert)
                    opened.push_back(new_row_of(key, incident, rows_[incident.opened_by]));
            }
        }
        repeat_incidents(tx_, repeated);
        update_incidents(tx_, updated);
        add_event_reports(tx_, new_reports_);
        insert_incidents(tx_, opened);
    }

    void write_alarms() {
        alarm_rows alarms;
        for (auto const& [key, group] : groups_)
            for (auto const& incident : group.source.incidents)
                if (incident.before || incident.write == tracked_incident::pending_write::insert)
                    alarms.add(key.organization, incident.is.number, incident.before, incident.is.state);
        alarms.write(tx_);
    }

    void write_timeline() {
        std::vector<actor> actors;
        actors.reserve(pending_.size());
        std::vector<new_timeline_entry> entries;
        for (auto const& one : pending_) {
            auto const& result = one.result;
            if (!result.incident || result.decision.timeline.empty()) continue;
            auto const& who = actors.emplace_back(actor_of(one.prepared.delivery.webhook));
            for (auto const& item : result.decision.timeline)
                entries.emplace_back(one.target.organization, *result.incident, item, who, one.prepared.id);
        }
        append_timeline(tx_, entries);
    }

    void write_deliveries() {
        for (auto& one : pending_) {
            auto& row = rows_[one.row];
            set_outcome(row, one.prepared, one.result.decision.outcome, std::move(one.result.decision.rule));
            if (row.outcome == outcome::unmapped) row.requested_service = one.route.requested_service;
            row.incident_number = one.result.incident;
            row.duplicate_of = one.result.duplicate_of;
        }
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            auto const& row = rows_[i];
            results_[result_of_row_[i]] = {
                .stored = stored_delivery{row.id, row.outcome, row.incident_number},
                .organization = row.organization,
                .integration = row.integration
            };
        }
        for (auto const& one : pending_) results_[result_of_row_[one.row]].source = one.source;
        insert_deliveries(tx_, rows_);
    }

    /// In the transaction of the deliveries that caused them, so that none is lost.
    void enqueue_reconcile_requests() {
        std::vector<reconcile_request> requests;
        for (auto const& one : pending_) {
            auto const& decision = one.result.decision;
            auto const& source = *one.prepared.source;
            if (!(decision.in_doubt || decision.needs_environment) || source.kind != source_kind::issue)
                continue;
            auto& request = requests.emplace_back(one.target.organization, one.target.integration, source.id);
            if (decision.needs_environment) request.hold_back(one.prepared.id);
            results_[result_of_row_[one.row]].in_doubt = true;
        }
        enqueue(tx_, std::move(requests));
    }

    changes changed() const {
        changes all;
        for (auto const& row : rows_) {
            all.deliveries.insert(row.organization);
            bool const has_effect = row.outcome != outcome::duplicate && row.outcome != outcome::stale;
            if (row.incident_number && has_effect)
                all.incidents[row.organization].insert(*row.incident_number);
        }
        return all;
    }

    db::transaction& tx_;
    prepared_batch const& batch_;
    rule_settings const& settings_;
    concurrency mode_;
    std::vector<delivery_result> results_;

    timestamp now_;
    std::vector<new_delivery> rows_;
    std::vector<std::size_t> result_of_row_;  ///< index of its result
    std::vector<pending_delivery> pending_;   ///< in order of arrival
    new_apps new_apps_;
    std::map<source_key, source_group> groups_;
    std::map<source_group*, source_state> before_;
    monitor_sources monitors_;
    applied_events applied_;
    applied_events new_reports_;
    incident_counts opened_;
};

}  // namespace

std::vector<delivery_result> write_batch(
    db::transaction& tx, prepared_batch const& batch, rule_settings const& settings, concurrency mode
) {
    return batch_run(tx, batch, settings, mode).run();
}

delivery_result write_unreadable(db::transaction& tx, prepared_delivery const& delivery) {
    auto const receivers = find_receivers(tx, {key_of(delivery)});
    auto const& target = receivers.all.front();
    if (!target) return {};
    auto row = row_of(delivery, *target);
    set_outcome(row, delivery, outcome::unreadable, "the database refused a value of this webhook");
    insert_deliveries(tx, {row});
    return {
        .stored = stored_delivery{delivery.id, outcome::unreadable, std::nullopt},
        .organization = target->organization,
        .integration = target->integration
    };
}

}  // namespace tocsin::incidents

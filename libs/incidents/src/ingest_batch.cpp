#include "ingest_batch.hpp"

#include "changes.hpp"
#include "doubt_store.hpp"
#include "ingest_fold.hpp"
#include "ingest_routing.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace tocsin::incidents {

batched_delivery::batched_delivery(arrival what, delivery_id of)
    : from(std::move(what)),
      id(of),
      body(crypto::sha256(from.body)),
      about(source_of(from.hook)),
      event(event_of(from.hook)) {}

namespace {

struct source_group;

/// A delivery that a source is to be told of.
struct telling {
    std::size_t place;  ///< of its record
    batched_delivery const& of;
    receiving_integration to;
    source_group* group = nullptr;
    routing where = {};
    std::optional<delivery_id> event_applied_by = {};
    told done = {};
};

/// What a source is told, in order.
struct source_group {
    source_story story = {};
    std::vector<telling*> tellings = {};
};

// A person's name where a person did it in Sentry; rules and regressions are Sentry's own.
actor actor_of(sentry::webhook const& hook) {
    return {actor_kind::sentry, hook.actor.type == "user" ? hook.actor.name : "Sentry", std::nullopt};
}

receiver_key key_of(batched_delivery const& one) {
    receiver_key key{one.from.sentry_host, one.from.hook.installation};
    if (one.from.own) {
        key.own_organization = one.from.own->organization;
        key.own_integration = one.from.own->integration;
    }
    return key;
}

/// One run of a batch in its transaction: find whose deliveries these are, read, fold, write.
class batch_run {
public:
    batch_run(
        db::transaction& tx,
        std::vector<batched_delivery const*> const& batch,
        rule_settings const& settings,
        guarded how
    )
        : tx_(tx), batch_(batch), settings_(settings), how_(how), done_(batch.size()) {}

    std::vector<written> run() {
        receive();
        if (!tellings_.empty()) {
            find_routes();
            read();
            fold();
            give_numbers();
            write_sources();
            write_incidents();
            write_timeline();
        }
        write_records();
        write_doubts();
        return std::move(done_);
    }

private:
    // --- whose they are ---
    void receive() {
        std::map<receiver_key, std::size_t> places;
        for (auto const* one : batch_) places.try_emplace(key_of(*one));
        std::vector<receiver_key> keys;
        for (auto& [key, place] : places) {
            place = keys.size();
            keys.push_back(key);
        }
        auto found = find_receivers(tx_, keys);
        now_ = found.now;
        tellings_.reserve(batch_.size());
        records_.reserve(batch_.size());
        for (std::size_t i = 0; i < batch_.size(); ++i) {
            auto& receiver = found.of[places.at(key_of(*batch_[i]))];
            if (receiver)
                receive_one(i, *receiver);
            else
                turn_away(i);
        }
    }

    void turn_away(std::size_t place) {
        auto const& one = *batch_[place];
        auto const& hook = one.from.hook;
        auto const* installation = std::get_if<sentry::installation_change>(&hook.what);
        if (!installation || !hook.disagreement.empty()) return;
        if (hook.action == "created") remember_unclaimed(tx_, key_of(one), *installation);
        done_[place].answer = accepted{one.id, outcome::ignored, std::nullopt};
    }

    /// `of` is what the deliveries before this one left of its integration.
    void receive_one(std::size_t place, receiving_integration& of) {
        auto const& one = *batch_[place];
        auto const& hook = one.from.hook;
        auto& record = records_.emplace_back(
            delivery_record{.id = one.id, .of = of, .from = one.from, .body = one.body, .rule = of.reason}
        );
        record_places_.push_back(place);
        if (std::holds_alternative<sentry::installation_change>(hook.what) && hook.disagreement.empty()) {
            // An OAuth application's token outlives the internal integration that sends its webhooks.
            bool const ends =
                hook.action == "deleted" && !of.silenced && of.mode != integrations::mode::oauth;
            if (ends) {
                uninstall(tx_, of);
                of.silenced = true;
                of.reason = "the integration was uninstalled in Sentry";
            }
            record.outcome = ends ? outcome::updated : outcome::ignored;
            record.rule = ends ? "the integration was uninstalled in Sentry"
                               : "installation." + hook.action + " changes nothing about this integration";
        } else if (!of.silenced && one.about) {
            tellings_.push_back({.place = records_.size() - 1, .of = one, .to = of});
        } else if (!of.silenced) {
            auto made = decide(hook, {}, {}, std::nullopt, settings_, now_);
            record.outcome = made.outcome;
            record.rule = std::move(made.rule);
        }
    }

    // --- what is known ---
    void read() {
        for (auto& one : tellings_) {
            one.group =
                &groups_[{one.to.organization, one.to.integration, one.of.about->kind, one.of.about->id}];
            one.group->tellings.push_back(&one);
        }
        std::vector<source_key> keys;
        keys.reserve(groups_.size());
        for (auto const& [key, group] : groups_) keys.push_back(key);
        if (how_ == guarded::by_locks) {
            lock_counters(tx_, keys);
            lock_sources(tx_, keys);
        }
        auto stories = read_sources_of(tx_, keys);
        auto story = stories.begin();
        for (auto& [key, group] : groups_) group.story = std::move(*story++);

        std::set<event_key> events;
        for (auto const& one : tellings_)
            if (one.of.event) events.insert(event_of(one));
        if (!events.empty()) applied_ = find_events(tx_, {events.begin(), events.end()});
    }

    static event_key event_of(telling const& one) {
        return {one.to.organization, one.to.integration, *one.of.event};
    }

    void find_routes() {
        router routes;
        for (auto const& one : tellings_) routes.want(one.to, one.of.from.hook);
        routes.look_up(tx_);
        for (auto& one : tellings_) one.where = routes.route(one.to, one.of.from.hook);
    }

    // --- what they do ---
    /// New incidents are numbered from 1 here: how many numbers an organization needs is known afterwards
    /// only.
    void fold() {
        for (auto& [key, group] : groups_)
            if (group.tellings.size() > 1) before_.emplace(&group, group.story);
        for (auto& one : tellings_) {
            if (one.of.event)
                if (auto const by = applied_.find(event_of(one)); by != applied_.end())
                    one.event_applied_by = by->second;
            tell_one(one, [&] { return ++opened_[one.to.organization]; });
            if (!one.of.event || !one.done.made.applied) continue;
            if (applied_.emplace(event_of(one), one.of.id).second)
                new_events_.emplace_back(event_of(one), one.of.id);
        }
    }

    void tell_one(telling& one, std::function<std::int64_t()> const& next_number) {
        auto const& of = one.of;
        one.done = tell(
            one.group->story,
            {of.id,
             of.from.hook,
             of.body,
             of.event,
             one.event_applied_by,
             of.from.signing_key == read_back_key},
            one.place,
            one.where,
            settings_,
            now_,
            next_number
        );
    }

    /// Replaces the numbers of the fold by those that the organizations' counters give. Where later
    /// deliveries may tell of such a number, their source is told everything again.
    void give_numbers() {
        if (opened_.empty()) return;
        auto const last = take_numbers(tx_, opened_);
        for (auto& [key, group] : groups_) {
            auto const opened =
                std::find_if(group.story.incidents.begin(), group.story.incidents.end(), [](auto const& one) {
                    return one.write == tracked_incident::due::insert;
                });
            if (opened == group.story.incidents.end()) continue;
            auto const number = opened->is.number + last.at(key.organization) - opened_.at(key.organization);
            if (auto const before = before_.find(&group); before != before_.end()) {
                group.story = before->second;
                for (auto* one : group.tellings) tell_one(*one, [&] { return number; });
            } else {
                opened->is.number = number;
                group.tellings.front()->done.incident = number;
            }
        }
    }

    // --- writing it ---
    // Whatever a batch locks, it locks in one order, whether by writing it or by locking it first: mappings,
    // counters of organizations, sources that are new, known ones, incidents, events.
    void write_sources() {
        std::vector<source_write> made, changed;
        for (auto const& [key, group] : groups_)
            if (group.story.is_changed) (group.story.read ? changed : made).push_back({key, group.story});
        insert_sources(tx_, made);
        update_sources(tx_, changed);
    }

    void write_incidents() {
        std::vector<incident_write> repeated, updated, opened;
        for (auto const& [key, group] : groups_) {
            for (auto const& incident : group.story.incidents) {
                incident_write write{key.organization, key.integration, key, incident, {}, {}};
                if (incident.write == tracked_incident::due::repeat) repeated.push_back(write);
                if (incident.write == tracked_incident::due::update) updated.push_back(write);
                if (incident.write != tracked_incident::due::insert) continue;
                auto const& by = telling_of(incident.opened_by);
                write.service = by.where.service;
                write.project = project_of(by.of.from.hook);
                opened.push_back(write);
            }
        }
        repeat_incidents(tx_, repeated);
        update_incidents(tx_, updated);
        std::sort(new_events_.begin(), new_events_.end());
        insert_events(tx_, new_events_);
        insert_incidents(tx_, opened);
    }

    void write_timeline() {
        std::vector<timeline_write> timeline;
        for (auto const& one : tellings_) {
            auto const& done = one.done;
            if (!done.incident) continue;
            for (auto const& item : done.made.timeline)
                timeline.push_back(
                    {one.to.organization, *done.incident, item, actor_of(one.of.from.hook), one.of.id}
                );
        }
        append_timelines(tx_, timeline);
    }

    telling const& telling_of(std::size_t place) const {
        return *std::lower_bound(
            tellings_.begin(),
            tellings_.end(),
            place,
            [](telling const& one, std::size_t wanted) { return one.place < wanted; }
        );
    }

    void write_records() {
        for (auto& one : tellings_) {
            auto& record = records_[one.place];
            record.about = one.of.about;
            record.incident = one.done.incident;
            record.outcome = one.done.made.outcome;
            record.rule = std::move(one.done.made.rule);
            record.duplicate_of = one.done.duplicate_of;
        }
        std::vector<delivery_record const*> all;
        all.reserve(records_.size());
        for (std::size_t i = 0; i < records_.size(); ++i) {
            auto const& record = records_[i];
            all.push_back(&record);
            done_[record_places_[i]] = {
                accepted{record.id, record.outcome, record.incident},
                record.of.organization,
                record.of.integration
            };
        }
        write_deliveries(tx_, all);
        tell(tx_, changed());
    }

    /// With the deliveries that raised them, so that a process which ends forgets none.
    void write_doubts() {
        std::set<doubt> raised;
        for (auto const& one : tellings_) {
            if (!one.done.made.in_doubt || one.of.about->kind != source_kind::issue) continue;
            raised.insert({one.to.organization, one.to.integration, one.of.about->id});
            done_[record_places_[one.place]].in_doubt = true;
        }
        raise_doubts(tx_, {raised.begin(), raised.end()});
    }

    changes changed() const {
        changes what;
        for (auto const& record : records_) {
            what.deliveries.insert(record.of.organization);
            bool const has_effect = record.outcome != outcome::duplicate && record.outcome != outcome::stale;
            if (record.incident && has_effect)
                what.incidents[record.of.organization].insert(*record.incident);
        }
        return what;
    }

    db::transaction& tx_;
    std::vector<batched_delivery const*> const& batch_;
    rule_settings const& settings_;
    guarded how_;
    std::vector<written> done_;

    timestamp now_;
    std::vector<delivery_record> records_;
    std::vector<std::size_t> record_places_;  ///< in the batch, of each record
    std::vector<telling> tellings_;           ///< in order of arrival; `place` is that of the record
    std::map<source_key, source_group> groups_;
    std::map<source_group*, source_story> before_;
    applied_events applied_;
    std::vector<std::pair<event_key, delivery_id>> new_events_;
    std::map<organization_id, std::int64_t> opened_;
};

}  // namespace

std::vector<written> write_batch(
    db::transaction& tx,
    std::vector<batched_delivery const*> const& batch,
    rule_settings const& settings,
    guarded how
) {
    return batch_run(tx, batch, settings, how).run();
}

written keep_as_unreadable(db::transaction& tx, batched_delivery const& what) {
    auto const found = find_receivers(tx, {key_of(what)});
    auto const& of = found.of.front();
    if (!of) return {};
    delivery_record const record{
        .id = what.id,
        .of = *of,
        .from = what.from,
        .body = what.body,
        .outcome = outcome::unreadable,
        .rule = "the database refused a value of this webhook"
    };
    write_deliveries(tx, {&record});
    return {accepted{what.id, outcome::unreadable, std::nullopt}, of->organization, of->integration};
}

}  // namespace tocsin::incidents

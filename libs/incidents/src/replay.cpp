#include "ingest_batch.hpp"

#include <tocsin/crypto/random.hpp>
#include <tocsin/incidents/replay.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::incidents {

namespace {

constexpr db::statement find_stored{
    "find_delivery_to_replay",
    R"(select d.integration_id, i.sentry_host, d.resource, d.request_id, d.hook_timestamp, d.outcome,
              coalesce(d.body, o.body) as body
         from tocsin.deliveries d
         join tocsin.integrations i on i.organization_id = d.organization_id and i.integration_id = d.integration_id
         left join tocsin.deliveries o on o.organization_id = d.organization_id and o.delivery_id = d.duplicate_of
        where d.organization_id = $1 and d.delivery_id = $2)"
};

// Without those that a replay has run already: it keeps their request's id.
constexpr db::statement list_held{
    "list_held_deliveries",
    R"(select d.delivery_id from tocsin.deliveries d
        where d.organization_id = $1 and d.integration_id = $2 and d.outcome = 'unmapped'
          and (d.project_id = $3 or ($3::text is null and d.project_slug = $4))
          and not exists (select from tocsin.deliveries r
                           where r.organization_id = d.organization_id and r.integration_id = d.integration_id
                             and r.signing_key = 'replay' and r.request_id = d.request_id and r.body_sha256 = d.body_sha256
                             and r.outcome <> 'unmapped')
        order by d.received_at, d.delivery_id limit 1000)"
};

constexpr db::statement find_rule{
    "find_rule_of_replay",
    "select rule from tocsin.deliveries where organization_id = $1 and delivery_id = $2"
};

/// What a delivery came to when it had its effect, or when another one had it: a lifecycle action carries no
/// time, so that an old one run again would undo what came after it.
bool had_its_effect(std::string_view outcome) {
    constexpr std::array<std::string_view, 6> over{
        "opened", "reopened", "updated", "resolved", "duplicate", "stale"
    };
    return std::find(over.begin(), over.end(), outcome) != over.end();
}

/// As it came; nothing where it has nothing left to do.
result<std::optional<arrival>> find_to_replay(db::transaction& tx, organization_id org, delivery_id which) {
    auto const row = tx.run(find_stored, org, which).first();
    if (!row)
        return error{errc::not_found, "There is no such delivery, or it is older than the retention time."};
    if (had_its_effect(row->text("outcome"))) return std::optional<arrival>();
    auto const body = row->get<std::optional<byte_string>>("body");
    if (!body) return error{errc::conflict, "The body of this delivery is not kept: it cannot be run again."};
    arrival again{
        .sentry_host = row->text("sentry_host"),
        .own = verified_integration{org, row->get<integration_id>("integration_id")},
        .signing_key = "replay",
        .request_id = row->text("request_id"),
        .hook_timestamp = row->text("hook_timestamp"),
        .body = std::string(as_text(*body)),
        .hook = {}
    };
    auto hook = sentry::decode_webhook(again.body, row->text("resource"));
    if (!hook) return error{errc::conflict, "The body of this delivery cannot be read."};
    if (std::holds_alternative<sentry::installation_change>(hook->what))
        return error{errc::conflict, "What Sentry says of the installation itself is not run again."};
    again.hook = std::move(*hook);
    return std::optional(std::move(again));
}

/// Undoes the transaction of a dry run, and carries what it came to.
struct dry_run : std::exception {
    explicit dry_run(replayed of) : what_happened(std::move(of)) {}
    replayed what_happened;
};

replayed write(
    db::transaction& tx, organization_id org, batched_delivery const& one, rule_settings const& rules
) {
    auto const done = write_batch(tx, {&one}, rules);
    auto const& answer = done.front().answer;
    if (!answer) return {};
    return {one.id, answer->outcome, tx.run(find_rule, org, one.id)[0].text("rule"), answer->incident};
}

}  // namespace

async::task<result<replayed>> replay::run(organization_id org, delivery_id which, replay_kind how) {
    auto const stored = co_await reading_.transact(org, [org, which](db::transaction& tx) {
        return find_to_replay(tx, org, which);
    });
    if (!stored) co_return stored.error();
    if (!*stored)
        co_return replayed{std::nullopt, outcome::duplicate, "it had its effect when it came", std::nullopt};
    auto const one =
        std::make_shared<batched_delivery const>(**stored, delivery_id{crypto::uuid_v7(time_.now())});
    auto const work = [org, one, rules = rules_, how](db::transaction& tx) {
        auto done = write(tx, org, *one, rules);
        if (how == replay_kind::dry) throw dry_run(std::move(done));
        return done;
    };
    std::optional<replayed> done;
    std::optional<error> refused;
    try {
        done = co_await writing_.transact(db::no_tenant, work);
    } catch (dry_run& dry) {
        done = std::move(dry.what_happened);
        done->delivery.reset();
    } catch (db::bad_value const&) {
        refused = error{errc::conflict, "The database refuses a value of this delivery."};
    }
    if (refused) co_return *refused;
    co_return std::move(*done);
}

async::task<result<std::map<outcome, std::int64_t>>> replay::run_held(
    organization_id org, held_project of, replay_kind how
) {
    auto const held = co_await reading_.transact(org, [org, of](db::transaction& tx) {
        std::vector<delivery_id> found;
        for (auto const row : tx.run(list_held, org, of.integration, of.project_id, of.project_slug))
            found.push_back(row.get<delivery_id>("delivery_id"));
        return found;
    });
    std::map<outcome, std::int64_t> counts;
    for (auto const& each : held) {
        auto const done = co_await run(org, each, how);
        // One that cannot be run hinders none of the others.
        ++counts[done ? done->outcome : outcome::unreadable];
    }
    co_return counts;
}

}  // namespace tocsin::incidents

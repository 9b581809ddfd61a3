#include "ingest_batch.hpp"

#include <tocsin/crypto/random.hpp>
#include <tocsin/db/array.hpp>
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
         from tocsin.integrations i
         join tocsin.deliveries d on d.organization_id = i.organization_id and d.integration_id = i.integration_id
         left join tocsin.deliveries o on o.organization_id = d.organization_id and o.integration_id = d.integration_id
                                      and o.delivery_id = d.duplicate_of
        where i.organization_id = $1 and d.delivery_id = $2)"
};

constexpr db::statement find_all_stored{
    "find_deliveries_to_replay",
    R"(select k.nth, d.integration_id, i.sentry_host, d.resource, d.request_id, d.hook_timestamp, d.outcome, d.body
         from unnest($3::uuid[]) with ordinality as k (delivery_id, nth)
         join tocsin.deliveries d on d.organization_id = $1 and d.integration_id = $2 and d.delivery_id = k.delivery_id
         join tocsin.integrations i on i.organization_id = d.organization_id and i.integration_id = d.integration_id
        order by k.nth)"
};

// Without those that a replay has run already: it keeps their request's id.
constexpr db::statement list_held{
    "list_held_deliveries",
    R"(select d.delivery_id, d.body_bytes from tocsin.deliveries d
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
    "select rule from tocsin.deliveries where organization_id = $1 and integration_id = $2 and delivery_id = "
    "$3"
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
result<std::optional<arrival>> read_to_replay(db::row const& row, organization_id org) {
    if (had_its_effect(row.text("outcome"))) return std::optional<arrival>();
    auto const body = row.get<std::optional<byte_string>>("body");
    if (!body) return error{errc::conflict, "The body of this delivery is not kept: it cannot be run again."};
    arrival again{
        .sentry_host = row.text("sentry_host"),
        .own = verified_integration{org, row.get<integration_id>("integration_id")},
        .signing_key = "replay",
        .request_id = row.text("request_id"),
        .hook_timestamp = row.text("hook_timestamp"),
        .body = std::string(as_text(*body)),
        .hook = {}
    };
    auto hook = sentry::decode_webhook(again.body, row.text("resource"));
    if (!hook) return error{errc::conflict, "The body of this delivery cannot be read."};
    if (std::holds_alternative<sentry::installation_change>(hook->what))
        return error{errc::conflict, "What Sentry says of the installation itself is not run again."};
    again.hook = std::move(*hook);
    return std::optional(std::move(again));
}

result<std::optional<arrival>> find_to_replay(db::transaction& tx, organization_id org, delivery_id which) {
    auto const row = tx.run(find_stored, org, which).first();
    if (!row)
        return error{errc::not_found, "There is no such delivery, or it is older than the retention time."};
    return read_to_replay(*row, org);
}

/// Undoes the transaction of a dry run, and carries what it came to.
template <class Result>
struct dry_run : std::exception {
    explicit dry_run(Result of) : what_happened(std::move(of)) {}
    Result what_happened;
};

replayed write(
    db::transaction& tx, organization_id org, batched_delivery const& one, rule_settings const& rules
) {
    auto const done = write_batch(tx, {&one}, rules, guarded::by_locks);
    auto const& answer = done.front().answer;
    if (!answer) return {};
    return {
        one.id,
        answer->outcome,
        tx.run(find_rule, org, one.from.own->integration, one.id)[0].text("rule"),
        answer->incident
    };
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
        if (how == replay_kind::dry) throw dry_run<replayed>(std::move(done));
        return done;
    };
    std::optional<replayed> done;
    std::optional<error> refused;
    try {
        done = co_await writing_.transact(db::no_tenant, work);
    } catch (dry_run<replayed>& dry) {
        done = std::move(dry.what_happened);
        done->delivery.reset();
    } catch (db::bad_value const&) {
        refused = error{errc::conflict, "The database refuses a value of this delivery."};
    } catch (db::constraint_violation const&) {
        refused = error{errc::conflict, "Somebody changed the same incident at the same moment. Try again."};
    }
    if (refused) co_return *refused;
    co_return std::move(*done);
}

namespace {

struct held_delivery {
    delivery_id id;
    std::int64_t size = 0;
};

/// Of those that are run in one transaction: it is short enough for whoever waits for its rows.
constexpr std::size_t most_together = 100;
constexpr std::int64_t most_bytes_together = 8 << 20;

std::vector<std::vector<delivery_id>> parts_of(std::vector<held_delivery> const& all) {
    std::vector<std::vector<delivery_id>> parts;
    std::int64_t size = 0;
    for (auto const& one : all) {
        bool const is_full =
            parts.empty() || parts.back().size() == most_together || size + one.size > most_bytes_together;
        if (is_full) {
            parts.emplace_back();
            size = 0;
        }
        parts.back().push_back(one.id);
        size += one.size;
    }
    return parts;
}

}  // namespace

/// In one transaction; nothing where the database refuses a value of one of them.
async::task<std::optional<replay::outcomes>> replay::run_together(
    organization_id org, integration_id from, std::vector<delivery_id> all, replay_kind how
) {
    struct readable {
        std::vector<batched_delivery> runnable;
        outcomes others;
    };
    auto const found = std::make_shared<readable const>(co_await reading_.transact(
        org,
        [org, from, all, &time = time_](db::transaction& tx) {
            db::array<uuid> ids;
            for (auto const& each : all) ids.add(each);
            readable of;
            auto missing = static_cast<std::int64_t>(all.size());
            for (auto const& row : tx.run(find_all_stored, org, from, ids)) {
                auto again = read_to_replay(row, org);
                if (!again || !*again) continue;
                of.runnable.emplace_back(std::move(**again), delivery_id{crypto::uuid_v7(time.now())});
                --missing;
            }
            // One that cannot be run hinders none of the others.
            if (missing > 0) of.others[outcome::unreadable] = missing;
            return of;
        }
    ));
    auto const work = [found, rules = rules_, how](db::transaction& tx) {
        std::vector<batched_delivery const*> batch;
        for (auto const& one : found->runnable) batch.push_back(&one);
        auto counts = found->others;
        if (!batch.empty())
            for (auto const& one : write_batch(tx, batch, rules, guarded::by_locks))
                if (one.answer) ++counts[one.answer->outcome];
        if (how == replay_kind::dry) throw dry_run<outcomes>(std::move(counts));
        return counts;
    };
    std::optional<outcomes> done;
    try {
        done = co_await writing_.transact(db::no_tenant, work);
    } catch (dry_run<outcomes>& dry) {
        done = std::move(dry.what_happened);
    } catch (db::bad_value const&) {
    }
    co_return done;
}

async::task<result<replay::outcomes>> replay::run_held(
    organization_id org, held_project of, replay_kind how
) {
    auto const held = co_await reading_.transact(org, [org, of](db::transaction& tx) {
        std::vector<held_delivery> found;
        for (auto const row : tx.run(list_held, org, of.integration, of.project_id, of.project_slug))
            found.push_back({row.get<delivery_id>("delivery_id"), row.get<std::int64_t>("body_bytes")});
        return found;
    });
    outcomes counts;
    for (auto const& part : parts_of(held)) {
        if (auto const done = co_await run_together(org, of.integration, part, how)) {
            for (auto const& [outcome, count] : *done) counts[outcome] += count;
            continue;
        }
        for (auto const& each : part) {
            auto const alone = co_await run(org, each, how);
            ++counts[alone ? alone->outcome : outcome::unreadable];
        }
    }
    co_return counts;
}

}  // namespace tocsin::incidents

#include "ingest/batch.hpp"

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

// Without those that were replayed: a replay has the request id of its delivery.
constexpr db::statement list_unmapped{
    "list_unmapped_deliveries",
    R"(select d.delivery_id, d.body_bytes from tocsin.deliveries d
        where d.organization_id = $1 and d.integration_id = $2 and d.outcome = 'unmapped'
          and (d.project_id = $3 or ($3::text is null and d.project_slug is not distinct from $4))
          and ($5::text is null or d.requested_service = $5)
          and not exists (select from tocsin.deliveries r
                           where r.organization_id = d.organization_id and r.integration_id = d.integration_id
                             and r.signing_key = 'replay' and r.request_id = d.request_id and r.body_sha256 = d.body_sha256
                             and r.outcome <> 'unmapped')
        order by d.received_at, d.delivery_id limit 1000)"
};

constexpr db::statement find_rule{
    "find_rule_of_replay",
    "select rule from tocsin.deliveries where organization_id = $1 and integration_id = $2 and delivery_id = $3"
};

constexpr db::statement note_replay{
    "note_replay",
    R"(select tocsin.note($1::uuid, 'user', 'delivery.replayed', 'delivery', $2::uuid, '', null,
                          jsonb_build_object('outcome', $3::text)))"
};

constexpr db::statement note_replays{
    "note_replays",
    R"(select tocsin.note($1::uuid, 'user', 'delivery.replayed', 'integration', $2::uuid, '', null,
                          jsonb_build_object('deliveries', $3::bigint)))"
};

/// Whether a delivery, or the one that it duplicates, was applied. A lifecycle action has no time, so that a
/// replay would undo later changes.
bool was_applied(std::string_view outcome) {
    constexpr std::array<std::string_view, 6> applied{
        "opened", "reopened", "updated", "resolved", "duplicate", "stale"
    };
    return std::find(applied.begin(), applied.end(), outcome) != applied.end();
}

/// Nothing if the delivery was already applied.
result<std::optional<verified_delivery>> read_to_replay(db::row const& row, organization_id org) {
    if (was_applied(row.text("outcome"))) return std::optional<verified_delivery>();
    auto const body = row.get<std::optional<byte_string>>("body");
    if (!body)
        return error{errc::conflict, "The body of this delivery was not kept, so it cannot be replayed."};
    verified_delivery delivery{
        .sentry_host = row.text("sentry_host"),
        .own = verified_integration{org, row.get<integration_id>("integration_id")},
        .signing_key = std::string(replay_key),
        .request_id = row.text("request_id"),
        .hook_timestamp = row.text("hook_timestamp"),
        .body = std::string(as_text(*body)),
        .webhook = {}
    };
    auto webhook = sentry::decode_webhook(delivery.body, row.text("resource"));
    if (!webhook) return error{errc::conflict, "The body of this delivery cannot be read."};
    if (std::holds_alternative<sentry::installation_change>(webhook->what))
        return error{errc::conflict, "A delivery about the installation itself cannot be replayed."};
    delivery.webhook = std::move(*webhook);
    return std::optional(std::move(delivery));
}

result<std::optional<verified_delivery>> find_to_replay(
    db::transaction& tx, organization_id org, delivery_id id
) {
    auto const row = tx.run(find_stored, org, id).first();
    if (!row)
        return error{errc::not_found, "There is no such delivery, or it is older than the retention time."};
    return read_to_replay(*row, org);
}

/// Rolls back the transaction of a dry run, and carries its result.
template <class Result>
struct dry_run : std::exception {
    explicit dry_run(Result of_run) : result(std::move(of_run)) {}
    Result result;
};

replay_result write(
    db::transaction& tx, organization_id org, prepared_delivery const& one, rule_settings const& rules
) {
    auto const results = write_batch(tx, {&one}, rules, concurrency::pessimistic);
    auto const& stored = results.front().stored;
    if (!stored) return {};
    return {
        one.id,
        stored->outcome,
        tx.run(find_rule, org, one.delivery.own->integration, one.id)[0].text("rule"),
        stored->incident
    };
}

}  // namespace

async::task<result<replay_result>> replay::run(
    organization_id org, delivery_id delivery, replay_kind kind, db::actor by
) {
    auto const stored = co_await reading_.transact(org, [org, delivery](db::transaction& tx) {
        return find_to_replay(tx, org, delivery);
    });
    if (!stored) co_return stored.error();
    if (!*stored)
        co_return replay_result{
            std::nullopt, outcome::duplicate, "it was applied when it arrived", std::nullopt
        };
    auto const one =
        std::make_shared<prepared_delivery const>(**stored, delivery_id{crypto::uuid_v7(time_.now())});
    auto const work = [org, delivery, one, rules = rules_, kind](db::transaction& tx
                      ) -> result<replay_result> {
        auto written = write(tx, org, *one, rules);
        if (kind == replay_kind::dry) throw dry_run<replay_result>(std::move(written));
        tx.run(note_replay, org, delivery, to_string(written.outcome));
        return written;
    };
    std::optional<result<replay_result>> out;
    try {
        out = co_await writing_.transact_result(
            {std::nullopt, std::move(by)},
            work,
            [](db::constraint_violation const&) {
                return error{errc::conflict, "The same incident was changed at the same moment. Try again."};
            }
        );
    } catch (dry_run<replay_result>& dry) {
        dry.result.delivery.reset();
        out = std::move(dry.result);
    } catch (db::bad_value const&) {
        out = error{errc::conflict, "The database refuses a value of this delivery."};
    }
    co_return std::move(*out);
}

namespace {

struct unmapped_delivery {
    delivery_id id;
    std::int64_t size = 0;
};

/// Of the deliveries of one transaction, so that it does not hold its locks for long.
constexpr std::size_t most_together = 100;
constexpr std::int64_t most_bytes_together = 8 << 20;

std::vector<std::vector<delivery_id>> parts_of(std::vector<unmapped_delivery> const& all) {
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

struct replayable {
    std::vector<prepared_delivery> deliveries;
    std::int64_t unreadable = 0;  ///< how many cannot be replayed
};

replayable read_all_to_replay(
    db::transaction& tx,
    organization_id org,
    integration_id integration,
    std::vector<delivery_id> const& all,
    clock const& time
) {
    db::array<uuid> ids;
    for (auto const& each : all) ids.add(each);
    replayable result;
    for (auto const& row : tx.run(find_all_stored, org, integration, ids)) {
        auto delivery = read_to_replay(row, org);
        if (delivery && *delivery)
            result.deliveries.emplace_back(std::move(**delivery), delivery_id{crypto::uuid_v7(time.now())});
    }
    result.unreadable = static_cast<std::int64_t>(all.size() - result.deliveries.size());
    return result;
}

}  // namespace

/// In one transaction; nothing if the database refuses a value of one of them.
async::task<std::optional<replay::outcome_counts>> replay::run_together(
    organization_id org,
    integration_id integration,
    std::vector<delivery_id> all,
    replay_kind kind,
    db::actor by
) {
    auto const wanted = std::make_shared<replayable const>(co_await reading_.transact(
        org,
        [org, integration, all, &time = time_](db::transaction& tx) {
            return read_all_to_replay(tx, org, integration, all, time);
        }
    ));
    auto const work = [org, integration, wanted, rules = rules_, kind](db::transaction& tx) {
        prepared_batch batch;
        for (auto const& one : wanted->deliveries) batch.push_back(&one);
        outcome_counts counts;
        if (wanted->unreadable > 0) counts[outcome::unreadable] = wanted->unreadable;
        if (!batch.empty())
            for (auto const& one : write_batch(tx, batch, rules, concurrency::pessimistic))
                if (one.stored) ++counts[one.stored->outcome];
        if (kind == replay_kind::dry) throw dry_run<outcome_counts>(std::move(counts));
        tx.run(note_replays, org, integration, static_cast<std::int64_t>(batch.size()));
        return counts;
    };
    std::optional<outcome_counts> counts;
    try {
        counts = co_await writing_.transact({std::nullopt, std::move(by)}, work);
    } catch (dry_run<outcome_counts>& dry) {
        counts = std::move(dry.result);
    } catch (db::bad_value const&) {
        // The caller replays them one by one.
    }
    co_return counts;
}

async::task<result<replay::outcome_counts>> replay::run_unmapped(
    organization_id org, unmapped_project_key project, replay_kind kind, db::actor by
) {
    auto const unmapped = co_await reading_.transact(org, [org, project](db::transaction& tx) {
        std::vector<unmapped_delivery> all;
        for (auto const row : tx.run(
                 list_unmapped,
                 org,
                 project.integration,
                 project.project_id,
                 project.project_slug,
                 project.requested_service
             ))
            all.push_back({row.get<delivery_id>("delivery_id"), row.get<std::int64_t>("body_bytes")});
        return all;
    });
    outcome_counts counts;
    for (auto const& part : parts_of(unmapped)) {
        if (auto const together = co_await run_together(org, project.integration, part, kind, by)) {
            for (auto const& [outcome, count] : *together) counts[outcome] += count;
            continue;
        }
        for (auto const& each : part) {
            auto const alone = co_await run(org, each, kind, by);
            ++counts[alone ? alone->outcome : outcome::unreadable];
        }
    }
    co_return counts;
}

}  // namespace tocsin::incidents

#include "ingest/batch.hpp"
#include "ingest/commit_lookup.hpp"
#include "ingest/queue.hpp"
#include "ingest/throughput_estimate.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/async/one_shot.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/incidents/ingest.hpp>
#include <tocsin/observe/log.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <map>
#include <stdexcept>
#include <utility>

namespace tocsin::incidents {

namespace {

using steady = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// A second writer needs this many items in its lane: with fewer it would only split a small batch.
constexpr std::size_t enough_for_two = 12;
/// Sentry waits for a second. A delivery that would have to wait longer than this is refused at once, and one
/// that has waited longer when its batch is taken is refused then.
constexpr auto longest_expected = 450ms;
constexpr auto longest_wait = 550ms;
/// A batch whose rows collide with another transaction's runs this often before it is split.
constexpr int max_collisions = 3;

/// Of the key that verified, so that no sender fills the line of another.
uuid line_of(verified_delivery const& delivery) {
    return delivery.own ? delivery.own->integration.value : delivery.webhook.installation;
}

/// A call of `submit`, and its result.
struct submission final : queue_item {
    submission(verified_delivery delivery, delivery_id id) : prepared(std::move(delivery), id) {
        installation = line_of(prepared.delivery);
        bytes = prepared.delivery.body.size();
        since = steady::now();
    }

    prepared_delivery prepared;
    std::optional<stored_delivery> stored;
    std::exception_ptr failure;
    async::one_shot completion;
};

using submissions = std::vector<std::shared_ptr<submission>>;

/// Deliveries that share a transaction. Shared, because the pool may still work on it after all callers are
/// gone.
struct batch {
    explicit batch(submissions members) : all(std::move(members)) {
        deliveries.reserve(all.size());
        for (auto const& one : all) deliveries.push_back(&one->prepared);
    }

    submissions all;
    prepared_batch deliveries;
    std::vector<delivery_result> results;
    int collisions = 0;
};

enum class run_end { stored, collided, rejected, in_doubt, failed };
struct attempt {
    run_end end = run_end::stored;
    std::string reason;
    std::exception_ptr failure;
};

}  // namespace

struct ingest::impl {
    impl(
        async::executor executor,
        db::pool& database,
        rule_settings settings,
        clock const& now,
        observe::metrics& counters
    )
        : writing(std::move(executor)), pool(database), rules(settings), time(now), metrics(counters) {
        // An exception here is a bug: the batch has its answers by then.
        writing.on_error([](std::exception_ptr) { observe::log_error("a writer of deliveries ended", {}); });
    }

    std::shared_ptr<submission> enqueue(verified_delivery delivery) {
        auto const ahead = queue.ahead_of(line_of(delivery));
        bool const by_two =
            queue.size(ingest_lane::even) > enough_for_two && queue.size(ingest_lane::odd) > enough_for_two;
        // On average, half of each batch that is being written is left.
        auto const expected = throughput.expected(being_written / 2 + ahead, by_two ? 2 : 1);
        if (ahead > 0 && expected > longest_expected) throw db::unavailable("too many webhooks are waiting");
        // The id is known before the insert, so that a commit whose answer was lost can be looked up.
        auto next =
            std::make_shared<submission>(std::move(delivery), delivery_id{crypto::uuid_v7(time.now())});
        if (!queue.push(next)) throw db::unavailable("the queue of webhooks is full");
        if (writers == 0 || (writers == 1 && queue.size(free_lane()) > enough_for_two)) {
            ++writers;
            writing.spawn(write());
        }
        return next;
    }

    ingest_lane free_lane() const { return writing_odd ? ingest_lane::even : ingest_lane::odd; }

    /// A writer that is alone writes both lanes. A writer leaves a lane with few items to the other one, so
    /// that the two do not write the same rows.
    async::task<> write() {
        auto const lane = free_lane();
        bool& is_mine = lane == ingest_lane::odd ? writing_odd : writing_even;
        is_mine = true;
        do {
            auto const started = steady::now();
            auto next = next_batch(writers > 1 ? lane : ingest_lane::any, started);
            if (next.empty()) continue;
            auto const size = next.size();
            being_written += size;
            co_await write_all(std::make_shared<batch>(std::move(next)));
            being_written -= size;
            throughput.record(size, steady::now() - started);
        } while (writers > 1 ? queue.size(lane) > enough_for_two : queue.size() > 0);
        is_mine = false;
        --writers;
    }

    submissions next_batch(ingest_lane lane, steady::time_point now) {
        submissions next;
        for (auto const& item : queue.take(lane)) {
            auto one = std::static_pointer_cast<submission>(item);
            if (now - one->since > longest_wait)
                fail(*one, std::make_exception_ptr(db::unavailable("the webhook waited too long")));
            else
                next.push_back(std::move(one));
        }
        return next;
    }

    // --- a batch, until each of its deliveries has an answer ---
    async::task<> write_all(std::shared_ptr<batch> whole) {
        std::vector<std::shared_ptr<batch>> remaining{std::move(whole)};
        while (!remaining.empty()) {
            auto const current = std::move(remaining.back());
            remaining.pop_back();
            auto last = co_await try_once(current);
            if (last.end == run_end::in_doubt) last = co_await look_up(current);
            switch (last.end) {
                case run_end::stored:
                    answer(*current);
                    break;
                case run_end::collided:
                    // The next run sees what the other transaction wrote.
                    if (++current->collisions < max_collisions)
                        remaining.push_back(current);
                    else
                        co_await split(current, last, remaining);
                    break;
                case run_end::rejected:
                    co_await split(current, last, remaining);
                    break;
                default:
                    last_failure = steady::now();
                    // The other parts would fail as well, and later.
                    remaining.push_back(current);
                    for (auto const& each : remaining)
                        for (auto const& one : each->all) fail(*one, last.failure);
                    remaining.clear();
            }
        }
    }

    async::task<attempt> try_once(std::shared_ptr<batch> part) {
        attempt last;
        try {
            co_await pool.transact(db::no_tenant, [part, settings = rules](db::transaction& tx) {
                // Collisions are rare, so that only a batch that had one locks first.
                auto const mode = part->collisions == 0 ? concurrency::optimistic : concurrency::pessimistic;
                part->results = write_batch(tx, part->deliveries, settings, mode);
            });
        } catch (db::in_doubt const&) {
            last = {run_end::in_doubt, {}, std::current_exception()};
        } catch (db::bad_value const& e) {
            last = {run_end::rejected, e.what(), std::current_exception()};
        } catch (db::constraint_violation const& e) {
            last = {run_end::collided, e.what(), std::current_exception()};
        } catch (db::statement_error const& e) {
            // Class 42 (a missing privilege or table) would fail for every delivery.
            bool const is_general = e.sqlstate.starts_with("42");
            last = {is_general ? run_end::failed : run_end::rejected, e.what(), std::current_exception()};
        } catch (std::logic_error const& e) {
            last = {run_end::rejected, e.what(), std::current_exception()};
        } catch (...) {
            last = {run_end::failed, {}, std::current_exception()};
        }
        co_return last;
    }

    /// For a commit whose answer was lost.
    async::task<attempt> look_up(std::shared_ptr<batch> part) {
        attempt lookup{run_end::failed, {}, std::make_exception_ptr(db::unavailable("a commit was lost"))};
        std::string_view state = "lost";
        try {
            if (co_await pool.transact(db::no_tenant, [part](db::transaction& tx) {
                    return was_stored(tx, part->deliveries, part->results);
                })) {
                lookup = {};
                state = "stored";
            }
        } catch (...) {
            lookup.failure = std::current_exception();
            state = "unknown";
        }
        metrics.count("tocsin_ingest_commits_in_doubt_total", {{"found", state}});
        co_return lookup;
    }

    /// Halves the batch, until the delivery that the database refuses is alone.
    async::task<> split(
        std::shared_ptr<batch> part, attempt const& last, std::vector<std::shared_ptr<batch>>& remaining
    ) {
        auto const middle = part->all.begin() + static_cast<std::ptrdiff_t>(part->all.size() / 2);
        if (middle != part->all.begin()) {
            remaining.push_back(std::make_shared<batch>(submissions(middle, part->all.end())));
            remaining.push_back(std::make_shared<batch>(submissions(part->all.begin(), middle)));
            co_return;
        }
        // A delivery that only collided with others is good: Sentry may send it again.
        if (last.end == run_end::collided) {
            fail(*part->all.front(), std::make_exception_ptr(db::unavailable("transactions kept colliding")));
            co_return;
        }
        observe::log_error(
            "delivery refused by the database",
            {{"delivery", part->all.front()->prepared.id.str()}, {"why", last.reason}}
        );
        std::exception_ptr failure;
        try {
            co_await pool.transact(db::no_tenant, [part](db::transaction& tx) {
                part->results = {write_unreadable(tx, *part->deliveries.front())};
            });
        } catch (...) {
            failure = std::current_exception();
        }
        if (failure)
            fail(*part->all.front(), failure);
        else
            answer(*part);
    }

    // --- answers ---
    void answer(batch& part) {
        last_failure.reset();
        count(part);
        for (std::size_t i = 0; i < part.all.size(); ++i) {
            part.all[i]->stored = part.results[i].stored;
            part.all[i]->completion.set();
        }
        bool const in_doubt = std::any_of(part.results.begin(), part.results.end(), [](auto const& one) {
            return one.in_doubt;
        });
        if (in_doubt && reconcile_requested) reconcile_requested();
    }

    static void fail(submission& one, std::exception_ptr failure) {
        one.failure = std::move(failure);
        one.completion.set();
    }

    void count(batch const& part) {
        metrics.observe("tocsin_ingest_batch_size", static_cast<double>(part.all.size()));
        std::map<std::pair<sentry::resource, outcome>, double> counts;
        for (std::size_t i = 0; i < part.all.size(); ++i)
            if (auto const& stored = part.results[i].stored)
                ++counts[{part.all[i]->prepared.delivery.webhook.resource, stored->outcome}];
        for (auto const& [kind, times] : counts) {
            auto const& [resource, result] = kind;
            metrics.count(
                "tocsin_webhook_deliveries_total",
                {{"resource", to_string(resource)}, {"outcome", to_string(result)}},
                times
            );
            if (result == outcome::opened || result == outcome::reopened)
                metrics.count("tocsin_incident_transitions_total", {{"to", "open"}, {"by", "sentry"}}, times);
            if (result == outcome::resolved)
                metrics.count(
                    "tocsin_incident_transitions_total", {{"to", "resolved"}, {"by", "sentry"}}, times
                );
        }
    }

    async::task_group writing;
    db::pool& pool;
    rule_settings const rules;
    clock const& time;
    observe::metrics& metrics;
    ingest_queue queue{queue_limits{}};
    throughput_estimate throughput;
    std::function<void()> reconcile_requested;
    std::size_t writers = 0;
    bool writing_even = false;  ///< whether a writer has this lane
    bool writing_odd = false;
    std::size_t being_written = 0;  ///< deliveries
    std::optional<steady::time_point> last_failure;
};

ingest::ingest(
    async::executor executor,
    db::pool& pool,
    rule_settings rules,
    clock const& time,
    observe::metrics& metrics
)
    : impl_(std::make_unique<impl>(std::move(executor), pool, rules, time, metrics)) {}

ingest::~ingest() = default;

void ingest::declare(observe::metrics& metrics) {
    metrics.declare_histogram(
        "tocsin_ingest_batch_size", "Deliveries that shared one commit.", {1, 4, 16, 64, 256}
    );
    metrics.declare_counter(
        "tocsin_ingest_commits_in_doubt_total",
        "Commits whose answer was lost, by the result of looking them up: stored, lost, or unknown."
    );
    metrics.declare_counter(
        "tocsin_webhook_deliveries_total", "Deliveries made durable, by resource and outcome."
    );
    metrics.declare_counter(
        "tocsin_incident_transitions_total", "Changes of the status of incidents, by new status and actor."
    );
}

void ingest::on_reconcile_request(std::function<void()> handler) {
    impl_->reconcile_requested = std::move(handler);
}

std::optional<std::chrono::steady_clock::time_point> ingest::last_failure() const noexcept {
    return impl_->last_failure;
}

async::task<std::optional<stored_delivery>> ingest::submit(verified_delivery delivery) {
    auto const mine = impl_->enqueue(std::move(delivery));
    co_await mine->completion.wait();
    if (mine->failure) std::rethrow_exception(mine->failure);
    co_return mine->stored;
}

}  // namespace tocsin::incidents

#include "ingest_batch.hpp"
#include "ingest_lookup.hpp"
#include "ingest_pace.hpp"
#include "ingest_queue.hpp"

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

/// What must wait in a lane for a second writer to be worth its while: it would only make two small batches
/// of one.
constexpr std::size_t enough_for_two = 12;
/// Sentry waits a second. Whoever would wait longer than this is refused at once, and whoever has waited
/// longer when his batch is made is refused then.
constexpr auto longest_expected = 450ms;
constexpr auto longest_wait = 550ms;
/// A batch whose rows meet another transaction's is run again this often before it is taken apart.
constexpr int max_collisions = 3;

uuid line_of(arrival const& from) {
    return from.own ? from.own->integration.value : from.hook.installation;
}

/// A caller of `take`, and his answer.
struct waiting final : queued {
    waiting(arrival from, delivery_id id) : what(std::move(from), id) {
        // Of the key that verified: nobody waits in another one's line.
        installation = line_of(what.from);
        bytes = what.from.body.size();
        since = steady::now();
    }

    batched_delivery what;
    std::optional<accepted> answer;
    std::exception_ptr failure;
    async::one_shot done;
};

using members = std::vector<std::shared_ptr<waiting>>;

/// Deliveries that share a transaction. Kept alive by whoever still works on it: the pool may be at it when
/// nobody waits any more.
struct batch {
    explicit batch(members of) : all(std::move(of)) {
        deliveries.reserve(all.size());
        for (auto const& one : all) deliveries.push_back(&one->what);
    }

    members all;
    std::vector<batched_delivery const*> deliveries;
    std::vector<written> results;
    int collisions = 0;
};

enum class run_end { done, collided, poisonous, in_doubt, failed };
struct attempt {
    run_end end = run_end::done;
    std::string why;
    std::exception_ptr failure;
};

}  // namespace

struct ingest::impl {
    impl(async::executor on, db::pool& to, rule_settings with, clock const& clock, observe::metrics& counted)
        : writing(std::move(on)), pool(to), rules(with), time(clock), metrics(counted) {
        // Whatever leaves a writer would be a bug: its batch has been answered by then.
        writing.on_error([](std::exception_ptr) { observe::log_error("a writer of deliveries ended", {}); });
    }

    std::shared_ptr<waiting> enqueue(arrival what) {
        auto const ahead = queue.ahead_of(line_of(what));
        // Of the batches that are on their way half is left, on average.
        bool const by_two =
            queue.size(ingest_lane::even) > enough_for_two && queue.size(ingest_lane::odd) > enough_for_two;
        if (ahead > 0 && pace.expected(on_their_way / 2 + ahead, by_two ? 2 : 1) > longest_expected)
            throw db::unavailable("too many webhooks are waiting");
        // The id is ours before the insert, so that a commit whose answer was lost can be looked up.
        auto next = std::make_shared<waiting>(std::move(what), delivery_id{crypto::uuid_v7(time.now())});
        if (!queue.push(next)) throw db::unavailable("the queue of webhooks is full");
        if (writers == 0 || (writers == 1 && queue.size(free_lane()) > enough_for_two)) {
            ++writers;
            writing.spawn(write());
        }
        return next;
    }

    ingest_lane free_lane() const { return writing_odd ? ingest_lane::even : ingest_lane::odd; }

    /// Who is alone writes both lanes. A lane that has little to write is left to the other writer, so that
    /// the same rows are not written by both.
    async::task<> write() {
        auto const lane = free_lane();
        bool& is_mine = lane == ingest_lane::odd ? writing_odd : writing_even;
        is_mine = true;
        do {
            auto const began = steady::now();
            auto next = next_batch(writers > 1 ? lane : ingest_lane::any, began);
            if (next.empty()) continue;
            auto const size = next.size();
            on_their_way += size;
            co_await settle(std::make_shared<batch>(std::move(next)));
            on_their_way -= size;
            pace.saw(size, steady::now() - began);
        } while (writers > 1 ? queue.size(lane) > enough_for_two : queue.size() > 0);
        is_mine = false;
        --writers;
    }

    members next_batch(ingest_lane lane, steady::time_point now) {
        members next;
        for (auto const& one : queue.take(lane)) {
            auto taken = std::static_pointer_cast<waiting>(one);
            if (now - taken->since > longest_wait)
                fail(
                    *taken, std::make_exception_ptr(db::unavailable("the webhook had to wait for too long"))
                );
            else
                next.push_back(std::move(taken));
        }
        return next;
    }

    // --- a batch, until each of its deliveries is answered ---
    async::task<> settle(std::shared_ptr<batch> whole) {
        std::vector<std::shared_ptr<batch>> left{std::move(whole)};
        while (!left.empty()) {
            auto const now = std::move(left.back());
            left.pop_back();
            auto tried = co_await try_once(now);
            if (tried.end == run_end::in_doubt) tried = co_await look_up(now);
            switch (tried.end) {
                case run_end::done:
                    answer(*now);
                    break;
                case run_end::collided:
                    // What another transaction wrote first is seen when the batch runs again.
                    if (++now->collisions < max_collisions)
                        left.push_back(now);
                    else
                        co_await take_apart(now, tried, left);
                    break;
                case run_end::poisonous:
                    co_await take_apart(now, tried, left);
                    break;
                default:
                    // The others would fail alike, and late.
                    left.push_back(now);
                    for (auto const& each : left)
                        for (auto const& one : each->all) fail(*one, tried.failure);
                    left.clear();
            }
        }
    }

    async::task<attempt> try_once(std::shared_ptr<batch> what) {
        attempt tried;
        try {
            co_await pool.transact(db::no_tenant, [what, with = rules](db::transaction& tx) {
                // Hardly anybody else writes the same rows at the same time: locks are for those who met.
                auto const how = what->collisions == 0 ? guarded::by_versions : guarded::by_locks;
                what->results = write_batch(tx, what->deliveries, with, how);
            });
        } catch (db::in_doubt const&) {
            tried = {run_end::in_doubt, {}, std::current_exception()};
        } catch (db::bad_value const& e) {
            tried = {run_end::poisonous, e.what(), std::current_exception()};
        } catch (db::constraint_violation const& e) {
            tried = {run_end::collided, e.what(), std::current_exception()};
        } catch (db::statement_error const& e) {
            // Of class 42 is what all would meet: a missing right, a missing table.
            bool const is_everybodys = e.sqlstate.starts_with("42");
            tried = {
                is_everybodys ? run_end::failed : run_end::poisonous, e.what(), std::current_exception()
            };
        } catch (std::logic_error const& e) {
            tried = {run_end::poisonous, e.what(), std::current_exception()};
        } catch (...) {
            tried = {run_end::failed, {}, std::current_exception()};
        }
        co_return tried;
    }

    /// The commit's answer was lost.
    async::task<attempt> look_up(std::shared_ptr<batch> what) {
        attempt found{run_end::failed, {}, std::make_exception_ptr(db::unavailable("a commit was lost"))};
        std::string_view is = "lost";
        try {
            if (co_await pool.transact(db::no_tenant, [what](db::transaction& tx) {
                    return was_stored(tx, what->deliveries, what->results);
                })) {
                found = {};
                is = "stored";
            }
        } catch (...) {
            found.failure = std::current_exception();
            is = "unknown";
        }
        metrics.count("tocsin_ingest_commits_in_doubt_total", {{"found", is}});
        co_return found;
    }

    /// Halves, until the delivery that the database refuses is alone.
    async::task<> take_apart(
        std::shared_ptr<batch> what, attempt const& why, std::vector<std::shared_ptr<batch>>& left
    ) {
        auto const middle = what->all.begin() + static_cast<std::ptrdiff_t>(what->all.size() / 2);
        if (middle != what->all.begin()) {
            left.push_back(std::make_shared<batch>(members(middle, what->all.end())));
            left.push_back(std::make_shared<batch>(members(what->all.begin(), middle)));
            co_return;
        }
        // Nothing is wrong with one that others' rows stood in the way of: it may come again.
        if (why.end == run_end::collided) {
            fail(*what->all.front(), std::make_exception_ptr(db::unavailable("transactions kept colliding")));
            co_return;
        }
        observe::log_error(
            "delivery refused by the database",
            {{"delivery", what->all.front()->what.id.str()}, {"why", why.why}}
        );
        std::exception_ptr failure;
        try {
            co_await pool.transact(db::no_tenant, [what](db::transaction& tx) {
                what->results = {keep_as_unreadable(tx, *what->deliveries.front())};
            });
        } catch (...) {
            failure = std::current_exception();
        }
        if (failure)
            fail(*what->all.front(), failure);
        else
            answer(*what);
    }

    // --- waking the callers ---
    void answer(batch& of) {
        count(of);
        for (std::size_t i = 0; i < of.all.size(); ++i) {
            of.all[i]->answer = of.results[i].answer;
            of.all[i]->done.set();
        }
        bool const is_doubt = std::any_of(of.results.begin(), of.results.end(), [](written const& one) {
            return one.in_doubt;
        });
        if (is_doubt && doubtful) doubtful();
    }

    static void fail(waiting& one, std::exception_ptr why) {
        one.failure = std::move(why);
        one.done.set();
    }

    void count(batch const& of) {
        metrics.observe("tocsin_ingest_batch_size", static_cast<double>(of.all.size()));
        std::map<std::pair<sentry::resource, outcome>, double> made;
        for (std::size_t i = 0; i < of.all.size(); ++i)
            if (auto const& done = of.results[i].answer)
                ++made[{of.all[i]->what.from.hook.resource, done->outcome}];
        for (auto const& [of_kind, times] : made) {
            auto const& [resource, became] = of_kind;
            metrics.count(
                "tocsin_webhook_deliveries_total",
                {{"resource", to_string(resource)}, {"outcome", to_string(became)}},
                times
            );
            if (became == outcome::opened || became == outcome::reopened)
                metrics.count("tocsin_incident_transitions_total", {{"to", "open"}, {"by", "sentry"}}, times);
            if (became == outcome::resolved)
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
    ingest_pace pace;
    std::function<void()> doubtful;
    std::size_t writers = 0;
    bool writing_even = false;  ///< a writer has this lane
    bool writing_odd = false;
    std::size_t on_their_way = 0;  ///< deliveries in batches
};

ingest::ingest(
    async::executor on, db::pool& pool, rule_settings rules, clock const& time, observe::metrics& metrics
)
    : impl_(std::make_unique<impl>(std::move(on), pool, rules, time, metrics)) {}

ingest::~ingest() = default;

void ingest::declare(observe::metrics& metrics) {
    metrics.declare_histogram(
        "tocsin_ingest_batch_size", "Deliveries that shared one commit.", {1, 4, 16, 64, 256}
    );
    metrics.declare_counter(
        "tocsin_ingest_commits_in_doubt_total",
        "Commits whose answer was lost, by what looking them up found: stored, lost, or unknown."
    );
    metrics.declare_counter(
        "tocsin_webhook_deliveries_total", "Deliveries made durable, by resource and outcome."
    );
    metrics.declare_counter(
        "tocsin_incident_transitions_total", "Changes of incidents' status, by new status and who made them."
    );
}

void ingest::on_doubt(std::function<void()> handler) {
    impl_->doubtful = std::move(handler);
}

async::task<std::optional<accepted>> ingest::take(arrival what) {
    auto const mine = impl_->enqueue(std::move(what));
    co_await mine->done.wait();
    if (mine->failure) std::rethrow_exception(mine->failure);
    co_return mine->answer;
}

}  // namespace tocsin::incidents

#include "page_store.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/crypto/digest.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/notify/engine.hpp>
#include <tocsin/observe/log.hpp>

#include <exception>
#include <utility>

namespace tocsin::notify {

namespace {

/// Alarms in one transaction: each takes a few statements, and ingest may wait for their locks.
constexpr int alarms_at_once = 20;
/// A mailer takes twenty messages.
constexpr std::size_t most_calls = 16;
/// Longer than the slowest channel, which gives up after 15 s.
constexpr std::chrono::milliseconds lease_length{45'000};
constexpr std::size_t nonce_bytes = 16;

struct advanced {
    std::size_t alarms = 0;
    std::size_t exhausted = 0;
    std::size_t unreachable = 0;
};

/// The pages of a step for each of its people.
std::vector<new_page> pages_for(
    db::transaction& tx, oncall::due_alarm const& alarm, oncall::advance_outcome const& outcome
) {
    std::vector<new_page> pages;
    auto const now = system_clock().now();
    for (auto const& person : outcome.people)
        for (auto const& planned : plan(read_methods(tx, person.user)))
            pages.push_back(
                {.id = {crypto::uuid_v7(now)},
                 .organization = alarm.organization,
                 .incident = alarm.incident,
                 .run = alarm.run,
                 .at = outcome.fired,
                 .user = person.user,
                 .method = planned.method,
                 .urgency = person.urgency,
                 .reason = outcome.is_exhausted ? "last resort" : planned.reason}
            );
    return pages;
}

advanced advance_alarms(db::transaction& tx) {
    advanced done;
    for (auto const& alarm : oncall::claim_due_alarms(tx, alarms_at_once)) {
        auto const outcome = oncall::advance(tx, alarm);
        auto const pages = pages_for(tx, alarm, outcome);
        insert_pages(tx, pages);
        oncall::move_alarm(tx, alarm, outcome);
        notify_pages(tx, alarm.organization, alarm.incident);
        ++done.alarms;
        if (outcome.is_exhausted) ++done.exhausted;
        if (outcome.is_unreachable || pages.empty()) ++done.unreachable;
    }
    return done;
}

std::string text_of(std::exception_ptr const& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (std::exception const& exception) {
        return exception.what();
    } catch (...) {
        return "an exception of an unknown type";
    }
}

}  // namespace

struct engine::impl {
    impl(
        async::executor executor,
        db::pool& of,
        channels through,
        crypto::vault const& with,
        observe::metrics& counting
    )
        : working(executor), pool(of), by_kind(std::move(through)), vault(with), metrics(counting) {
        // What is due stays due: the job looks again within a second.
        working.on_error([](std::exception_ptr failure) {
            observe::log_warn("paging interrupted", {{"why", text_of(failure)}});
        });
    }

    async::task<> run_due() {
        was_woken = true;
        if (std::exchange(is_working, true)) co_return;
        struct done {
            bool& flag;
            ~done() { flag = false; }
        } const mark{is_working};
        while (std::exchange(was_woken, false) && !is_stopped) {
            while (!is_stopped && co_await advance() > 0) {
            }
            while (!is_stopped && co_await begin_calls() > 0) {
            }
        }
    }

    async::task<std::size_t> advance() {
        auto const done = co_await pool.transact(db::no_tenant, advance_alarms);
        if (done.exhausted > 0)
            metrics.count(
                "tocsin_alarms_total", {{"ended", "exhausted"}}, static_cast<double>(done.exhausted)
            );
        if (done.unreachable > 0)
            metrics.count("tocsin_pages_unreachable_total", {}, static_cast<double>(done.unreachable));
        co_return done.alarms;
    }

    /// Returns how many pages were claimed.
    async::task<std::size_t> begin_calls() {
        if (calls >= most_calls) co_return 0;
        page_lease const lease{owner, lease_length};
        auto const limit = static_cast<int>(most_calls - calls);
        auto claimed = co_await pool.transact(db::no_tenant, [lease, limit](db::transaction& tx) {
            std::vector<std::pair<leased_page, secret>> pages;
            for (auto& page : claim_pages(tx, lease, limit)) {
                auto nonce = crypto::random_token(nonce_bytes);
                auto const hash = crypto::sha256(nonce.reveal());
                if (!page.is_wanted)
                    finish_page(
                        tx,
                        page,
                        {page_state::cancelled, "its alarm has ended, or the person is no longer a member"}
                    );
                else if (page.is_expired)
                    finish_page(tx, page, {page_state::expired, "it could not be handed over in time"});
                else
                    insert_attempt(tx, page, byte_view(hash.data(), hash.size()));
                pages.emplace_back(std::move(page), std::move(nonce));
            }
            return pages;
        });
        for (auto& [page, nonce] : claimed) {
            if (!page.is_wanted || page.is_expired) {
                count(page, page.is_wanted ? page_state::expired : page_state::cancelled);
                continue;
            }
            page.content.link = std::move(nonce);
            if (page.tries == 1)
                metrics.observe(
                    "tocsin_page_delay_seconds", std::chrono::duration<double>(page.delay).count()
                );
            ++calls;
            working.spawn(call(std::move(page)));
        }
        co_return claimed.size();
    }

    async::task<> call(leased_page page) {
        struct done {
            std::size_t& of;
            ~done() { --of; }
        } const mark{calls};
        send_result sent;
        try {
            sent = co_await send(page);
        } catch (std::exception const& exception) {
            sent = {.outcome = attempt_outcome::failed, .detail = exception.what()};
        }
        auto const result = result_of(sent, page.tries);
        bool const is_written =
            co_await pool.transact(db::no_tenant, [page, sent, result](db::transaction& tx) {
                finish_attempt(tx, page, sent);
                return finish_page(tx, page, result);
            });
        if (is_written && result.state != page_state::due) count(page, result.state);
        if (sent.outcome != attempt_outcome::accepted)
            observe::log_warn(
                "page not handed over",
                {{"page", page.content.page.str()},
                 {"method", to_string(page.kind)},
                 {"outcome", to_string(sent.outcome)},
                 {"why", sent.detail}}
            );
        // Others may have waited for this place.
        was_woken = true;
        if (!is_stopped && !is_working) working.spawn(run_due());
    }

    async::task<send_result> send(leased_page const& page) {
        auto const through = by_kind.find(page.kind);
        if (through == by_kind.end())
            co_return send_result{
                .outcome = attempt_outcome::refused, .detail = "This deployment has no such channel."
            };
        auto content = page.content;
        if (!page.address_sealed.empty()) {
            auto opened = vault.open(
                page.address_sealed, {"methods", "address_sealed", page.user.str(), page.method.str()}
            );
            if (!opened)
                co_return send_result{.outcome = attempt_outcome::failed, .detail = opened.error().detail};
            content.address = std::move(*opened);
        }
        co_return co_await through->second->send(std::move(content));
    }

    static page_result result_of(send_result const& sent, int tries) {
        switch (sent.outcome) {
            case attempt_outcome::accepted:
                return {.state = page_state::accepted};
            case attempt_outcome::refused:
                return {.state = page_state::failed, .reason = sent.detail};
            case attempt_outcome::failed:
            case attempt_outcome::unknown:
                break;
        }
        return {
            .state = page_state::due,
            .reason = sent.detail,
            .retry_after = retry_delay(tries, crypto::random_u64())
        };
    }

    void count(leased_page const& page, page_state state) {
        metrics.count("tocsin_pages_total", {{"method", to_string(page.kind)}, {"state", to_string(state)}});
    }

    async::task_group working;
    db::pool& pool;
    channels const by_kind;
    crypto::vault const& vault;
    observe::metrics& metrics;
    uuid const owner = crypto::uuid_v4();
    std::size_t calls = 0;
    bool is_working = false;
    bool was_woken = false;
    bool is_stopped = false;
};

engine::engine(
    async::executor executor,
    db::pool& pool,
    channels through,
    crypto::vault const& vault,
    observe::metrics& metrics
)
    : impl_(std::make_unique<impl>(std::move(executor), pool, std::move(through), vault, metrics)) {
    declare(metrics);
}

engine::~engine() = default;

async::task<> engine::run_due() {
    return impl_->run_due();
}

void engine::wake() {
    if (!impl_->is_stopped) impl_->working.spawn(impl_->run_due());
}

async::task<bool> engine::stop(std::chrono::milliseconds limit) {
    impl_->is_stopped = true;
    co_return co_await impl_->working.wait_all(limit);
}

void engine::declare(observe::metrics& metrics) {
    metrics.declare_counter("tocsin_alarms_total", "Alarms that ended in this process: exhausted.");
    metrics.count("tocsin_alarms_total", {{"ended", "exhausted"}}, 0);
    metrics.declare_counter(
        "tocsin_pages_unreachable_total", "Alarms that reached no person by their policy's steps."
    );
    metrics.count("tocsin_pages_unreachable_total", {}, 0);
    metrics.declare_counter(
        "tocsin_pages_total", "Pages by method and by the state in which this process left them."
    );
    for (auto const state :
         {page_state::accepted, page_state::failed, page_state::expired, page_state::cancelled})
        metrics.count("tocsin_pages_total", {{"method", "mail"}, {"state", to_string(state)}}, 0);
    metrics.declare_histogram(
        "tocsin_page_delay_seconds",
        "From the change of the incident, or from when a later step was due, to the first attempt of a page.",
        {0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300}
    );
}

}  // namespace tocsin::notify

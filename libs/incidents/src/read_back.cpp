#include "doubt_store.hpp"
#include "ingest_batch.hpp"

#include <tocsin/crypto/random.hpp>
#include <tocsin/incidents/read_back.hpp>
#include <tocsin/json/writer.hpp>
#include <tocsin/observe/log.hpp>

#include <exception>
#include <optional>
#include <string_view>
#include <utility>

namespace tocsin::incidents {

namespace {

std::string_view action_of(std::string_view status) {
    if (status == "resolved") return "resolved";
    return status == "ignored" ? "archived" : "unresolved";
}

/// What a webhook about this issue would say now; the body of the delivery.
std::string body_of_issue(sentry::issue const& is) {
    json::writer out;
    out.begin_object().field("action", action_of(is.status));
    out.name("installation").begin_object().field("uuid", uuid().str()).end_object();
    out.name("data").begin_object().name("issue").begin_object();
    out.field("id", is.id)
        .field("shortId", is.short_id)
        .field("title", is.title)
        .field("culprit", is.culprit)
        .field("level", is.level)
        .field("status", is.status)
        .field("substatus", is.substatus)
        .field("web_url", is.url)
        .field("permalink", is.url)
        .field("count", std::to_string(is.count))
        .field("firstSeen", is.first_seen)
        .field("lastSeen", is.last_seen);
    out.name("project")
        .begin_object()
        .field("id", is.project.id)
        .field("slug", is.project.slug)
        .field("name", is.project.name)
        .end_object();
    out.end_object().end_object();
    out.name("actor")
        .begin_object()
        .field("type", "application")
        .field("id", "sentry")
        .field("name", "Sentry");
    return out.end_object().end_object().take();
}

/// Nothing where what was read cannot be told as a webhook.
std::optional<arrival> delivery_of(doubt const& about, sentry::issue const& is) {
    arrival now{
        .sentry_host = {},
        .own = verified_integration{about.organization, about.integration},
        .signing_key = std::string(read_back_key),
        .request_id = {},
        .hook_timestamp = {},
        .body = body_of_issue(is),
        .hook = {}
    };
    auto hook = sentry::decode_webhook(now.body, "issue");
    if (!hook) return std::nullopt;
    now.hook = std::move(*hook);
    return now;
}

}  // namespace

struct read_back::impl {
    impl(
        async::executor on,
        db::pool& to,
        read_issue from,
        ingest& taking,
        read_back_settings with,
        observe::metrics& counted
    )
        : working(std::move(on)),
          pool(to),
          read(std::move(from)),
          into(taking),
          settings(with),
          metrics(counted) {
        working.on_error([](std::exception_ptr) { observe::log_warn("doubts are not settled now", {}); });
    }

    async::task<> settle_due() {
        if (std::exchange(is_working, true)) {
            was_woken = true;
            co_return;
        }
        std::exception_ptr failed;
        try {
            do {
                was_woken = false;
                while (auto const next = co_await claim()) co_await settle_one(*next);
            } while (was_woken);
        } catch (...) {
            failed = std::current_exception();
        }
        is_working = false;
        if (failed) std::rethrow_exception(failed);
    }

    async::task<std::optional<claimed_doubt>> claim() {
        if (has_ended) co_return std::nullopt;
        co_return co_await pool.transact(db::no_tenant, [lease = settings.lease](db::transaction& tx) {
            return claim_doubt(tx, lease);
        });
    }

    async::task<> settle_one(claimed_doubt which) {
        std::string why;
        bool is_settled = false;
        try {
            is_settled = co_await try_to_settle(which.about, why);
        } catch (std::exception const& e) {
            why = e.what();
        }
        bool const is_given_up = !is_settled && which.tries >= settings.max_tries;
        if (is_given_up)
            observe::log_warn("an issue was never read back", {{"issue", which.about.issue}, {"why", why}});
        auto const delay = settings.backoff.delay(static_cast<unsigned>(which.tries), crypto::random_u64());
        co_await pool.transact(
            db::no_tenant,
            [which, is_over = is_settled || is_given_up, delay](db::transaction& tx) {
                is_over ? settle_doubt(tx, which) : put_off_doubt(tx, which, delay);
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

    async::task<bool> try_to_settle(doubt about, std::string& why) {
        std::string told;
        // What moved the incident is read once more: the issue may have changed between being read and being
        // told of, and the webhook of that change have come before.
        for (bool moved = true; moved;) {
            auto const found = co_await read(about.organization, about.integration, about.issue);
            if (!found) {
                why = found.error().detail;
                co_return found.error().code == errc::not_found;
            }
            // A merged issue answers under another id: that is not the one in doubt.
            if (found->id != about.issue || found->status == told) co_return true;
            auto now = delivery_of(about, *found);
            if (!now) co_return true;
            auto const done = co_await into.take(std::move(*now));
            moved = done && (done->outcome == outcome::opened || done->outcome == outcome::reopened ||
                             done->outcome == outcome::resolved);
            told = found->status;
        }
        co_return true;
    }

    async::task_group working;
    db::pool& pool;
    read_issue read;
    ingest& into;
    read_back_settings const settings;
    observe::metrics& metrics;
    bool is_working = false;
    bool was_woken = false;
    bool has_ended = false;
};

read_back::read_back(
    async::executor on,
    db::pool& pool,
    read_issue read,
    ingest& into,
    read_back_settings settings,
    observe::metrics& metrics
)
    : impl_(std::make_unique<impl>(std::move(on), pool, std::move(read), into, settings, metrics)) {}

read_back::~read_back() = default;

async::task<> read_back::settle_due() {
    return impl_->settle_due();
}

void read_back::wake() {
    if (!impl_->has_ended) impl_->working.spawn(impl_->settle_due());
}

async::task<bool> read_back::end(std::chrono::milliseconds limit) {
    impl_->has_ended = true;
    co_return co_await impl_->working.wait_all(limit);
}

void read_back::declare(observe::metrics& metrics) {
    metrics.declare_counter(
        "tocsin_read_backs_total",
        "Issues read from Sentry to settle a doubt, by result: settled, put_off, given_up."
    );
}

}  // namespace tocsin::incidents

#include <tocsin/base/text.hpp>
#include <tocsin/incidents/read_back.hpp>
#include <tocsin/json/writer.hpp>
#include <tocsin/observe/log.hpp>

#include <algorithm>
#include <utility>

namespace tocsin::incidents {

namespace {

constexpr std::size_t most_waiting = 1'000;

bool same(doubt const& one, doubt const& other) {
    return one.organization == other.organization && one.integration == other.integration &&
           one.about.kind == other.about.kind && one.about.id == other.about.id;
}

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

}  // namespace

read_back::read_back(async::executor on, integrations::issue_reader& issues, ingest& into)
    : working_(std::move(on)), issues_(issues), into_(into) {
    working_.on_error([](std::exception_ptr) { observe::log_warn("an issue could not be read back", {}); });
}

void read_back::settle(doubt which) {
    bool const is_known =
        std::any_of(waiting_.begin(), waiting_.end(), [&](doubt const& one) { return same(one, which); });
    if (has_ended_ || is_known || which.about.kind != source_kind::issue || waiting_.size() >= most_waiting)
        return;
    waiting_.push_back(std::move(which));
    if (!std::exchange(is_working_, true)) working_.spawn(work());
}

async::task<> read_back::work() {
    while (!waiting_.empty()) {
        auto const next = std::move(waiting_.front());
        waiting_.pop_front();
        try {
            co_await settle_one(next);
        } catch (std::exception const& e) {
            observe::log_warn("an issue could not be read back", {{"why", e.what()}});
        }
    }
    is_working_ = false;
}

async::task<> read_back::settle_one(doubt which) {
    auto const found = co_await issues_.find(which.organization, which.integration, which.about.id);
    if (!found || found->id != which.about.id || has_ended_) co_return;
    arrival now{
        .sentry_host = {},
        .own = verified_integration{which.organization, which.integration},
        .signing_key = "read_back",
        .request_id = {},
        .hook_timestamp = {},
        .body = body_of_issue(*found),
        .hook = {}
    };
    auto hook = sentry::decode_webhook(now.body, "issue");
    if (!hook) co_return;
    now.hook = std::move(*hook);
    co_await into_.take(std::move(now));
}

async::task<bool> read_back::end(std::chrono::milliseconds limit) {
    has_ended_ = true;
    waiting_.clear();
    co_return co_await working_.wait_all(limit);
}

}  // namespace tocsin::incidents

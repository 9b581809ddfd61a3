#pragma once

#include "ingest_fixture.hpp"

#include <tocsin/incidents/reconciler.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::incidents::test {

using namespace std::chrono_literals;

struct reconciler_fixture : ingest_fixture {
    reconciler_fixture() { reconciler::declare(metrics); }

    /// Reads issues as the members below say; `before_answer` runs first.
    std::unique_ptr<reconciler> make_reconciler(int max_tries = 12) {
        auto read =
            [this](organization_id, integration_id, std::string id) -> async::task<result<sentry::issue>> {
            ++reads;
            if (before_answer) co_await before_answer();
            if (failing) co_return error{errc::unavailable, "Sentry is away"};
            if (unknown) co_return error{errc::not_found, "Sentry does not know it"};
            sentry::issue issue;
            issue.id = merged_into.empty() ? id : merged_into;
            issue.short_id = merged_into.empty() ? "" : "SHOP-" + merged_into;
            issue.title = "Title";
            // The first answer was already on its way.
            issue.status = is_outdated && reads > 1 ? "unresolved" : status;
            issue.project = {"1", "checkout", "Checkout"};
            issue.last_seen = system_clock().now();
            issue.substatus = "new";
            co_return issue;
        };
        auto read_newest =
            [this](organization_id, integration_id, std::string) -> async::task<result<std::string>> {
            ++environment_reads;
            co_return environment;
        };
        // Longer than a test takes.
        return std::make_unique<reconciler>(
            loop.get_executor(),
            *pool,
            std::move(read),
            std::move(read_newest),
            *receiving,
            reconciler_settings{.backoff = {1h, 1h}, .lease = 1min, .max_tries = max_tries},
            metrics
        );
    }

    /// Runs all of them at once, until they end.
    void run_due(std::vector<reconciler*> reconcilers) {
        async::task_group tasks(loop.get_executor());
        for (auto* one : reconcilers) tasks.spawn(one->run_due());
        tasks.spawn(stop_after(tasks));
        loop.run();
    }

    /// Opens an incident, and submits a delivery whose action is unresolved and whose issue is resolved.
    void leave_in_doubt(std::string const& id) {
        auto opened = issue("created", id, "created " + id);
        auto contradiction = issue("unresolved", id, "contradiction " + id);
        std::get<sentry::issue>(contradiction.webhook.what).status = "resolved";
        submit({std::move(opened)});
        submit({std::move(contradiction)});
    }
    std::string requests() { return database.sql("select count(*) from tocsin.reconcile_requests"); }
    void make_due() { database.sql("update tocsin.reconcile_requests set due_at = now()"); }

    int reads = 0;
    bool failing = false;
    bool unknown = false;
    std::string merged_into;
    bool is_outdated = false;
    std::string status = "resolved";
    int environment_reads = 0;
    result<std::string> environment = std::string();
    std::function<async::task<>()> before_answer;
};

}  // namespace tocsin::incidents::test

#pragma once

#include "support/test_database.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/incidents/ingest.hpp>
#include <tocsin/observe/metrics.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::incidents::test {

inline constexpr auto organization = "01900000-0000-7000-8000-00000000000a";
inline constexpr auto integration = "01900000-0000-7000-8000-0000000000a1";
inline constexpr auto installation = "7a485448-a9e2-4c85-8a3c-4f44175783c9";

/// An organization whose integration maps one project, and ingest that writes into its database.
struct ingest_fixture {
    ingest_fixture() {
        auto const org = "'" + std::string(organization) + "'";
        auto const own = "'" + std::string(integration) + "'";
        auto const installed = "'" + std::string(installation) + "'";
        database.sql(
            "insert into tocsin.organizations (organization_id, slug, name) values (" + org +
            ", 'acme', 'Acme')"
        );
        database.sql(
            "insert into tocsin.services (organization_id, service_id, slug, name) values (" + org + ", " +
            org + ", 'checkout', 'Checkout')"
        );
        database.sql(
            "insert into tocsin.integrations (organization_id, integration_id, mode, sentry_host, status, "
            "status_reason, installation_id) values (" +
            org + ", " + own + ", 'public', 'sentry', 'connected', 'ok', " + installed + ")"
        );
        database.sql(
            "insert into tocsin.installation_owners (sentry_host, installation_id, organization_id, "
            "integration_id) values ('sentry', " +
            installed + ", " + org + ", " + own + ")"
        );
        database.sql(
            "insert into tocsin.mappings (organization_id, mapping_id, integration_id, sentry_project_slug, "
            "service_id) values (" +
            org + ", " + own + ", " + own + ", 'checkout', " + org + ")"
        );
        pool.emplace(database.pool_options("tocsin_ingest"));
        ingest::declare(metrics);
        taking.emplace(loop.get_executor(), *pool, rule_settings{}, system_clock(), metrics);
    }

    static arrival issue(std::string action, std::string id, std::string body, std::string title = "Title") {
        sentry::issue about;
        about.id = std::move(id);
        about.title = std::move(title);
        about.status = action == "resolved" ? "resolved" : "unresolved";
        about.project = {"1", "checkout", "Checkout"};
        about.last_seen = system_clock().now();
        arrival made;
        made.sentry_host = "sentry";
        made.signing_key = "current";
        made.body = std::move(body);
        made.hook.resource = sentry::resource::issue;
        made.hook.action = std::move(action);
        made.hook.installation = *uuid::parse(installation);
        made.hook.what = std::move(about);
        return made;
    }

    static arrival event(std::string const& issue, int n) {
        sentry::event_alert about;
        about.event_id = issue + " event " + std::to_string(n);
        about.issue_id = issue;
        about.title = "Title " + std::to_string(n);
        about.level = n % 3 == 0 ? "warning" : "error";
        about.environment = "environment " + std::to_string(n % 3);
        about.release = "1." + std::to_string(n);
        about.project = {"1", "checkout", "Checkout"};
        about.at = *parse_rfc3339("2026-03-02T10:00:00Z") + std::chrono::seconds(n);
        about.rule = "A rule";
        auto made = ingest_fixture::issue("created", issue, "event " + std::to_string(n));
        made.hook.resource = sentry::resource::event_alert;
        made.hook.action = "triggered";
        made.hook.what = std::move(about);
        return made;
    }

    /// All at once: those that come while the first is written share a transaction.
    std::vector<std::string> take(std::vector<arrival> all) {
        std::vector<std::string> outcomes(all.size());
        async::task_group tasks(loop.get_executor());
        for (std::size_t i = 0; i < all.size(); ++i) tasks.spawn(keep(std::move(all[i]), outcomes[i]));
        tasks.spawn(stop_after(tasks));
        loop.run();
        return outcomes;
    }
    async::task<> keep(arrival what, std::string& into) {
        auto const done = co_await taking->take(std::move(what));
        into = done ? std::string(to_string(done->outcome)) : "nobody's";
    }
    /// The pool's threads are no work of the loop's: it is kept at it until all have their answer.
    async::task<> stop_after(async::task_group& tasks) {
        while (tasks.size() > 1) co_await async::sleep_for(std::chrono::milliseconds(1));
        loop.stop();
    }

    tocsin::test::test_database database;
    async::io_loop loop;
    observe::metrics metrics;
    std::optional<db::pool> pool;
    std::optional<ingest> taking;
};

}  // namespace tocsin::incidents::test

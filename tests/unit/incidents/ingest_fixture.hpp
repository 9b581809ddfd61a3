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

/// An organization whose integration maps one project, and ingest into its database.
struct ingest_fixture {
    ingest_fixture() {
        auto const org = "'" + std::string(organization) + "'";
        auto const own = "'" + std::string(integration) + "'";
        auto const installed = "'" + std::string(installation) + "'";
        insert("organizations (organization_id, slug, name)", {org, "'acme'", "'Acme'"});
        insert("services (organization_id, service_id, slug, name)", {org, org, "'checkout'", "'Checkout'"});
        insert(
            "integrations (organization_id, integration_id, mode, sentry_host, status, status_reason, installation_id)",
            {org, own, "'public'", "'sentry'", "'connected'", "'ok'", installed}
        );
        insert(
            "installation_owners (sentry_host, installation_id, organization_id, integration_id)",
            {"'sentry'", installed, org, own}
        );
        insert(
            "mappings (organization_id, mapping_id, integration_id, sentry_project_slug, service_id)",
            {org, own, own, "'checkout'", org}
        );
        pool.emplace(database.pool_options("tocsin_ingest"));
        ingest::declare(metrics);
        receiving.emplace(loop.get_executor(), *pool, rule_settings{}, system_clock(), metrics);
    }

    void insert(std::string const& table_and_columns, std::vector<std::string> const& values) const {
        std::string list;
        for (auto const& value : values) list += (list.empty() ? "" : ", ") + value;
        database.sql("insert into tocsin." + table_and_columns + " values (" + list + ")");
    }

    static verified_delivery issue(
        std::string action, std::string id, std::string body, std::string title = "Title"
    ) {
        sentry::issue about;
        about.id = std::move(id);
        about.title = std::move(title);
        about.status = action == "resolved" ? "resolved" : "unresolved";
        about.project = {"1", "checkout", "Checkout"};
        about.last_seen = system_clock().now();
        verified_delivery delivery;
        delivery.sentry_host = "sentry";
        delivery.signing_key = "current";
        delivery.body = std::move(body);
        delivery.webhook.resource = sentry::resource::issue;
        delivery.webhook.action = std::move(action);
        delivery.webhook.installation = *uuid::parse(installation);
        delivery.webhook.what = std::move(about);
        return delivery;
    }

    static verified_delivery event(std::string const& issue, int n) {
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
        auto delivery = ingest_fixture::issue("created", issue, "event " + std::to_string(n));
        delivery.webhook.resource = sentry::resource::event_alert;
        delivery.webhook.action = "triggered";
        delivery.webhook.what = std::move(about);
        return delivery;
    }

    /// Submits all at once and returns their outcomes. Those that arrive while the first is written share a
    /// transaction.
    std::vector<std::string> submit(std::vector<verified_delivery> all) {
        std::vector<std::string> outcomes(all.size());
        async::task_group tasks(loop.get_executor());
        for (std::size_t i = 0; i < all.size(); ++i) tasks.spawn(submit_one(std::move(all[i]), outcomes[i]));
        tasks.spawn(stop_after(tasks));
        loop.run();
        return outcomes;
    }
    async::task<> submit_one(verified_delivery delivery, std::string& outcome) {
        auto const stored = co_await receiving->submit(std::move(delivery));
        outcome = stored ? std::string(to_string(stored->outcome)) : "no receiver";
    }
    /// Keeps the loop running while the pool's threads work, until all tasks have ended.
    async::task<> stop_after(async::task_group& tasks) {
        while (tasks.size() > 1) co_await async::sleep_for(std::chrono::milliseconds(1));
        loop.stop();
    }

    tocsin::test::test_database database;
    async::io_loop loop;
    observe::metrics metrics;
    std::optional<db::pool> pool;
    std::optional<ingest> receiving;
};

}  // namespace tocsin::incidents::test

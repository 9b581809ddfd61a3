// Where a delivery goes, by what the database knows about projects and services.
#include "ingest_fixture.hpp"

#include <tocsin/incidents/delivery_log.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace tocsin;
using namespace tocsin::incidents;

namespace {

struct fixture : incidents::test::ingest_fixture {
    static verified_delivery from_project(std::string const& issue_id, sentry::project_ref project) {
        auto delivery = issue("created", issue_id, "created " + issue_id + " of " + project.slug);
        std::get<sentry::issue>(delivery.webhook.what).project = std::move(project);
        return delivery;
    }
    static verified_delivery metric(std::string const& id, std::vector<std::string> projects) {
        sentry::metric_alert about;
        about.id = id;
        about.title = "Errors";
        about.projects = std::move(projects);
        auto delivery = issue("critical", id, "metric alert " + id);
        delivery.webhook.resource = sentry::resource::metric_alert;
        delivery.webhook.what = std::move(about);
        return delivery;
    }
    static verified_delivery comment(std::string const& issue_id, std::string slug) {
        auto delivery = issue("created", issue_id, "comment on " + issue_id);
        delivery.webhook.resource = sentry::resource::comment;
        delivery.webhook.what = sentry::comment{issue_id, std::move(slug), "a comment"};
        return delivery;
    }
    /// An alert of a project whose rule has Tocsin's action.
    static verified_delivery alert(
        std::string const& issue_id, std::string project_id, sentry::action_settings settings
    ) {
        auto delivery = event(issue_id, 1);
        delivery.body = "alert on " + issue_id;
        auto& about = std::get<sentry::event_alert>(delivery.webhook.what);
        about.project = {std::move(project_id), "", {}};
        about.settings = std::move(settings);
        return delivery;
    }
    std::string opening_text() const {
        return database.sql(
            "select coalesce(text, '') from tocsin.timeline where kind = 'opened' order by entry desc limit 1"
        );
    }
    std::string outcome_of(verified_delivery delivery) {
        std::vector<verified_delivery> one;
        one.push_back(std::move(delivery));
        return submit(std::move(one)).front();
    }
    std::string mapped_slug() const {
        return database.sql("select sentry_project_id || ' ' || sentry_project_slug from tocsin.mappings");
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(routing_by_project)

BOOST_FIXTURE_TEST_CASE(a_renamed_project_keeps_its_mapping_under_its_new_slug, fixture) {
    BOOST_TEST(outcome_of(from_project("1", {"1", "checkout", {}})) == "opened");
    BOOST_TEST(mapped_slug() == "1 checkout");
    BOOST_TEST(outcome_of(from_project("2", {"1", "payments", {}})) == "opened");
    BOOST_TEST(mapped_slug() == "1 payments");
    BOOST_TEST(outcome_of(metric("m1", {"payments"})) == "opened");
    BOOST_TEST(outcome_of(metric("m2", {"checkout"})) == "unmapped");
    BOOST_TEST(database.sql("select distinct project_id from tocsin.incidents") == "1");
}

BOOST_FIXTURE_TEST_CASE(a_project_that_takes_an_old_slug_has_no_mapping_by_it, fixture) {
    BOOST_TEST(outcome_of(from_project("1", {"1", "checkout", {}})) == "opened");
    // The first project was renamed, and has sent nothing since.
    BOOST_TEST(outcome_of(from_project("2", {"2", "checkout", {}})) == "unmapped");
    BOOST_TEST(outcome_of(metric("m1", {"checkout"})) == "unmapped");
    BOOST_TEST(database.sql("select project_id from tocsin.deliveries where source_id = 'm1'") == "2");
    // A late webhook of the first one says that the slug is its own.
    BOOST_TEST(outcome_of(from_project("3", {"1", "checkout", {}})) == "opened");
    BOOST_TEST(outcome_of(metric("m2", {"checkout"})) == "opened");
}

/// Two projects are renamed again and again; the second one is not mapped. Their webhooks arrive in any
/// order.
BOOST_FIXTURE_TEST_CASE(webhooks_of_renamed_projects_go_by_their_ids_in_any_order, fixture) {
    std::mt19937 random(41);
    outcome_of(from_project("first", {"1", "checkout", {}}));
    for (int round = 0; round < 20; ++round) {
        std::vector<verified_delivery> all;
        std::vector<std::string> expected;
        for (int n = 0; n < 20; ++n) {
            auto const id = std::to_string(1 + random() % 2);
            auto const name = std::to_string(round) + "-" + std::to_string(n);
            // A slug of its own, or the one that the mapping was entered with.
            auto const slug = random() % 3 == 0 ? std::string("checkout") : "project-" + name;
            all.push_back(from_project(name, {id, slug, {}}));
        }
        std::shuffle(all.begin(), all.end(), random);
        for (auto const& each : all)
            expected.emplace_back(
                std::get<sentry::issue>(each.webhook.what).project.id == "1" ? "opened" : "unmapped"
            );
        // At once, so that several share a batch.
        BOOST_TEST(submit(std::move(all)) == expected, boost::test_tools::per_element());
    }
    BOOST_TEST(database.sql("select string_agg(distinct project_id, ' ') from tocsin.incidents") == "1");
}

BOOST_FIXTURE_TEST_CASE(deliveries_of_one_batch_use_its_new_slugs, fixture) {
    auto const outcomes = submit(
        {from_project("0", {"1", "checkout", {}}),
         metric("m1", {"payments"}),
         from_project("1", {"1", "payments", {}}),
         from_project("2", {"2", "checkout", {}}),
         metric("m2", {"checkout"})}
    );
    std::vector<std::string> const expected{"opened", "opened", "opened", "unmapped", "unmapped"};
    BOOST_TEST(outcomes == expected, boost::test_tools::per_element());
    BOOST_TEST(mapped_slug() == "1 payments");
    BOOST_TEST(
        database.sql(
            "select string_agg(project_id || ' ' || slug, ', ' order by project_id) from tocsin.sentry_projects"
        ) == "1 payments, 2 checkout"
    );
}

BOOST_FIXTURE_TEST_CASE(the_last_slug_of_a_batch_counts, fixture) {
    submit(
        {from_project("0", {"1", "checkout", {}}),
         from_project("1", {"1", "payments", {}}),
         from_project("2", {"1", "billing", {}}),
         from_project("3", {"1", "checkout", {}})}
    );
    BOOST_TEST(mapped_slug() == "1 checkout");
    submit(
        {from_project("4", {"1", "checkout", {}}),
         from_project("5", {"1", "checkout", {}}),
         from_project("6", {"1", "payments", {}})}
    );
    BOOST_TEST(mapped_slug() == "1 payments");
}

BOOST_FIXTURE_TEST_CASE(a_comment_names_its_project_by_slug, fixture) {
    outcome_of(from_project("1", {"1", "checkout", {}}));
    database.sql("update tocsin.mappings set active = false");
    BOOST_TEST(outcome_of(comment("2", "checkout")) == "inactive");
    BOOST_TEST(database.sql("select project_id from tocsin.deliveries where resource = 'comment'") == "1");
}

BOOST_FIXTURE_TEST_CASE(a_replayed_webhook_takes_no_slug_back, fixture) {
    outcome_of(from_project("1", {"1", "payments", {}}));
    auto stored = from_project("2", {"1", "checkout", {}});
    stored.signing_key = "replay";
    outcome_of(std::move(stored));
    BOOST_TEST(database.sql("select slug from tocsin.sentry_projects") == "payments");
}

BOOST_FIXTURE_TEST_CASE(slugs_are_those_of_one_integration, fixture) {
    auto const org = "'" + std::string(incidents::test::organization) + "'";
    insert(
        "integrations (organization_id, integration_id, mode, sentry_host, status, status_reason)",
        {org, org, "'internal'", "'sentry'", "'connected'", "'ok'"}
    );
    insert(
        "sentry_projects (organization_id, integration_id, project_id, slug, slug_seen_at)",
        {org, org, "'9'", "'checkout'", "now() + interval '1 hour'"}
    );
    outcome_of(from_project("1", {"1", "checkout", {}}));
    BOOST_TEST(outcome_of(metric("m1", {"checkout"})) == "opened");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(routing_by_service)

BOOST_FIXTURE_TEST_CASE(a_service_is_named_by_id_or_slug_or_a_slug_that_it_had, fixture) {
    database.sql("update tocsin.services set slug = 'cart'");
    std::string const id = incidents::test::organization;  // of the service, too
    int n = 0;
    for (auto const& name : {std::string("cart"), std::string("checkout"), id, " " + id + " "}) {
        BOOST_TEST(
            outcome_of(alert("by name " + std::to_string(++n), "9", {{"service", name}})) == "opened", name
        );
        BOOST_TEST(opening_text().find("does not exist") == std::string::npos);
    }
    BOOST_TEST(
        database.sql("select rule from tocsin.deliveries limit 1") ==
        "alert rule A rule fired (the alert rule's action for service cart)"
    );
}

BOOST_FIXTURE_TEST_CASE(a_slug_that_another_service_took_is_its_own, fixture) {
    database.sql("update tocsin.services set slug = 'cart'");
    auto const org = "'" + std::string(incidents::test::organization) + "'";
    auto const other = "'" + std::string(incidents::test::integration) + "'";
    insert("services (organization_id, service_id, slug, name)", {org, other, "'checkout'", "'New'"});
    outcome_of(alert("1", "9", {{"service", "checkout"}}));
    BOOST_TEST(database.sql("select service_id from tocsin.incidents") == incidents::test::integration);
}

BOOST_FIXTURE_TEST_CASE(a_paused_mapping_opens_nothing_whatever_names_it, fixture) {
    outcome_of(from_project("0", {"1", "checkout", {}}));
    database.sql("update tocsin.mappings set active = false");
    BOOST_TEST(outcome_of(alert("1", "1", {{"service", "checkout"}})) == "inactive");
    BOOST_TEST(outcome_of(alert("2", "1", {{"service", "gone"}})) == "inactive");
    BOOST_TEST(outcome_of(alert("3", "9", {{"service", "checkout"}})) == "opened", "of another project");
    auto of_service = metric("m1", {"checkout"});
    std::get<sentry::metric_alert>(of_service.webhook.what).actions = {
        {"critical", std::nullopt, "5", {{"service", "checkout"}}}
    };
    auto const named_by_action = outcome_of(std::move(of_service));
    BOOST_TEST(named_by_action == "inactive");
    BOOST_TEST(outcome_of(issue("resolved", "0", "resolved")) == "resolved");
}

BOOST_FIXTURE_TEST_CASE(the_settings_of_an_activity_alert_count, fixture) {
    auto const activity =
        [](std::string const& issue_id, std::string project_id, sentry::action_settings settings) {
            auto delivery = issue("triggered", issue_id, "activity of " + issue_id);
            sentry::activity_alert about;
            about.issue = std::get<sentry::issue>(delivery.webhook.what);
            about.issue.project = {std::move(project_id), "", {}};
            about.type = "status_regression";
            about.settings = std::move(settings);
            delivery.webhook.resource = sentry::resource::activity_alert;
            delivery.webhook.what = std::move(about);
            return delivery;
        };
    BOOST_TEST(outcome_of(from_project("0", {"1", "checkout", {}})) == "opened");
    BOOST_TEST(
        outcome_of(activity("1", "9", {{"service", "checkout"}, {"severity", "critical"}})) == "opened",
        "unmapped"
    );
    BOOST_TEST(outcome_of(activity("2", "1", {{"severity", "critical"}})) == "opened", "mapped");
    BOOST_TEST(outcome_of(activity("3", "1", {{"open", "false"}})) == "ignored");
    BOOST_TEST(outcome_of(activity("4", "1", {{"environments", "production"}})) == "filtered");
    BOOST_TEST(outcome_of(activity("5", "9", {{"service", "gone"}})) == "unmapped");
    BOOST_TEST(
        database.sql(
            "select string_agg(source_id || ' ' || severity, ', ' order by number) from tocsin.incidents where source_id <> '0'"
        ) == "1 critical, 2 critical"
    );
}

BOOST_FIXTURE_TEST_CASE(the_app_of_an_integration_recognizes_its_actions_in_metric_alerts, fixture) {
    auto const two_apps = [](std::string const& id) {
        auto delivery = metric(id, {"nowhere"});
        auto& about = std::get<sentry::metric_alert>(delivery.webhook.what);
        about.actions = {
            {"warning", std::nullopt, "4", {{"service", "gone"}}},
            {"warning", std::nullopt, "5", {{"service", "checkout"}}}
        };
        return delivery;
    };
    BOOST_TEST(outcome_of(two_apps("1")) == "unmapped", "the app is unknown");
    auto with_app = alert("2", "9", {});
    with_app.webhook.app_id = "5";
    std::vector<verified_delivery> batch;
    batch.push_back(issue("created", "0", "written alone"));
    batch.push_back(std::move(with_app));
    batch.push_back(two_apps("3"));
    auto const outcomes = submit(std::move(batch));
    BOOST_TEST(outcomes.back() == "opened", "in the same batch");
    BOOST_TEST(database.sql("select sentry_app_id from tocsin.integrations") == "5");
    BOOST_TEST(outcome_of(two_apps("4")) == "opened");
}

BOOST_FIXTURE_TEST_CASE(the_mapping_decides_where_the_action_names_no_service_of_today, fixture) {
    BOOST_TEST(outcome_of(from_project("1", {"1", "checkout", {}})) == "opened");
    BOOST_TEST(
        outcome_of(alert("2", "1", {{"service", "gone"}, {"severity", "warning"}, {"notes", "call"}})) ==
        "opened"
    );
    BOOST_TEST(opening_text().ends_with(
        "\nthe alert rule's action names the service gone, which does not exist or is archived\ncall"
    ));
    BOOST_TEST(database.sql("select severity from tocsin.incidents where source_id = '2'") == "warning");
    BOOST_TEST(database.sql("select count(requested_service) from tocsin.deliveries") == "0");
}

BOOST_FIXTURE_TEST_CASE(without_a_mapping_the_delivery_is_held_under_the_name_that_was_requested, fixture) {
    database.sql("update tocsin.services set slug = 'cart', archived_at = now()");
    std::string const id = incidents::test::organization;
    int n = 0;
    for (auto const& name : {std::string("gone"), std::string("cart"), std::string("checkout"), id}) {
        BOOST_TEST(outcome_of(alert(std::to_string(++n), "9", {{"service", name}})) == "unmapped", name);
        BOOST_TEST(
            database.sql("select requested_service from tocsin.deliveries order by received_at desc limit 1"
            ) == name
        );
    }
    BOOST_TEST(outcome_of(alert("6", "9", {})) == "unmapped");
    db::pool reading(database.pool_options("tocsin_gateway"));
    delivery_log log(reading);
    std::vector<std::string> names;
    auto const list = [&]() -> async::task<> {
        for (auto const& each : co_await log.unmapped(*organization_id::parse(incidents::test::organization)))
            names.push_back(each.requested_service.value_or("none"));
    };
    async::run_to_end(list());
    std::vector<std::string> const expected{"none", id, "checkout", "cart", "gone"};
    BOOST_TEST(names == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

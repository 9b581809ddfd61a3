// Where a delivery goes, by what the database knows about projects and services.
#include "ingest_fixture.hpp"

#include <boost/test/unit_test.hpp>

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

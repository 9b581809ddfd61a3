#include "store_fixture.hpp"

#include <tocsin/crypto/random.hpp>
#include <tocsin/identity/service_catalog.hpp>

#include <boost/test/unit_test.hpp>

using namespace tocsin;
using identity::service;
using test::run;

BOOST_AUTO_TEST_SUITE(services)

namespace {

struct fixture : test::store_fixture {
    identity::service_catalog catalog{gateway};

    service create(std::string slug) {
        return run(catalog.create(acme, {std::move(slug), "A name", "What it does"})).value();
    }

    /// Every service, page by page.
    std::vector<std::string> slugs(std::int64_t page) {
        std::vector<std::string> all;
        std::optional<identity::service_key> after;
        while (true) {
            auto const items = run(catalog.list(acme, after, page));
            for (auto const& each : items) all.push_back(each.slug);
            if (items.size() < static_cast<std::size_t>(page)) return all;
            after = identity::service_key{items.back().slug, items.back().id};
        }
    }

    void map(service_id to) {
        auto const integration = crypto::uuid_v4().str();
        database.sql(
            "insert into tocsin.integrations (organization_id, integration_id, mode, sentry_host, status, status_reason) values ('" +
            acme.str() + "', '" + integration +
            "', 'public', 'https://sentry.example.com', 'connected', 'ok')"
        );
        database.sql(
            "insert into tocsin.mappings (organization_id, mapping_id, integration_id, sentry_project_slug, service_id) values ('" +
            acme.str() + "', '" + crypto::uuid_v4().str() + "', '" + integration + "', 'fake', '" + to.str() +
            "')"
        );
    }
};

template <class T>
errc code_of(result<T> const& outcome) {
    BOOST_TEST_REQUIRE(!outcome.has_value());
    return outcome.error().code;
}

service_id unknown() {
    return service_id{crypto::uuid_v4()};
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(create_find_and_change, fixture) {
    auto const first = create("checkout");
    BOOST_TEST(first.slug == "checkout");
    BOOST_TEST(first.description == "What it does");
    BOOST_TEST(!first.archived_at.has_value());
    BOOST_TEST(run(catalog.find(acme, first.id)).value().name == "A name");

    auto const changed = run(catalog.change(acme, first.id, {{}, "Another name", {}})).value();
    BOOST_TEST(changed.slug == "checkout");
    BOOST_TEST(changed.name == "Another name");
    BOOST_TEST(changed.description == "What it does");
    BOOST_TEST((code_of(run(catalog.find(acme, unknown()))) == errc::not_found));
    BOOST_TEST((code_of(run(catalog.change(acme, unknown(), {{}, "A name", {}}))) == errc::not_found));
}

BOOST_FIXTURE_TEST_CASE(slugs_are_unique_among_active_services, fixture) {
    auto const first = create("checkout");
    auto const second = create("search");
    BOOST_TEST((code_of(run(catalog.create(acme, {"checkout", "A name", ""}))) == errc::conflict));
    BOOST_TEST((code_of(run(catalog.change(acme, second.id, {"checkout", {}, {}}))) == errc::conflict));
    run(catalog.archive(acme, first.id)).value();
    BOOST_TEST(run(catalog.create(acme, {"checkout", "A name", ""})).has_value());
}

BOOST_FIXTURE_TEST_CASE(pages_contain_every_service_once_and_in_order, fixture) {
    for (auto const* slug : {"d", "b", "a", "c"}) create(slug);
    for (int i = 0; i < 3; ++i) run(catalog.archive(acme, create("b2").id)).value();
    std::vector<std::string> const expected = {"a", "b", "b2", "b2", "b2", "c", "d"};
    for (std::int64_t const page : {1, 2, 3, 7, 50})
        BOOST_TEST(slugs(page) == expected, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(archiving, fixture) {
    auto const mapped = create("checkout");
    auto const other = create("search");
    map(mapped.id);
    BOOST_TEST((code_of(run(catalog.archive(acme, mapped.id))) == errc::in_use));
    database.sql("delete from tocsin.mappings");
    BOOST_TEST(run(catalog.archive(acme, mapped.id)).has_value());
    auto const at = run(catalog.find(acme, mapped.id)).value().archived_at;
    BOOST_TEST_REQUIRE(at.has_value());
    BOOST_TEST(run(catalog.archive(acme, mapped.id)).has_value());
    BOOST_TEST((run(catalog.find(acme, mapped.id)).value().archived_at == at));
    BOOST_TEST((code_of(run(catalog.change(acme, mapped.id, {{}, "A name", {}}))) == errc::conflict));
    BOOST_TEST((code_of(run(catalog.archive(acme, unknown()))) == errc::not_found));
    BOOST_TEST(!run(catalog.find(acme, other.id)).value().archived_at.has_value());
}

BOOST_FIXTURE_TEST_CASE(organizations_cannot_see_each_others_services, fixture) {
    auto const beta = run(admin.create_organization("beta", "Beta", std::nullopt)).value().id;
    auto const ours = create("checkout");
    BOOST_TEST(run(catalog.list(beta, {}, 50)).empty());
    BOOST_TEST((code_of(run(catalog.find(beta, ours.id))) == errc::not_found));
    BOOST_TEST((code_of(run(catalog.change(beta, ours.id, {{}, "Theirs", {}}))) == errc::not_found));
    BOOST_TEST((code_of(run(catalog.archive(beta, ours.id))) == errc::not_found));
    BOOST_TEST(run(catalog.create(beta, {"checkout", "Theirs", ""})).has_value());
    BOOST_TEST(run(catalog.find(acme, ours.id)).value().name == "A name");
}

BOOST_AUTO_TEST_SUITE_END()

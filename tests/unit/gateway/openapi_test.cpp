#include "gateway/openapi.hpp"

#include "gateway/account_api.hpp"
#include "gateway/audit_api.hpp"
#include "gateway/credentials.hpp"
#include "gateway/deliveries_api.hpp"
#include "gateway/events_api.hpp"
#include "gateway/incidents_api.hpp"
#include "gateway/integrations_api.hpp"
#include "gateway/invitations_api.hpp"
#include "gateway/mappings_api.hpp"
#include "gateway/members_api.hpp"
#include "gateway/services_api.hpp"
#include "gateway/session_api.hpp"
#include "gateway/tokens_api.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/crypto/vault.hpp>
#include <tocsin/json/document.hpp>
#include <tocsin/sentry/client.hpp>

#include <boost/test/unit_test.hpp>

#include <iterator>
#include <set>
#include <string>

using namespace tocsin;
using namespace tocsin::gateway;

BOOST_AUTO_TEST_SUITE(openapi)

namespace {

/// What the document says about permissions, in the words of `x-permission`.
std::string_view documented(identity::permission of) {
    switch (of) {
        case identity::permission::anyone:
            return "public";
        case identity::permission::authenticated:
            return "authenticated";
        case identity::permission::view:
            return "viewer";
        case identity::permission::respond:
            return "responder";
        case identity::permission::administer:
            return "admin";
        case identity::permission::own:
            return "owner";
    }
    return "";
}

json::document read_document() {
    json::limits wide;
    wide.depth = 64;
    wide.nodes = 500'000;
    return json::parse(openapi_document(), json::root::object, wide).value();
}

/// The pools connect only when they are asked, and nobody asks.
db::pool_options nowhere() {
    db::pool_options made;
    made.url = secret("postgresql://127.0.0.1:1/none");
    made.connections = 1;
    return made;
}

/// Every endpoint of the API, on nothing.
struct every_endpoint {
    async::io_loop loop;
    observe::metrics metrics;
    db::pool pool{nowhere()};
    crypto::vault vault{
        crypto::parse_vault_keys(secret("fake:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")).value()
    };
    sentry::client sentry{
        loop.get_executor(),
        {config::parse_base_url("https://sentry.example.com").value(), std::chrono::seconds(1), {}, "fake"},
        system_clock()
    };
    identity::password_worker hashing{1, 1};
    identity::accounts accounts{pool, hashing, {std::chrono::hours(1), std::chrono::hours(1)}};
    identity::service_catalog catalog{pool};
    identity::own_account own{pool, hashing, accounts.limits()};
    identity::members members{pool};
    identity::invitations invitations{pool, accounts, hashing};
    identity::api_tokens tokens{pool};
    identity::audit_log audit{pool};
    integrations::integration_store store{pool};
    integrations::refresher refresher{pool, sentry, {}, vault, {}, system_clock(), metrics};
    integrations::connect connect{
        loop.get_executor(), pool, sentry, {}, vault, {}, system_clock(), refresher
    };
    integrations::mappings mappings{pool, sentry, vault, refresher};
    integrations::checker checker{pool, sentry, vault};
    incidents::incident_service incident_service{pool, metrics};
    incidents::delivery_log deliveries{pool};
    incidents::replay replay{pool, pool, {}, system_clock()};
    change_feed changes;

    endpoints rows() {
        auto const url = config::parse_base_url("https://tocsin.example.com").value();
        endpoints all;
        for (auto& part : {
                 session_endpoints(accounts, session_cookie(session_cookie::kind::plain)),
                 account_endpoints(own, session_cookie(session_cookie::kind::plain)),
                 member_endpoints(members),
                 invitation_endpoints(
                     invitations, accounts, session_cookie(session_cookie::kind::plain), url, nullptr
                 ),
                 token_endpoints(tokens),
                 audit_endpoints(audit),
                 service_endpoints(catalog),
                 integration_endpoints({store, connect, checker, refresher, url, url}),
                 mapping_endpoints(mappings),
                 incident_endpoints(incident_service),
                 delivery_endpoints(deliveries, replay),
                 event_endpoints(changes, accounts, session_cookie(session_cookie::kind::plain)),
             })
            all.insert(all.end(), part.begin(), part.end());
        return all;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(every_endpoint_is_documented_with_its_permission, every_endpoint) {
    auto const document = read_document();
    auto const paths = document.root().find("paths").value();
    for (auto const& row : rows()) {
        auto const method = to_lower(http::to_string(row.method));
        BOOST_TEST_CONTEXT(method << " " << row.pattern) {
            auto const operation = paths.at({row.pattern, method});
            BOOST_TEST(operation.has_value());
            if (operation)
                BOOST_TEST(
                    operation->find("x-permission")->as_string().value() == documented(row.permission)
                );
        }
    }
}

BOOST_FIXTURE_TEST_CASE(everything_documented_exists, every_endpoint) {
    std::set<std::string> served = {"get /livez", "get /readyz", "get /version", "get /api/openapi.json"};
    for (auto const& row : rows()) served.insert(to_lower(http::to_string(row.method)) + " " + row.pattern);
    auto const document = read_document();
    auto const paths = document.root().find("paths").value();
    std::set<std::string, std::less<>> const methods = {"get", "post", "put", "patch", "delete"};
    for (std::size_t p = 0; p < paths.size(); ++p) {
        auto const operations = paths.element(p);
        for (std::size_t o = 0; o < operations.size(); ++o) {
            if (!methods.contains(operations.key(o))) continue;
            auto const name = std::string(operations.key(o)) + " " + std::string(paths.key(p));
            BOOST_TEST(served.contains(name), name << " is documented, but not served");
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

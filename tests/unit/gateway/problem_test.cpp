#include "gateway/problem.hpp"

#include <tocsin/db/errors.hpp>
#include <tocsin/json/document.hpp>

#include <boost/test/unit_test.hpp>

#include <new>
#include <stdexcept>
#include <string>

using namespace tocsin;
using namespace tocsin::gateway;

BOOST_AUTO_TEST_SUITE(problems)

namespace {

std::string member(http::response const& answer, std::string_view name) {
    auto const body = json::parse(answer.body);
    auto const found = body.value().root().find(name).value();
    return std::string(found.as_string() ? *found.as_string() : found.as_number_text().value_or(""));
}

template <class E>
http::response response_to(E thrown) {
    http::request request;
    request.id = "0123456789abcdef0123456789abcdef";
    return problem_of_exception(std::make_exception_ptr(std::move(thrown)), request);
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_code_has_its_status) {
    struct {
        errc code;
        int status;
    } const table[] = {
        {errc::invalid, 400},
        {errc::unauthenticated, 401},
        {errc::forbidden, 403},
        {errc::not_found, 404},
        {errc::conflict, 409},
        {errc::already_claimed, 409},
        {errc::mode_not_configured, 409},
        {errc::other_organization, 409},
        {errc::illegal_transition, 409},
        {errc::in_use, 409},
        {errc::sentry_refused, 422},
        {errc::rate_limited, 429},
        {errc::unavailable, 503},
        {errc::internal, 500},
    };
    for (auto const& row : table) {
        BOOST_TEST_CONTEXT(to_string(row.code)) {
            auto const answer = problem_response({row.code, "what happened and how to fix it"});
            BOOST_TEST(answer.status == row.status);
            BOOST_TEST(answer.headers.find("Content-Type").value() == "application/problem+json");
            BOOST_TEST(member(answer, "code") == to_string(row.code));
            BOOST_TEST(member(answer, "status") == std::to_string(row.status));
            BOOST_TEST(member(answer, "title") == http::reason_phrase(row.status));
            BOOST_TEST(member(answer, "detail") == "what happened and how to fix it");
            BOOST_TEST(member(answer, "type") == "about:blank");
            BOOST_TEST(
                answer.headers.count("Retry-After") == (row.status == 429 || row.status == 503 ? 1U : 0U)
            );
            BOOST_TEST(answer.headers.count("WWW-Authenticate") == (row.status == 401 ? 1U : 0U));
        }
    }
}

BOOST_AUTO_TEST_CASE(wrong_fields_are_listed) {
    auto const answer = problem_response(
        {errc::invalid, "Two things.", {{"slug", "is \"odd\""}, {"items[1].name", "is missing"}}}
    );
    auto const body = json::parse(answer.body);
    auto const errors = body.value().root().find("errors").value();
    BOOST_TEST_REQUIRE(errors.size() == 2U);
    BOOST_TEST(errors.element(0).find("message")->as_string().value() == "is \"odd\"");
    BOOST_TEST(errors.element(1).find("path")->as_string().value() == "items[1].name");
    auto const plain = problem_response({errc::not_found, "No."});
    BOOST_TEST(!json::parse(plain.body).value().root().find("errors").has_value());
}

BOOST_AUTO_TEST_CASE(refusals_of_the_http_server_have_codes) {
    struct {
        int status;
        char const* code;
    } const table[] = {
        {400, "invalid"},
        {401, "unauthenticated"},
        {403, "forbidden"},
        {404, "not_found"},
        {405, "method_not_allowed"},
        {408, "request_timeout"},
        {411, "length_required"},
        {413, "payload_too_large"},
        {414, "uri_too_long"},
        {415, "unsupported_media_type"},
        {417, "expectation_failed"},
        {421, "misdirected_request"},
        {431, "request_header_fields_too_large"},
        {500, "internal"},
        {501, "not_implemented"},
        {503, "unavailable"},
        {505, "http_version_not_supported"},
    };
    for (auto const& row : table)
        BOOST_TEST(member(problem_of_status(row.status, "why"), "code") == row.code);
    BOOST_TEST(member(problem_of_status(404, ""), "detail") == "Not Found");
}

BOOST_AUTO_TEST_CASE(exceptions_reveal_only_the_id_of_the_request) {
    for (auto const& answer : {
             response_to(std::runtime_error("password=fake-secret")),
             response_to(db::statement_error("select fake-secret", "42601")),
             response_to(db::constraint_violation("fake-secret", "some_key")),
         }) {
        BOOST_TEST(answer.status == 500);
        BOOST_TEST(member(answer, "code") == "internal");
        BOOST_TEST(answer.body.find("fake-secret") == std::string::npos);
        BOOST_TEST(answer.body.find("0123456789abcdef0123456789abcdef") != std::string::npos);
    }
    auto const unknown = response_to(42);
    BOOST_TEST(unknown.status == 500);
}

BOOST_AUTO_TEST_CASE(temporary_failures_are_503) {
    for (auto const& answer : {
             response_to(db::unavailable("host fake-host")),
             response_to(db::in_doubt("host fake-host")),
             response_to(std::bad_alloc()),
         }) {
        BOOST_TEST(answer.status == 503);
        BOOST_TEST(member(answer, "code") == "unavailable");
        BOOST_TEST(answer.headers.find("Retry-After").value() == "1");
        BOOST_TEST(answer.body.find("fake-host") == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(an_expected_failure_keeps_its_meaning) {
    auto const answer = response_to(failure({errc::in_use, "A mapping points at it."}));
    BOOST_TEST(answer.status == 409);
    BOOST_TEST(member(answer, "code") == "in_use");
}

BOOST_AUTO_TEST_SUITE_END()

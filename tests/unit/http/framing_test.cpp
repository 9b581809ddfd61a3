#include "framing.hpp"

#include "admission.hpp"
#include "framing_cases.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

namespace {

using namespace tocsin::http;

/// The status for bytes that arrive in pieces of `step`.
int status_of(std::string_view bytes, std::size_t step) {
    std::size_t scanned = 0;
    for (std::size_t here = std::min(step, bytes.size());; here = std::min(here + step, bytes.size())) {
        auto const end = find_head_end(bytes.substr(0, here), scanned, request_limits);
        if (!end) return end.error().status;
        if (*end > 0) {
            auto const head = parse_request_head(bytes.substr(0, *end));
            if (!head) return head.error().status;
            auto const cause = check_coding(nullptr, *head);
            return cause ? cause->status : 200;
        }
        if (here == bytes.size()) return 0;
    }
}

request_head parsed(std::string_view section) {
    auto head = parse_request_head(section);
    BOOST_REQUIRE(head.has_value());
    return *head;
}

int response_status(std::string_view section, response_to request = response_to::other) {
    auto const head = parse_response_head(section, request);
    return head ? head->status : -1;
}

body_framing framing_of(std::string_view section, response_to request = response_to::other) {
    auto const head = parse_response_head(section, request);
    BOOST_REQUIRE(head.has_value());
    return head->framing;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(framing)

BOOST_AUTO_TEST_CASE(every_case_in_pieces_of_every_size) {
    for (auto const& c : tocsin::tests::framing_cases()) {
        BOOST_TEST_CONTEXT(c.name) {
            BOOST_TEST(status_of(c.bytes, c.bytes.size()) == c.status);
            BOOST_TEST(status_of(c.bytes, 1) == c.status);
            BOOST_TEST(status_of(c.bytes, 7) == c.status);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_head_ends_before_the_body_and_the_next_request) {
    std::string const bytes = "GET / HTTP/1.1\r\nHost: a\r\n\r\n\r\n\r\nGET";
    std::size_t scanned = 0;
    BOOST_TEST(*find_head_end(bytes, scanned, request_limits) == 27U);
}

BOOST_AUTO_TEST_CASE(any_byte_may_follow_the_head) {
    using namespace std::string_literals;
    std::string const bytes = "GET / HTTP/1.1\r\nHost: a\r\n\r\n\0\n\x1f\x8b"s;
    std::size_t scanned = 0;
    BOOST_TEST(*find_head_end(bytes, scanned, request_limits) == 27U);
}

BOOST_AUTO_TEST_CASE(a_section_of_exactly_the_limit_is_accepted) {
    std::string section = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
    section += std::string(request_limits.bytes - section.size() - 4, 'b') + "\r\n\r\n";
    std::size_t scanned = 0;
    BOOST_TEST(*find_head_end(section, scanned, request_limits) == request_limits.bytes);
    section.insert(section.size() - 4, "b");
    scanned = 0;
    BOOST_TEST(find_head_end(section, scanned, request_limits).error().status == 431);
}

BOOST_AUTO_TEST_CASE(a_target_of_exactly_the_limit_is_accepted) {
    auto const line = "GET /" + std::string(request_limits.target - 1, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n";
    BOOST_TEST(parsed(line).path.size() == request_limits.target);
}

BOOST_AUTO_TEST_CASE(the_parts_of_a_request_head) {
    auto const head = parsed(
        "POST /a/b?c=d&e HTTP/1.1\r\nHost: Example.org:8080\r\nContent-Length: 17\r\nX-Empty:\r\n"
        "Connection: keep-alive, Close\r\nExpect: 100-Continue\r\n\r\n"
    );
    BOOST_TEST(head.method == "POST");
    BOOST_TEST(head.target == "/a/b?c=d&e");
    BOOST_TEST(head.path == "/a/b");
    BOOST_TEST(head.query == "c=d&e");
    BOOST_TEST(head.minor_version == 1U);
    BOOST_TEST(head.host == "Example.org");
    BOOST_TEST(head.content_length.value() == 17U);
    BOOST_TEST(head.wants_close);
    BOOST_TEST(head.expects_continue);
    BOOST_TEST(head.fields.size() == 5U);
    BOOST_TEST(head.fields[2].name == "X-Empty");
    BOOST_TEST(head.fields[2].value.empty());
}

BOOST_AUTO_TEST_CASE(http_1_0_closes_and_ignores_expect) {
    auto const head = parsed(
        "POST / HTTP/1.0\r\nHost: [::1]:80\r\nConnection: keep-alive\r\nExpect: "
        "100-continue\r\nContent-Length: 1\r\n\r\n"
    );
    BOOST_TEST(head.wants_close);
    BOOST_TEST(!head.expects_continue);
    BOOST_TEST(head.host == "[::1]");
}

BOOST_AUTO_TEST_CASE(the_largest_length) {
    auto const head = parsed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999999999999\r\n\r\n");
    BOOST_TEST(head.content_length.value() == 9'999'999'999'999'999'999U);
}

BOOST_AUTO_TEST_CASE(accepted_responses) {
    BOOST_TEST(response_status("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n") == 200);
    BOOST_TEST(response_status("HTTP/1.1 200\r\nContent-Length: 5\r\n\r\n") == 200);
    BOOST_TEST(response_status("HTTP/1.1 404 Nicht gefunden \xFC\r\n\r\n") == 404);
    BOOST_TEST(response_status("HTTP/1.0 503 \r\n\r\n") == 503);
    BOOST_TEST(response_status("HTTP/1.1 100 Continue\r\n\r\n") == 100);
}

BOOST_AUTO_TEST_CASE(refused_responses) {
    for (std::string_view const section : {
             "HTTP/1.1 101 Switching Protocols\r\n\r\n",
             "HTTP/1.1 99 Low\r\n\r\n",
             "HTTP/1.1 600 High\r\n\r\n",
             "HTTP/1.1 2000 OK\r\n\r\n",
             "HTTP/1.1 +20 OK\r\n\r\n",
             "HTTP/1.1  200 OK\r\n\r\n",
             "HTTP/2 200 OK\r\n\r\n",
             "HTTP/1.2 200 OK\r\n\r\n",
             "ICY 200 OK\r\n\r\n",
             "200 OK\r\n\r\n",
             "HTTP/1.1 200 O\x01K\r\n\r\n",
             "HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\n\r\n",
             "HTTP/1.1 200 OK\r\nX-A : b\r\n\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: 05\r\n\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, identity\r\n\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: \"chunked\"\r\n\r\n",
             "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
         }) {
        BOOST_TEST_CONTEXT(section) {
            BOOST_TEST(response_status(section) == -1);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_body_framing_of_responses) {
    BOOST_CHECK(framing_of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n") == body_framing::length);
    BOOST_CHECK(framing_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n") == body_framing::chunked);
    BOOST_CHECK(framing_of("HTTP/1.1 200 OK\r\n\r\n") == body_framing::until_close);
    BOOST_CHECK(framing_of("HTTP/1.1 204 No Content\r\n\r\n") == body_framing::none);
    BOOST_CHECK(framing_of("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n") == body_framing::none);
    BOOST_CHECK(
        framing_of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", response_to::head) == body_framing::none
    );
}

BOOST_AUTO_TEST_SUITE_END()

#include "request_reader.hpp"

#include "admission.hpp"
#include "chunked_cases.hpp"
#include "framing_cases.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

namespace {

using namespace tocsin::http;
using namespace tocsin::tests;

constexpr std::size_t max_body = 1000;

struct outcome {
    int status = 0;  ///< 200: complete, 0: incomplete, else the refusal
    std::string body;
    std::size_t unused = 0;
};

outcome read_body(request_reader& reader, std::string_view bytes, std::size_t step) {
    std::size_t used = 0;
    for (std::size_t end = 0; !reader.is_complete() && end < bytes.size();) {
        end = std::min(end + step, bytes.size());
        auto const count = reader.read_body(bytes.substr(used, end - used));
        if (!count) return {.status = count.error().status, .body = {}};
        used += *count;
    }
    if (!reader.is_complete()) return {};
    BOOST_TEST(reader.received_size() == reader.announced_size());
    return {.status = 200, .body = reader.take_body(), .unused = bytes.size() - used};
}

/// The outcome of a request to a route that accepts chunked bodies. Its body arrives in pieces of `step`.
outcome read(std::string_view bytes, std::size_t step) {
    route target;
    target.method = method::post;
    target.body = body_kind::any;
    target.accepts = route::transfer::sized_or_chunked;
    target.max_body = max_body;
    std::size_t scanned = 0;
    auto const end = find_head_end(bytes, scanned, request_limits);
    if (!end) return {.status = end.error().status, .body = {}};
    auto const section = bytes.substr(0, *end);
    auto const head = parse_request_head(section);
    if (!head) return {.status = head.error().status, .body = {}};
    if (auto const cause = check_coding(&target, *head)) return {.status = cause->status, .body = {}};
    request_reader reader;
    if (auto const cause = reader.read_head(section, *head)) return {.status = cause->status, .body = {}};
    reader.limit_body(target.max_body);
    return read_body(reader, bytes.substr(*end), step);
}

int status_of(std::string const& body) {
    auto const request = chunked_request(body);
    auto const at_once = read(request, request.size()).status;
    BOOST_TEST(read(request, 1).status == at_once);
    return at_once;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(request_reading)

BOOST_AUTO_TEST_CASE(chunked_bodies_split_at_every_byte) {
    for (auto const& c : chunked_cases()) {
        BOOST_TEST_CONTEXT(c.name) {
            for (std::size_t step = 1; step <= c.bytes.size(); ++step) {
                auto const result = read(c.bytes, step);
                BOOST_TEST(result.status == c.status);
                BOOST_TEST(result.body == c.body);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(the_next_request_is_not_consumed) {
    std::string const next = "POST /webhooks/sentry HTTP/1.1\r\n";
    for (auto const& c : chunked_cases()) {
        if (c.status != 200) continue;
        BOOST_TEST_CONTEXT(c.name) {
            auto const result = read(c.bytes + next, c.bytes.size() + next.size());
            BOOST_TEST(result.status == 200);
            BOOST_TEST(result.body == c.body);
            BOOST_TEST(result.unused == next.size());
        }
    }
}

BOOST_AUTO_TEST_CASE(the_body_limit_counts_the_data_of_all_chunks) {
    std::string const half(max_body / 2, 'a');
    BOOST_TEST(status_of(chunk(std::string(max_body, 'a')) + std::string(last_chunk)) == 200);
    BOOST_TEST(status_of(chunk(half) + chunk(half) + std::string(last_chunk)) == 200);
    // The announced size is enough.
    BOOST_TEST(status_of("3e9\r\n") == 413);
    BOOST_TEST(status_of(chunk(half) + chunk(half) + "1\r\n") == 413);
}

BOOST_AUTO_TEST_CASE(chunk_lines_are_limited_too) {
    std::string small;
    for (std::size_t i = 0; i < max_body; ++i) small += "1\r\na\r\n";
    BOOST_TEST(status_of(small + std::string(last_chunk)) == 200);
    std::string padded;
    for (std::size_t i = 0; i < max_body; ++i) padded += "0000000000000001\r\na\r\n";
    BOOST_TEST(status_of(padded + std::string(last_chunk)) == 413);
}

BOOST_AUTO_TEST_CASE(beast_agrees_with_the_policy_on_every_accepted_head) {
    for (auto const& c : framing_cases()) {
        if (c.status != 200) continue;
        BOOST_TEST_CONTEXT(c.name) {
            std::size_t scanned = 0;
            auto const section = c.bytes.substr(0, *find_head_end(c.bytes, scanned, request_limits));
            auto const head = parse_request_head(section);
            request_reader reader;
            BOOST_TEST(!reader.read_head(section, *head).has_value());
            BOOST_TEST(reader.take_headers().all().size() == head->fields.size());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_disagreement_is_refused) {
    std::string const section =
        "POST /a?b HTTP/1.1\r\nHost: localhost:80\r\nContent-Length: 5\r\nX-A: b\r\n\r\n";
    auto const refusal_of = [&](auto change) {
        auto head = parse_request_head(section);
        BOOST_REQUIRE(head.has_value());
        change(*head);
        request_reader reader;
        return reader.read_head(section, *head);
    };
    BOOST_TEST(!refusal_of([](request_head&) {}).has_value());
    auto const is_refused = [&](auto change) {
        auto const cause = refusal_of(change);
        return cause && cause->status == 400 && cause->reason == "ambiguous";
    };
    BOOST_TEST(is_refused([](request_head& h) { h.method = "PUT"; }));
    BOOST_TEST(is_refused([](request_head& h) { h.target = "/a"; }));
    BOOST_TEST(is_refused([](request_head& h) { h.minor_version = 0; }));
    BOOST_TEST(is_refused([](request_head& h) { h.host = "elsewhere"; }));
    BOOST_TEST(is_refused([](request_head& h) { h.content_length = 4; }));
    BOOST_TEST(is_refused([](request_head& h) { h.content_length.reset(); }));
    BOOST_TEST(is_refused([](request_head& h) { h.framing = body_framing::chunked; }));
    BOOST_TEST(is_refused([](request_head& h) { h.fields.pop_back(); }));
    // Beast accepts only a list of tokens in Connection.
    auto const odd = parse_request_head("GET / HTTP/1.1\r\nHost: a\r\nConnection: ;\r\n\r\n");
    BOOST_REQUIRE(odd.has_value());
    request_reader reader;
    BOOST_TEST(reader.read_head("GET / HTTP/1.1\r\nHost: a\r\nConnection: ;\r\n\r\n", *odd)->status == 400);
}

BOOST_AUTO_TEST_CASE(fields_keep_their_order) {
    std::string const section = "GET / HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nX-B: 2\r\nx-a: 3\r\nX-Empty:\r\n\r\n";
    request_reader reader;
    BOOST_REQUIRE(!reader.read_head(section, *parse_request_head(section)).has_value());
    std::string all;
    auto const headers = reader.take_headers();
    for (auto const& [name, value] : headers.all()) all += name + "=" + value + " ";
    BOOST_TEST(all == "Host=a X-A=1 X-B=2 x-a=3 X-Empty= ");
}

BOOST_AUTO_TEST_SUITE_END()

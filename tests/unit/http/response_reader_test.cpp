#include "response_reader.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

namespace {

using namespace tocsin::http;
using state = response_reader::state;

/// The result of `bytes` in pieces of `step`, followed by the end of the connection.
struct outcome {
    state last = state::incomplete;
    client_response response;
    bool reusable = false;
};

outcome read(
    std::string_view bytes,
    std::size_t step = 100'000,
    method request = method::get,
    std::size_t max = 100'000
) {
    response_reader reader(request, max);
    outcome result;
    for (std::size_t at = 0; at < bytes.size() && result.last == state::incomplete; at += step) {
        result.last = reader.feed(bytes.substr(at, step));
    }
    if (result.last == state::incomplete) result.last = reader.finish();
    if (result.last == state::complete) {
        result.reusable = reader.is_reusable();
        result.response = reader.take();
    }
    return result;
}

std::string chunked(std::string const& body) {
    return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body;
}

}  // namespace

BOOST_TEST_DONT_PRINT_LOG_VALUE(response_reader::state)

BOOST_AUTO_TEST_SUITE(response_reading)

BOOST_AUTO_TEST_CASE(complete_responses_in_pieces_of_every_size) {
    struct {
        std::string bytes;
        int status;
        std::string body;
        bool reusable;
    } const rows[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello", true},
        {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, "", true},
        {"HTTP/1.1 204 No Content\r\n\r\n", 204, "", true},
        {"HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\nContent-Length: 2\r\n\r\nhi", 302, "hi", true},
        {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi", 200, "hi", false},
        {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", 200, "hi", false},
        {"HTTP/1.1 200 OK\r\n\r\nuntil the end", 200, "until the end", false},
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 201 "
         "Created\r\nContent-Length: 2\r\n\r\nhi",
         201,
         "hi",
         true},
        {chunked("5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n"), 200, "hello, world", true},
        {chunked("a;name=value\r\n0123456789\r\n0\r\nX-Trailer: b\r\n\r\n"), 200, "0123456789", true},
        {chunked("0\r\n\r\n"), 200, "", true},
    };
    for (auto const& row : rows) {
        for (std::size_t const step : {std::size_t{1}, std::size_t{3}, std::size_t{100'000}}) {
            BOOST_TEST_CONTEXT(row.bytes << " in steps of " << step) {
                auto const result = read(row.bytes, step);
                BOOST_TEST(result.last == state::complete);
                BOOST_TEST(result.response.status == row.status);
                BOOST_TEST(result.response.body == row.body);
                BOOST_TEST(result.reusable == row.reusable);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(trailers_do_not_become_fields) {
    auto const result = read(chunked("1\r\na\r\n0\r\nX-Signature: evil\r\n\r\n"));
    BOOST_TEST(result.last == state::complete);
    BOOST_TEST(result.response.headers.count("X-Signature") == 0U);
    BOOST_TEST(result.response.headers.find("transfer-encoding").value() == "chunked");
}

BOOST_AUTO_TEST_CASE(a_response_to_head_has_no_body) {
    auto const result = read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 1, method::head);
    BOOST_TEST(result.last == state::complete);
    BOOST_TEST(result.response.body.empty());
}

BOOST_AUTO_TEST_CASE(a_connection_with_extra_bytes_is_not_reusable) {
    auto const result = read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\n");
    BOOST_TEST(result.last == state::complete);
    BOOST_TEST(result.response.body == "hi");
    BOOST_TEST(!result.reusable);
}

BOOST_AUTO_TEST_CASE(truncated) {
    for (auto const& bytes :
         {std::string(),
          std::string("HTTP/1.1 200"),
          std::string("HTTP/1.1 100 Continue\r\n\r\n"),
          std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
          std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell"),
          chunked(""),
          chunked("5\r\nhel"),
          chunked("5\r\nhello\r\n"),
          chunked("5\r\nhello\r\n0\r\n"),
          chunked("5\r\nhello\r\n0\r\nX-T: a\r\n")}) {
        BOOST_TEST_CONTEXT(bytes) {
            BOOST_TEST(read(bytes).last == state::truncated);
        }
    }
}

BOOST_AUTO_TEST_CASE(malformed) {
    using namespace std::string_literals;
    for (auto const& bytes : {
             "SSH-2.0-OpenSSH_9\r\n\r\n"s,
             "\r\n\r\n"s,
             "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi"s,
             "HTTP/1.1 200 OK\r\nX-A: \0\r\n\r\n"s,
             "HTTP/1.1 101 Switching Protocols\r\n\r\n"s,
             "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"s,
             chunked("x\r\nhello\r\n0\r\n\r\n"),
             chunked("-1\r\nhello\r\n0\r\n\r\n"),
             chunked("5\r\nhelloo\r\n0\r\n\r\n"),
             chunked("ffffffffffffffffff\r\nhello\r\n0\r\n\r\n"),
             chunked("5\nhello\r\n0\r\n\r\n"),
             chunked("1;" + std::string(20'000, 'a')),
             "HTTP/1.1 200 OK\r\nX-A: " + std::string(40'000, 'a'),
             "HTTP/1.1 200 OK\r\n" +
                 [] {
                     std::string many;
                     for (int i = 0; i < 129; ++i) many += "a: b\r\n";
                     return many;
                 }() +
                 "\r\n",
         }) {
        BOOST_TEST_CONTEXT(bytes.substr(0, 80)) {
            BOOST_TEST(read(bytes).last == state::malformed);
            BOOST_TEST(read(bytes, 997).last == state::malformed);
        }
    }
}

BOOST_AUTO_TEST_CASE(too_large) {
    BOOST_TEST(
        read("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n", 100, method::get, 10).last == state::too_large
    );
    BOOST_TEST(
        read("HTTP/1.1 200 OK\r\n\r\n" + std::string(11, 'a'), 5, method::get, 10).last == state::too_large
    );
    BOOST_TEST(read(chunked("b\r\n01234567890\r\n0\r\n\r\n"), 100, method::get, 10).last == state::too_large);
    BOOST_TEST(
        read(chunked("5\r\n01234\r\n6\r\n567890\r\n0\r\n\r\n"), 3, method::get, 10).last == state::too_large
    );
    BOOST_TEST(
        read("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789", 3, method::get, 10).last ==
        state::complete
    );
}

BOOST_AUTO_TEST_CASE(chunk_extensions_are_limited) {
    // 20,000 chunks of one byte, each with an extension of 1 KB: 20 MB on the wire for 20 KB.
    response_reader extensions(method::get, 100'000);
    auto result = extensions.feed(chunked(""));
    std::string const chunk = "1;" + std::string(1000, 'e') + "\r\na\r\n";
    std::size_t fed = 0;
    for (int i = 0; i < 20'000 && result == state::incomplete; ++i, fed += chunk.size())
        result = extensions.feed(chunk);
    BOOST_TEST(result == state::too_large);
    BOOST_TEST(fed < 200'000U);

    response_reader interim(method::get, 1000);
    result = state::incomplete;
    for (int i = 0; i < 10'000 && result == state::incomplete; ++i)
        result = interim.feed("HTTP/1.1 100 Continue\r\n\r\n");
    BOOST_TEST(result == state::too_large);

    response_reader trailers(method::get, 100'000);
    result = trailers.feed(chunked("0\r\n"));
    for (int i = 0; i < 100'000 && result == state::incomplete; ++i) result = trailers.feed("X-T: a\r\n");
    BOOST_TEST(result == state::malformed);
}

BOOST_AUTO_TEST_SUITE_END()

#include "response_writer.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace {

using namespace tocsin::http;
using content = response_writer::content;

/// What is written until nothing is left or a stream needs its next piece, one element for each write.
std::vector<std::string> written(response_writer& out) {
    std::vector<std::string> writes;
    for (auto next = out.next(); !next.empty(); next = out.next()) {
        writes.push_back(std::string(next.header) + std::string(next.body));
        out.consume();
    }
    return writes;
}

std::string whole(
    response const& what,
    content requested = content::whole,
    persistence after = persistence::keep_alive,
    fields const& common = {}
) {
    response_writer out(what, common, requested, after);
    std::string all;
    for (auto const& piece : written(out)) all += piece;
    return all;
}

response with_body(int status, std::string body) {
    return {.status = status, .headers = {}, .body = std::move(body)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(response_writing)

BOOST_AUTO_TEST_CASE(responses) {
    BOOST_TEST(whole(with_body(200, "hello")) == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    BOOST_TEST(whole(with_body(200, "")) == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    BOOST_TEST(
        whole(with_body(404, ""), content::whole, persistence::close) ==
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    BOOST_TEST(whole(with_body(204, "ignored")) == "HTTP/1.1 204 No Content\r\n\r\n");
    BOOST_TEST(whole(with_body(304, "ignored")) == "HTTP/1.1 304 Not Modified\r\n\r\n");
    BOOST_TEST(whole(with_body(100, "")) == "HTTP/1.1 100 Continue\r\n\r\n");
    BOOST_TEST(
        whole(with_body(200, "hello"), content::header_only) == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
    );
}

BOOST_AUTO_TEST_CASE(common_fields_come_first_and_give_way) {
    fields common;
    common.add("X-One", "common");
    common.add("X-Two", "common");
    response what = with_body(200, "a");
    what.headers.add("x-two", "own");
    what.headers.add("Set-Cookie", "a=1");
    what.headers.add("Set-Cookie", "b=2");
    BOOST_TEST(
        whole(what, content::whole, persistence::keep_alive, common) ==
        "HTTP/1.1 200 OK\r\nX-One: common\r\nx-two: own\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 1\r\n\r\na"
    );
}

BOOST_AUTO_TEST_CASE(fields_that_frame_are_not_taken_from_handlers) {
    response what = with_body(200, "abc");
    what.headers.add("Content-Length", "1");
    what.headers.add("transfer-encoding", "chunked");
    what.headers.add("Connection", "close");
    BOOST_TEST(whole(what) == "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
}

BOOST_AUTO_TEST_CASE(large_bodies_in_pieces_of_64_kib) {
    std::string body;
    while (body.size() < 150'000) body += std::to_string(body.size()) + ",";
    auto const what = with_body(200, body);
    response_writer out(what, {}, content::whole, persistence::keep_alive);
    auto const writes = written(out);
    BOOST_REQUIRE(writes.size() == 3U);
    BOOST_TEST(writes[0].size() == 65'536U);
    BOOST_TEST(writes[1].size() == 65'536U);
    BOOST_TEST((writes[0] + writes[1] + writes[2]).ends_with("\r\n\r\n" + body));
}

BOOST_AUTO_TEST_CASE(streams) {
    for (std::string const first : {"", "first"}) {
        auto what = with_body(200, first);
        what.more = []() -> tocsin::async::task<std::optional<std::string>> { co_return std::nullopt; };
        response_writer out(what, {}, content::whole, persistence::close);
        std::string all;
        for (auto const& piece : written(out)) all += piece;
        BOOST_TEST(all == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + first);
        BOOST_TEST(written(out).empty());
        out.add("second");
        BOOST_TEST(written(out) == std::vector<std::string>{"second"});
        BOOST_TEST(written(out).empty());
        out.add("");
        BOOST_TEST(written(out).empty());
        std::string const large(100'000, 'a');
        out.add(large);
        BOOST_TEST(written(out).size() == 2U);
        out.add("last");
        BOOST_TEST(written(out) == std::vector<std::string>{"last"});
    }
}

BOOST_AUTO_TEST_SUITE_END()

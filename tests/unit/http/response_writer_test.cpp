#include "response_writer.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace {

using namespace tocsin::http;
using content = response_writer::content;

/// Writes until nothing is left, or a stream needs its next piece. One element for each write.
std::vector<std::string> writes_of(response_writer& writer) {
    std::vector<std::string> writes;
    for (auto next = writer.next(); !next.empty(); next = writer.next()) {
        writes.push_back(std::string(next.header) + std::string(next.body));
        writer.consume();
    }
    return writes;
}

std::string whole(
    response const& message,
    content kind = content::whole,
    persistence after = persistence::keep_alive,
    fields const& common = {}
) {
    response_writer writer(message, common, kind, after);
    std::string all;
    for (auto const& piece : writes_of(writer)) all += piece;
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

BOOST_AUTO_TEST_CASE(common_fields_come_first_unless_the_response_has_its_own) {
    fields common;
    common.add("X-One", "common");
    common.add("X-Two", "common");
    response message = with_body(200, "a");
    message.headers.add("x-two", "own");
    message.headers.add("Set-Cookie", "a=1");
    message.headers.add("Set-Cookie", "b=2");
    BOOST_TEST(
        whole(message, content::whole, persistence::keep_alive, common) ==
        "HTTP/1.1 200 OK\r\nX-One: common\r\nx-two: own\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 1\r\n\r\na"
    );
}

BOOST_AUTO_TEST_CASE(framing_fields_of_handlers_are_ignored) {
    response message = with_body(200, "abc");
    message.headers.add("Content-Length", "1");
    message.headers.add("transfer-encoding", "chunked");
    message.headers.add("Connection", "close");
    BOOST_TEST(whole(message) == "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
}

BOOST_AUTO_TEST_CASE(large_bodies_in_pieces_of_64_kib) {
    std::string body;
    while (body.size() < 150'000) body += std::to_string(body.size()) + ",";
    auto const message = with_body(200, body);
    response_writer writer(message, {}, content::whole, persistence::keep_alive);
    auto const writes = writes_of(writer);
    BOOST_REQUIRE(writes.size() == 3U);
    BOOST_TEST(writes[0].size() == 65'536U);
    BOOST_TEST(writes[1].size() == 65'536U);
    BOOST_TEST((writes[0] + writes[1] + writes[2]).ends_with("\r\n\r\n" + body));
}

BOOST_AUTO_TEST_CASE(streams) {
    for (std::string const first : {"", "first"}) {
        auto message = with_body(200, first);
        message.next_piece = []() -> tocsin::async::task<std::optional<std::string>> {
            co_return std::nullopt;
        };
        response_writer writer(message, {}, content::whole, persistence::close);
        std::string all;
        for (auto const& piece : writes_of(writer)) all += piece;
        BOOST_TEST(all == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + first);
        BOOST_TEST(writes_of(writer).empty());
        writer.add("second");
        BOOST_TEST(writes_of(writer) == std::vector<std::string>{"second"});
        BOOST_TEST(writes_of(writer).empty());
        writer.add("");
        BOOST_TEST(writes_of(writer).empty());
        std::string const large(100'000, 'a');
        writer.add(large);
        BOOST_TEST(writes_of(writer).size() == 2U);
        writer.add("last");
        BOOST_TEST(writes_of(writer) == std::vector<std::string>{"last"});
    }
}

BOOST_AUTO_TEST_SUITE_END()

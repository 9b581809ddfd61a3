#include "framing_cases.hpp"

namespace tocsin::tests {
namespace {

using namespace std::string_literals;

std::string get(std::string const& fields) {
    return "GET / HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
}
std::string post(std::string const& fields, std::string const& body = "hello") {
    return "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + fields + "\r\n" +
           body;
}
std::string line(std::string const& first) {
    return first + "\r\nHost: localhost\r\n\r\n";
}
std::string host(std::string const& fields) {
    return "GET / HTTP/1.1\r\n" + fields + "\r\n";
}
std::string many(std::string const& what, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += what;
    return out;
}

std::string const chunks = "5\r\nhello\r\n0\r\n\r\n";

std::vector<framing_case> const cases{
    // --- well framed
    {"plain GET", get(""), 200},
    {"HEAD", line("HEAD / HTTP/1.1"), 200},
    {"POST with a body", post("Content-Length: 5\r\n"), 200},
    {"POST with an empty body", post("Content-Length: 0\r\n", ""), 200},
    {"GET with Content-Length 0", get("Content-Length: 0\r\n"), 200},
    {"HTTP/1.0 with Host", line("GET / HTTP/1.0"), 200},
    {"no space after the colon", get("X-A:b\r\n"), 200},
    {"spaces and tabs around a value", get("X-A: \t b \t\r\n"), 200},
    {"empty value", get("X-A:\r\n"), 200},
    {"0xE9 in a value", get("X-A: caf\xE9\r\n"), 200},
    {"names of all token characters", get("!#$%&'*+-.^_`|~aZ9: b\r\n"), 200},
    {"lower-case names",
     "POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: "
     "5\r\n\r\nhello",
     200},
    {"Host with port", host("Host: localhost:8080\r\n"), 200},
    {"Host in capitals", host("Host: LOCALHOST\r\n"), 200},
    {"Host is IPv6", host("Host: [::1]:8080\r\n"), 200},
    {"query with what browsers leave raw", line("GET /?a=|{}[]^`\\'b HTTP/1.1"), 200},
    {"64 fields", get(many("X-A: b\r\n", 63)), 200},
    {"Connection: keep-alive, close", get("Connection: keep-alive, close\r\n"), 200},
    {"unknown fields", get("Trailer: X\r\nTE: trailers\r\nVia: 1.1 a\r\nKeep-Alive: timeout=5\r\n"), 200},
    {"escaped path", line("GET /%61 HTTP/1.1"), 200},
    // --- incomplete
    {"nothing but a method", "GET", 0},
    {"no final empty line", "GET / HTTP/1.1\r\nHost: localhost\r\n", 0},
    {"half of the final line end", "GET / HTTP/1.1\r\nHost: localhost\r\n\r", 0},
    // --- Transfer-Encoding, in any form
    {"chunked", post("Transfer-Encoding: chunked\r\n", chunks), 501},
    {"chunked, identity", post("Transfer-Encoding: chunked, identity\r\n", chunks), 501},
    {"chunked, chunked", post("Transfer-Encoding: chunked, chunked\r\n", chunks), 501},
    {"identity", post("Transfer-Encoding: identity\r\n", chunks), 501},
    {"gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n", chunks), 501},
    {"xchunked", post("Transfer-Encoding: xchunked\r\n", chunks), 501},
    {"chunked with a parameter", post("Transfer-Encoding: chunked;a=b\r\n", chunks), 501},
    {"quoted chunked", post("Transfer-Encoding: \"chunked\"\r\n", chunks), 411},
    {"empty coding", post("Transfer-Encoding:\r\n", chunks), 411},
    {"only commas", post("Transfer-Encoding: ,,\r\n", chunks), 411},
    {"chunked and a space in the coding", post("Transfer-Encoding: chun ked\r\n", chunks), 411},
    {"vertical tab before chunked", post("Transfer-Encoding: \vchunked\r\n", chunks), 400},
    {"two codings", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", chunks), 501},
    {"length, then coding", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", chunks), 501},
    {"coding, then length", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", chunks), 501},
    {"unknown coding and length", post("Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n"), 501},
    {"coding in capitals", post("TRANSFER-ENCODING: CHUNKED\r\n", chunks), 501},
    {"HTTP/1.0 chunked",
     "POST /echo HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks,
     501},
    {"GET chunked", get("Transfer-Encoding: chunked\r\n") + chunks, 501},
    {"folded coding", post("Transfer-Encoding:\r\n chunked\r\n", chunks), 400},
    {"space before the colon of the coding", post("Transfer-Encoding : chunked\r\n", chunks), 400},
    {"chunked with trailers",
     post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\nX-Trailer: a\r\n\r\n"),
     501},
    {"chunk extension with a bare LF in quotes",
     post("Transfer-Encoding: chunked\r\n", "5;a=\"\n\"\r\nhello\r\n0\r\n\r\n"),
     501},
    // --- Content-Length
    {"two equal lengths", post("Content-Length: 5\r\nContent-Length: 5\r\n"), 400},
    {"two lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n"), 400},
    {"list of lengths", post("Content-Length: 5, 5\r\n"), 400},
    {"leading zero", post("Content-Length: 05\r\n"), 400},
    {"thirty leading zeros", post("Content-Length: " + std::string(30, '0') + "5\r\n"), 400},
    {"plus sign", post("Content-Length: +5\r\n"), 400},
    {"minus sign", post("Content-Length: -5\r\n"), 400},
    {"hexadecimal", post("Content-Length: 0x5\r\n"), 400},
    {"underscore", post("Content-Length: 0_5\r\n"), 400},
    {"decimal point", post("Content-Length: 5.0\r\n"), 400},
    {"empty length", post("Content-Length:\r\n"), 400},
    {"space inside", post("Content-Length: 1 5\r\n"), 400},
    {"20 digits", post("Content-Length: 18446744073709551621\r\n"), 400},
    {"2^64", post("Content-Length: 18446744073709551616\r\n"), 400},
    {"folded length", post("Content-Length:\r\n 5\r\n"), 400},
    {"space before the colon of the length", post("Content-Length : 5\r\n"), 400},
    {"GET with a body", get("Content-Length: 5\r\n") + "hello", 400},
    {"HEAD with a body", "HEAD / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello", 400},
    {"DELETE with a body", "DELETE / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello", 400},
    // --- lines
    {"bare LF after the request line", "GET / HTTP/1.1\nHost: localhost\r\n\r\n", 400},
    {"bare LF after a field", "GET / HTTP/1.1\r\nHost: localhost\n\r\n", 400},
    {"bare LF as the final line", "GET / HTTP/1.1\r\nHost: localhost\r\n\n", 400},
    {"bare LF throughout", "GET / HTTP/1.1\nHost: localhost\n\n", 400},
    {"bare LF in a value", get("X-A: b\nX-C: d\r\n"), 400},
    {"bare CR in a value", get("X-A: b\rX-C: d\r\n"), 400},
    {"bare CR in a name", get("X\r-A: b\r\n"), 400},
    {"CR CR LF", "GET / HTTP/1.1\r\r\nHost: localhost\r\n\r\n", 400},
    {"NUL in a value", get("X-A: b\0c\r\n"s), 400},
    {"NUL in a name", get("X\0-A: b\r\n"s), 400},
    {"NUL in the target", line("GET /a\0b HTTP/1.1"s), 400},
    {"empty line first", "\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
    {"LF first", "\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
    {"folded field", get("X-A: b\r\n c\r\n"), 400},
    {"folded with a tab", get("X-A: b\r\n\tc\r\n"), 400},
    {"space before the first field", "GET / HTTP/1.1\r\n X: a\r\nHost: localhost\r\n\r\n", 400},
    {"field without a colon", get("X-A\r\n"), 400},
    {"field without a name", get(": b\r\n"), 400},
    {"space in a name", get("X A: b\r\n"), 400},
    {"space before a colon", get("X-A : b\r\n"), 400},
    {"tab before a colon", get("X-A\t: b\r\n"), 400},
    {"0xE9 in a name", get("X-\xE9: b\r\n"), 400},
    {"DEL in a value", get("X-A: \x7F\r\n"), 400},
    {"escape in a value", get("X-A: \x1B[31m\r\n"), 400},
    {"brackets in a name", get("X[A]: b\r\n"), 400},
    // --- request line
    {"HTTP/0.9", "GET /\r\n\r\n", 400},
    {"HTTP/2.0", line("GET / HTTP/2.0"), 505},
    {"HTTP/1.2", line("GET / HTTP/1.2"), 505},
    {"HTTP/0.9 spelled out", line("GET / HTTP/0.9"), 505},
    {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
    {"HTTP/1.10", line("GET / HTTP/1.10"), 400},
    {"HTTP/1", line("GET / HTTP/1"), 400},
    {"lower-case protocol", line("GET / http/1.1"), 400},
    {"HTTP/+1.1", line("GET / HTTP/+1.1"), 400},
    {"other protocol", line("GET / ICY/1.1"), 400},
    {"two spaces", line("GET  / HTTP/1.1"), 400},
    {"two spaces before the version", line("GET /  HTTP/1.1"), 400},
    {"tab for a space", line("GET\t/ HTTP/1.1"), 400},
    {"space at the end", line("GET / HTTP/1.1 "), 400},
    {"space first", line(" GET / HTTP/1.1"), 400},
    {"space in the target", line("GET /a b HTTP/1.1"), 400},
    {"no target", line("GET HTTP/1.1"), 400},
    {"lower-case method", line("get / HTTP/1.1"), 501},
    {"unknown method", line("BREW / HTTP/1.1"), 501},
    {"method of all token characters", line("!#$%&'*+-.^_`|~ / HTTP/1.1"), 501},
    {"method that is no token", line("GE(T / HTTP/1.1"), 400},
    {"CONNECT", line("CONNECT localhost:443 HTTP/1.1"), 405},
    // --- target
    {"absolute form", line("GET http://localhost/ HTTP/1.1"), 400},
    {"absolute form of another host", line("GET http://elsewhere/ HTTP/1.1"), 400},
    {"authority form", line("GET localhost:80 HTTP/1.1"), 400},
    {"asterisk form", line("OPTIONS * HTTP/1.1"), 400},
    {"relative", line("GET a HTTP/1.1"), 400},
    {"fragment", line("GET /#a HTTP/1.1"), 400},
    {"fragment in the query", line("GET /?a#b HTTP/1.1"), 400},
    {"angle brackets", line("GET /<script> HTTP/1.1"), 400},
    {"angle brackets in the query", line("GET /?<script> HTTP/1.1"), 400},
    {"quotes", line("GET /\" HTTP/1.1"), 400},
    {"backslash", line("GET /\\a HTTP/1.1"), 400},
    {"0xFF", line("GET /\xFF HTTP/1.1"), 400},
    {"0xFF in the query", line("GET /?\xFF HTTP/1.1"), 400},
    {"DEL", line("GET /\x7F HTTP/1.1"), 400},
    {"2 KiB and a byte", line("GET /" + std::string(2048, 'a') + " HTTP/1.1"), 414},
    {"a request line without end", "GET /" + std::string(8192, 'a'), 414},
    // --- Host
    {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
    {"no Host, HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 400},
    {"two Hosts", host("Host: localhost\r\nHost: localhost\r\n"), 400},
    {"two different Hosts", host("Host: localhost\r\nHost: elsewhere\r\n"), 400},
    {"empty Host", host("Host:\r\n"), 400},
    {"list of Hosts", host("Host: localhost, elsewhere\r\n"), 400},
    {"Host with user information", host("Host: a@localhost\r\n"), 400},
    {"Host with a path", host("Host: localhost/a\r\n"), 400},
    {"Host with a scheme", host("Host: http://localhost\r\n"), 400},
    {"Host with a space", host("Host: local host\r\n"), 400},
    {"Host with an empty port", host("Host: localhost:\r\n"), 400},
    {"Host with a large port", host("Host: localhost:65536\r\n"), 400},
    {"Host with port zero", host("Host: localhost:0\r\n"), 400},
    {"Host with a word as port", host("Host: localhost:http\r\n"), 400},
    {"Host with an open bracket", host("Host: [::1\r\n"), 400},
    {"Host with a bad bracket", host("Host: [localhost]\r\n"), 400},
    {"bare IPv6 Host", host("Host: ::1\r\n"), 400},
    {"Host with an escape", host("Host: local%68ost\r\n"), 400},
    {"folded Host", host("Host:\r\n localhost\r\n"), 400},
    // --- other
    {"Upgrade to WebSocket", get("Upgrade: websocket\r\nConnection: Upgrade\r\n"), 400},
    {"Upgrade to HTTP/2",
     get("Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAM\r\n"),
     400},
    {"another expectation", post("Expect: 200-ok\r\nContent-Length: 5\r\n"), 417},
    {"two expectations", post("Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 5\r\n"), 417},
    {"empty expectation", post("Expect:\r\nContent-Length: 5\r\n"), 417},
    {"65 fields", get(many("X-A: b\r\n", 64)), 431},
    {"2,001 fields", get(many("a:b\r\n", 2000)), 431},
    {"one field of 8 KiB", get("X-A: " + std::string(8192, 'b') + "\r\n"), 431},
    {"a field without end", "GET / HTTP/1.1\r\nX-A: " + std::string(8192, 'b'), 431},
    {"TLS hello to a plain port", "\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03"s, 400},
};

}  // namespace

std::vector<framing_case> const& framing_cases() {
    return cases;
}

}  // namespace tocsin::tests

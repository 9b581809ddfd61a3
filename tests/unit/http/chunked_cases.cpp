#include "chunked_cases.hpp"

#include <cstdio>

namespace tocsin::tests {
namespace {

using namespace std::string_literals;

constexpr std::string_view hello = "5\r\nhello\r\n0\r\n\r\n";

std::string post(std::string_view version, std::string_view fields, std::string_view body) {
    std::string request = "POST ";
    request.append(chunked_path).append(" ").append(version);
    request += "\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    return request.append(fields).append("\r\n").append(body);
}

std::string coded(std::string_view fields) {
    return post("HTTP/1.1", fields, hello);
}

std::vector<chunked_case> accepted() {
    auto const request = [](std::string_view body) { return chunked_request(body); };
    return {
        {"one chunk", request(hello), 200, "hello"},
        {"several chunks", request("2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"), 200, "hello"},
        {"no data", request("0\r\n\r\n"), 200, ""},
        {"several zeros at the end", request("5\r\nhello\r\n000\r\n\r\n"), 200, "hello"},
        {"lower-case size",
         request("1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n"),
         200,
         "abcdefghijklmnopqrstuvwxyz"},
        {"upper-case size",
         request("1A\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n"),
         200,
         "abcdefghijklmnopqrstuvwxyz"},
        {"leading zeros", request("0005\r\nhello\r\n0\r\n\r\n"), 200, "hello"},
        {"16 digits", request("0000000000000005\r\nhello\r\n0\r\n\r\n"), 200, "hello"},
        {"data that looks like framing", request("7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n"), 200, "\r\n0\r\n\r\n"},
        {"data of any bytes", request("4\r\n\0\n\xFF;\r\n0\r\n\r\n"s), 200, "\0\n\xFF;"s},
        {"coding in capitals", coded("TRANSFER-ENCODING: CHUNKED\r\n"), 200, "hello"},
        {"coding after spaces", coded("Transfer-Encoding: \t chunked \t\r\n"), 200, "hello"},
        {"sized body", post("HTTP/1.1", "Content-Length: 5\r\n", "hello"), 200, "hello"},
    };
}

std::vector<chunked_case> incomplete() {
    auto const request = [](std::string_view body) { return chunked_request(body); };
    return {
        {"no chunk yet", request(""), 0, ""},
        {"half of a size", request("5"), 0, ""},
        {"half of a line end", request("5\r"), 0, ""},
        {"no data yet", request("5\r\n"), 0, ""},
        {"half of the data", request("5\r\nhel"), 0, ""},
        {"no line end after the data", request("5\r\nhello"), 0, ""},
        {"half of the line end after the data", request("5\r\nhello\r"), 0, ""},
        {"no last chunk", request("5\r\nhello\r\n"), 0, ""},
        {"no final line", request("5\r\nhello\r\n0\r\n"), 0, ""},
        {"half of the final line", request("5\r\nhello\r\n0\r\n\r"), 0, ""},
    };
}

std::vector<chunked_case> refused_codings() {
    return {
        {"length, then coding", coded("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 501, ""},
        {"coding, then length", coded("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 501, ""},
        {"coding and malformed length", coded("Transfer-Encoding: chunked\r\nContent-Length: x\r\n"), 501, ""
        },
        {"chunked, chunked", coded("Transfer-Encoding: chunked, chunked\r\n"), 501, ""},
        {"chunked twice", coded("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 501, ""},
        {"gzip, chunked", coded("Transfer-Encoding: gzip, chunked\r\n"), 501, ""},
        {"chunked, gzip", coded("Transfer-Encoding: chunked, gzip\r\n"), 501, ""},
        {"identity", coded("Transfer-Encoding: identity\r\n"), 501, ""},
        {"chunked, identity", coded("Transfer-Encoding: chunked, identity\r\n"), 501, ""},
        {"empty element before", coded("Transfer-Encoding: , chunked\r\n"), 501, ""},
        {"empty element after", coded("Transfer-Encoding: chunked,\r\n"), 501, ""},
        {"xchunked", coded("Transfer-Encoding: xchunked\r\n"), 501, ""},
        {"parameter", coded("Transfer-Encoding: chunked;a=b\r\n"), 501, ""},
        {"quotes", coded("Transfer-Encoding: \"chunked\"\r\n"), 411, ""},
        {"no coding", coded("Transfer-Encoding:\r\n"), 411, ""},
        {"folded coding", coded("Transfer-Encoding:\r\n chunked\r\n"), 400, ""},
        {"space before the colon", coded("Transfer-Encoding : chunked\r\n"), 400, ""},
        {"vertical tab before the coding", coded("Transfer-Encoding: \vchunked\r\n"), 400, ""},
        {"HTTP/1.0", post("HTTP/1.0", "Transfer-Encoding: chunked\r\n", hello), 501, ""},
    };
}

std::vector<chunked_case> refused_chunks() {
    struct {
        std::string_view name;
        std::string body;
        int status;
    } const rows[] = {
        {"trailer", "5\r\nhello\r\n0\r\nX-Trailer: a\r\n\r\n", 400},
        {"trailer that signs", "5\r\nhello\r\n0\r\nSentry-Hook-Signature: evil\r\n\r\n", 400},
        {"space for a trailer", "5\r\nhello\r\n0\r\n \r\n\r\n", 400},
        {"extension", "5;a=b\r\nhello\r\n0\r\n\r\n", 400},
        {"extension without a value", "5;a\r\nhello\r\n0\r\n\r\n", 400},
        {"extension without a name", "5;\r\nhello\r\n0\r\n\r\n", 400},
        {"extension after a space", "5 ;a=b\r\nhello\r\n0\r\n\r\n", 400},
        {"extension with a bare LF in quotes", "5;a=\"\n\"\r\nhello\r\n0\r\n\r\n", 400},
        {"extension with a NUL in quotes", "5;a=\"\0\"\r\nhello\r\n0\r\n\r\n"s, 400},
        {"extension of the last chunk", "5\r\nhello\r\n0;a=b\r\n\r\n", 400},
        {"extension without end", "5;" + std::string(2000, 'a'), 400},
        {"no size", "\r\nhello\r\n0\r\n\r\n", 400},
        {"letter that is no digit", "g\r\nhello\r\n0\r\n\r\n", 400},
        {"letter after the digits", "5g\r\nhello\r\n0\r\n\r\n", 400},
        {"hexadecimal prefix", "0x5\r\nhello\r\n0\r\n\r\n", 400},
        {"plus sign", "+5\r\nhello\r\n0\r\n\r\n", 400},
        {"minus sign", "-5\r\nhello\r\n0\r\n\r\n", 400},
        {"underscore", "0_5\r\nhello\r\n0\r\n\r\n", 400},
        {"space before the size", " 5\r\nhello\r\n0\r\n\r\n", 400},
        {"space after the size", "5 \r\nhello\r\n0\r\n\r\n", 400},
        {"tab after the size", "5\t\r\nhello\r\n0\r\n\r\n", 400},
        {"vertical tab after the size", "5\v\r\nhello\r\n0\r\n\r\n", 400},
        {"NUL after the size", "5\0\r\nhello\r\n0\r\n\r\n"s, 400},
        {"17 digits", "00000000000000005\r\nhello\r\n0\r\n\r\n", 400},
        {"17 zeros", "5\r\nhello\r\n00000000000000000\r\n\r\n", 400},
        {"2^64", "10000000000000000\r\nhello\r\n0\r\n\r\n", 400},
        {"2^64 + 5", "10000000000000005\r\nhello\r\n0\r\n\r\n", 400},
        {"digits without end", std::string(2000, '0'), 400},
        {"2^64 - 1", "FFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n", 413},
        {"2^63", "8000000000000000\r\nhello\r\n0\r\n\r\n", 413},
        {"sum that overflows", "5\r\nhello\r\nFFFFFFFFFFFFFFFB\r\nhello\r\n0\r\n\r\n", 413},
        {"LF after the size", "5\nhello\r\n0\r\n\r\n", 400},
        {"LF after the data", "5\r\nhello\n0\r\n\r\n", 400},
        {"LF after the last chunk", "5\r\nhello\r\n0\n\r\n", 400},
        {"LF as the final line", "5\r\nhello\r\n0\r\n\n", 400},
        {"LF only", "5\nhello\n0\n\n", 400},
        {"CR after the size", "5\rhello\r\n0\r\n\r\n", 400},
        {"CR CR LF after the size", "5\r\r\nhello\r\n0\r\n\r\n", 400},
        {"CR after the data", "5\r\nhello\r0\r\n\r\n", 400},
        {"no line end after the data", "5\r\nhello0\r\n\r\n", 400},
        {"less data than announced", "6\r\nhello\r\n0\r\n\r\n", 400},
        {"more data than announced", "4\r\nhello\r\n0\r\n\r\n", 400},
        {"empty line between chunks", "5\r\nhello\r\n\r\n0\r\n\r\n", 400},
        {"body without chunks", "{\"action\":\"created\"}", 400},
    };
    std::vector<chunked_case> cases;
    for (auto const& row : rows) cases.push_back({row.name, chunked_request(row.body), row.status, ""});
    return cases;
}

}  // namespace

std::vector<chunked_case> const& chunked_cases() {
    static std::vector<chunked_case> const all = [] {
        std::vector<chunked_case> cases;
        for (auto const& part : {accepted(), incomplete(), refused_codings(), refused_chunks()})
            cases.insert(cases.end(), part.begin(), part.end());
        return cases;
    }();
    return all;
}

std::string chunked_request(std::string_view body, std::string_view fields) {
    return post("HTTP/1.1", "Transfer-Encoding: chunked\r\n" + std::string(fields), body);
}

std::string chunk(std::string_view data) {
    char size[20];
    std::snprintf(size, sizeof size, "%zx\r\n", data.size());
    return size + std::string(data) + "\r\n";
}

}  // namespace tocsin::tests

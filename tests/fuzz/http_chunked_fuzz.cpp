// Chunked bodies: the reader that the server uses (the policy for chunk lines, then Beast), Beast's parser
// alone, and a decoder that follows the policy's grammar literally. A body that the server accepts is read
// the same way by all three.
#include "chunk_line.hpp"
#include "request_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace tocsin::http;
namespace beast_http = boost::beast::http;

constexpr std::string_view section = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::size_t max_body = 1000;

void require(bool holds) {
    if (!holds) std::abort();
}

struct body_read {
    int status = 0;  ///< 200: complete, 0: incomplete, else the refusal
    std::string data;
    std::size_t used = 0;
};

body_read read_in_steps(std::string_view bytes, std::size_t step) {
    request_reader reader;
    require(!reader.read_head(section, *parse_request_head(section)));
    reader.limit_body(max_body);
    body_read result;
    for (std::size_t end = 0; !reader.is_complete() && end < bytes.size();) {
        end = std::min(end + step, bytes.size());
        auto const used = reader.read_body(bytes.substr(result.used, end - result.used));
        if (!used) return {.status = used.error().status, .data = {}};
        result.used += *used;
        require(reader.received_size() <= max_body && reader.received_size() <= reader.announced_size());
    }
    if (!reader.is_complete()) return {};
    result.status = 200;
    result.data = reader.take_body();
    return result;
}

/// The grammar, literally: 1*16HEXDIG CRLF data CRLF ... 1*16"0" CRLF CRLF. Nothing if `bytes` do not begin
/// with it.
std::optional<body_read> decode(std::string_view bytes) {
    body_read result{.status = 200, .data = {}};
    auto const take = [&](std::string_view text) {
        if (!bytes.substr(result.used).starts_with(text)) return false;
        result.used += text.size();
        return true;
    };
    while (true) {
        auto const end = bytes.find_first_not_of("0123456789abcdefABCDEF", result.used);
        if (end == std::string_view::npos || end == result.used || end - result.used > 16)
            return std::nullopt;
        auto const size = std::stoull(std::string(bytes.substr(result.used, end - result.used)), nullptr, 16);
        result.used = end;
        if (!take("\r\n")) return std::nullopt;
        if (size == 0) return take("\r\n") ? std::optional(result) : std::nullopt;
        if (size > bytes.size() - result.used || size > max_body - result.data.size()) return std::nullopt;
        result.data += bytes.substr(result.used, size);
        result.used += size;
        if (!take("\r\n")) return std::nullopt;
    }
}

/// Beast alone, without the policy.
void compare_with_beast(std::string_view bytes, body_read const& expected) {
    beast_http::request_parser<beast_http::string_body> parser;
    parser.eager(true);
    std::string message(section);
    message += bytes;
    boost::system::error_code error;
    auto const used = parser.put(boost::asio::buffer(message), error);
    require(!error && parser.is_done());
    require(used == section.size() + expected.used && parser.get().body() == expected.data);
    require(std::distance(parser.get().begin(), parser.get().end()) == 2);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const bytes(reinterpret_cast<char const*>(data), size);
    auto const at_once = read_in_steps(bytes, std::max<std::size_t>(size, 1));
    for (std::size_t const step : {1U, 2U, 7U}) {
        auto const stepwise = read_in_steps(bytes, step);
        require(
            stepwise.status == at_once.status && stepwise.data == at_once.data &&
            stepwise.used == at_once.used
        );
    }
    auto const expected = decode(bytes);
    require((at_once.status == 200) == expected.has_value());
    if (!expected) return 0;
    require(at_once.data == expected->data && at_once.used == expected->used);
    compare_with_beast(bytes, at_once);
    return 0;
}

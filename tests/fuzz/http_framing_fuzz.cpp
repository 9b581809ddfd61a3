#include "framing.hpp"
#include "request_reader.hpp"
#include "response_reader.hpp"
#include "target.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

// Requests: Beast's parser reads a header section that the framing policy accepts exactly as the policy does.
// Responses: in pieces of any size, the reader ends in the same state and within its limits.

namespace {

using namespace tocsin::http;
namespace beast_http = boost::beast::http;

void require(bool holds) {
    if (!holds) std::abort();
}

void compare_with_beast(std::string_view section, request_head const& head) {
    request_reader reader;
    auto const cause = reader.read_head(section, head);
    beast_http::request_parser<beast_http::empty_body> parser;
    parser.skip(true);
    parser.body_limit(boost::none);
    boost::system::error_code error;
    auto const used = parser.put(boost::asio::buffer(section), error);
    require(cause.has_value() == error.failed());
    // Beast refuses lists in Connection and Proxy-Connection that the policy ignores.
    if (error == beast_http::error::bad_value) return;
    require(!error && used == section.size() && parser.is_header_done());
    auto const& message = parser.get();
    require(message.method_string() == head.method && message.version() == 10 + head.minor_version);
    require(std::string_view(message.target()) == head.target);
    require(std::ranges::distance(message) == static_cast<std::ptrdiff_t>(head.fields.size()));
    require(parser.chunked() == (head.framing == body_framing::chunked));
    auto const length = parser.content_length();
    require(
        length.has_value() == head.content_length.has_value() && (!length || *length == *head.content_length)
    );
    for (auto const& field : head.fields) {
        auto const range = message.equal_range(field.name);
        require(std::any_of(range.first, range.second, [&](auto const& other) {
            return other.value() == field.value;
        }));
    }
}

void read_request(std::string_view bytes) {
    std::size_t scanned = 0;
    auto const at_once = find_head_end(bytes, scanned, request_limits);
    scanned = 0;
    framing_result<std::size_t> stepwise = std::size_t{0};
    for (std::size_t size = 1; size <= bytes.size() && stepwise && *stepwise == 0; ++size)
        stepwise = find_head_end(bytes.substr(0, size), scanned, request_limits);
    // All bytes at once may be refused because of what follows the section; single bytes may not.
    if (stepwise && *stepwise > 0) require(!at_once || *at_once == *stepwise);
    if (!at_once || *at_once == 0) return;
    auto const section = bytes.substr(0, *at_once);
    auto const head = parse_request_head(section);
    if (!head) return;
    require(section.find('\0') == std::string_view::npos);
    compare_with_beast(section, *head);
    if (auto const segments = decode_path(head->path)) {
        for (auto const& s : *segments) require(s != ".." && s.find_first_of("/\\") == std::string::npos);
    }
    decode_query(head->query);
}

using state = response_reader::state;

state read_in_steps(std::string_view bytes, std::size_t step, client_response& response) {
    constexpr std::size_t max_response = 1000;
    response_reader reader(method::get, max_response);
    auto progress = state::incomplete;
    while (progress == state::incomplete && !bytes.empty()) {
        progress = reader.feed(bytes.substr(0, step));
        bytes.remove_prefix(std::min(step, bytes.size()));
    }
    if (progress == state::incomplete) progress = reader.finish();
    if (progress == state::complete) {
        response = reader.take();
        require(response.body.size() <= max_response && response.status >= 200 && response.status < 600);
    }
    return progress;
}

void read_response(std::string_view bytes) {
    client_response at_once;
    client_response stepwise;
    auto const first = read_in_steps(bytes, bytes.size(), at_once);
    auto const second = read_in_steps(bytes, 1, stepwise);
    // The first refusal may depend on the pieces, but a response may not.
    if (first == state::complete || second == state::complete)
        require(first == second || first == state::malformed || first == state::too_large);
    if (first == state::complete)
        require(at_once.body == stepwise.body && at_once.headers.all() == stepwise.headers.all());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size < 2) return 0;
    std::string_view const bytes(reinterpret_cast<char const*>(data), size);
    if (bytes.front() == 'H') {
        read_response(bytes);
    } else {
        read_request(bytes);
    }
    return 0;
}

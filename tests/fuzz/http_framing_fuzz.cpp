#include "answer_reader.hpp"
#include "framing.hpp"
#include "request_reader.hpp"
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

// Requests: what the framing policy lets through is read by Beast, a parser of other hands, in just the same
// way. Answers: whatever comes, in whatever pieces, the reader ends in the same state and within its bounds.

namespace {

using namespace tocsin::http;
namespace beast_http = boost::beast::http;

void require(bool holds) {
    if (!holds) std::abort();
}

void compare_with_beast(std::string_view section, request_head const& head) {
    request_reader reader;
    auto const refused = reader.read_head(section, head);
    beast_http::request_parser<beast_http::empty_body> parser;
    parser.skip(true);
    parser.body_limit(boost::none);
    boost::system::error_code failed;
    auto const used = parser.put(boost::asio::buffer(section), failed);
    // Beast refuses lists in Connection and Proxy-Connection that decide nothing here.
    require(refused.has_value() == failed.failed());
    if (failed == beast_http::error::bad_value) return;
    require(!failed && used == section.size() && parser.is_header_done());
    auto const& seen = parser.get();
    require(seen.method_string() == head.method && seen.version() == 10 + head.minor_version);
    require(std::string_view(seen.target()) == head.target);
    require(std::ranges::distance(seen) == static_cast<std::ptrdiff_t>(head.fields.size()));
    require(parser.chunked() == (head.framing == body_framing::chunked));
    auto const length = parser.content_length();
    require(
        length.has_value() == head.content_length.has_value() && (!length || *length == *head.content_length)
    );
    for (auto const& field : head.fields) {
        auto const range = seen.equal_range(field.name);
        require(std::any_of(range.first, range.second, [&](auto const& f) {
            return f.value() == field.value;
        }));
    }
}

void read_request(std::string_view bytes) {
    std::size_t scanned = 0;
    auto const whole = find_head_end(bytes, scanned, request_limits);
    std::size_t stepwise = 0;
    framed<std::size_t> slowly = std::size_t{0};
    for (std::size_t here = 1; here <= bytes.size() && slowly && *slowly == 0; ++here) {
        slowly = find_head_end(bytes.substr(0, here), stepwise, request_limits);
    }
    // A piece may be refused early for what comes after the end of the section, but never the other way
    // round.
    if (slowly && *slowly > 0) require(!whole || *whole == *slowly);
    if (!whole || *whole == 0) return;
    auto const head = parse_request_head(bytes.substr(0, *whole));
    if (!head) return;
    require(bytes.substr(0, *whole).find('\0') == std::string_view::npos);
    compare_with_beast(bytes.substr(0, *whole), *head);
    if (auto const segments = decode_path(head->path)) {
        for (auto const& s : *segments) require(s != ".." && s.find_first_of("/\\") == std::string::npos);
    }
    decode_query(head->query);
}

answer_reader::state read_in_steps(std::string_view bytes, std::size_t step, answer* into) {
    constexpr std::size_t max_answer = 1000;
    answer_reader reader(method::get, max_answer);
    auto state = answer_reader::state::more;
    while (state == answer_reader::state::more && !bytes.empty()) {
        state = reader.feed(bytes.substr(0, step));
        bytes.remove_prefix(std::min(step, bytes.size()));
    }
    if (state == answer_reader::state::more) state = reader.finish();
    if (state == answer_reader::state::done) {
        *into = reader.take();
        require(into->body.size() <= max_answer && into->status >= 200 && into->status < 600);
    }
    return state;
}

void read_answer(std::string_view bytes) {
    answer at_once;
    answer slowly;
    auto const first = read_in_steps(bytes, bytes.size(), &at_once);
    auto const second = read_in_steps(bytes, 1, &slowly);
    // Which refusal is met first may depend on the pieces; an answer may not.
    bool const done = first == answer_reader::state::done;
    if (done || second == answer_reader::state::done) {
        require(
            first == second || first == answer_reader::state::malformed ||
            first == answer_reader::state::too_large
        );
    }
    if (done) require(at_once.body == slowly.body && at_once.headers.all() == slowly.headers.all());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size < 2) return 0;
    std::string_view const bytes(reinterpret_cast<char const*>(data), size);
    if (bytes.front() == 'H') {
        read_answer(bytes);
    } else {
        read_request(bytes);
    }
    return 0;
}

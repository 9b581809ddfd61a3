#include "response_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <limits>

namespace tocsin::http {
namespace {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;

/// Beast parses a chunk line with its extensions, or the trailers, only when all of it has arrived.
constexpr std::size_t max_unparsed = std::size_t{16} * 1024;
/// Beast 1.81 asserts that it has this many bytes after the last chunk line ("0 CR LF", then at least CR LF).
constexpr std::size_t min_chunk_bytes = 5;

std::size_t max_raw(std::size_t max_response) noexcept {
    return max_response + max_response / 4 + std::size_t{64} * 1024;
}

}  // namespace

struct response_reader::body_parser {
    beast_http::response_parser<beast_http::string_body> parser;
    body_framing framing;
};

response_reader::response_reader(method request_method, std::size_t max_response)
    : request_(request_method == method::head ? response_to::head : response_to::other),
      max_response_(max_response) {}

response_reader::~response_reader() = default;

response_reader::state response_reader::feed(std::string_view bytes) {
    raw_bytes_ += bytes.size();
    if (raw_bytes_ > max_raw(max_response_)) return state::too_large;
    pending_ += bytes;
    if (!body_) {
        auto const heads = read_heads();
        if (heads != state::complete) return heads;
    }
    return read_body();
}

response_reader::state response_reader::finish() {
    if (!body_ || body_->framing != body_framing::until_close) return state::truncated;
    boost::system::error_code error;
    body_->parser.put_eof(error);
    return error ? state::truncated : state::complete;
}

/// Skips interim responses; `complete` when the final header section has arrived.
response_reader::state response_reader::read_heads() {
    while (true) {
        auto const size = find_head_end(pending_, scanned_, response_limits);
        if (!size) return refuse(size.error().detail);
        if (*size == 0) return state::incomplete;
        std::string const section = pending_.substr(0, *size);
        pending_.erase(0, *size);
        scanned_ = 0;
        auto const head = parse_response_head(section, request_);
        if (!head) return refuse(head.error().detail);
        if (head->status >= 200) return begin_body(section, *head);
    }
}

response_reader::state response_reader::begin_body(std::string_view section, response_head const& head) {
    response_.status = head.status;
    for (auto const& field : head.fields) response_.headers.add(field.name, field.value);
    keep_alive_ = !head.wants_close && head.framing != body_framing::until_close;
    body_ = std::make_unique<body_parser>();
    body_->framing = head.framing;
    auto& parser = body_->parser;
    parser.eager(true);
    parser.skip(head.framing == body_framing::none);
    parser.header_limit(static_cast<std::uint32_t>(response_limits.bytes));
    parser.body_limit(max_response_);
    boost::system::error_code error;
    parser.put(asio::buffer(section), error);
    if (error == beast_http::error::body_limit) return state::too_large;
    if (error && error != beast_http::error::need_more) return refuse("The header section is malformed.");
    return state::complete;
}

response_reader::state response_reader::read_body() {
    auto& parser = body_->parser;
    std::size_t const min_size = body_->framing == body_framing::chunked ? min_chunk_bytes : 1;
    std::size_t used = 0;
    while (!parser.is_done() && pending_.size() - used >= min_size) {
        boost::system::error_code error;
        auto const taken = parser.put(asio::buffer(pending_.data() + used, pending_.size() - used), error);
        used += taken;
        if (error == beast_http::error::body_limit) return state::too_large;
        if (error && error != beast_http::error::need_more)
            return refuse("The framing of the body is malformed.");
        if (error || taken == 0) break;
    }
    pending_.erase(0, used);
    if (parser.is_done()) return state::complete;
    return pending_.size() > max_unparsed ? refuse("A chunk line is too long.") : state::incomplete;
}

response_reader::state response_reader::refuse(std::string_view detail) {
    detail_ = detail;
    return state::malformed;
}

bool response_reader::is_reusable() const noexcept {
    return keep_alive_ && pending_.empty();
}

client_response response_reader::take() {
    response_.body = std::move(body_->parser.get().body());
    return std::move(response_);
}

}  // namespace tocsin::http

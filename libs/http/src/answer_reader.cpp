#include "answer_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <limits>

namespace tocsin::http {
namespace {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;

/// A chunk's header with its extensions, or one trailer section, is parsed only once it is whole; nobody's
/// needs more.
constexpr std::size_t max_unparsed = std::size_t{16} * 1024;
/// Beast 1.81 asserts that it has so many bytes once it has seen the last chunk's header ("0 CR LF", then CR
/// LF at least).
constexpr std::size_t least_of_chunks = 5;

std::size_t max_raw(std::size_t max_answer) noexcept {
    return max_answer + max_answer / 4 + std::size_t{64} * 1024;
}

}  // namespace

struct answer_reader::body_parser {
    beast_http::response_parser<beast_http::string_body> parser;
    body_framing framing;
};

answer_reader::answer_reader(method asked, std::size_t max_answer)
    : asked_(asked == method::head ? answer_to::head : answer_to::other), max_answer_(max_answer) {}

answer_reader::~answer_reader() = default;

answer_reader::state answer_reader::feed(std::string_view bytes) {
    raw_bytes_ += bytes.size();
    if (raw_bytes_ > max_raw(max_answer_)) return state::too_large;
    pending_ += bytes;
    if (!body_) {
        auto const heads = read_heads();
        if (heads != state::done) return heads;
    }
    return read_body();
}

answer_reader::state answer_reader::finish() {
    if (!body_ || body_->framing != body_framing::until_close) return state::cut_off;
    boost::system::error_code failed;
    body_->parser.put_eof(failed);
    return failed ? state::cut_off : state::done;
}

/// Passes interim answers over; `done` once the final header section is in.
answer_reader::state answer_reader::read_heads() {
    while (true) {
        auto const size = find_head_end(pending_, scanned_, answer_limits);
        if (!size) return refuse(size.error().detail);
        if (*size == 0) return state::more;
        std::string const section = pending_.substr(0, *size);
        pending_.erase(0, *size);
        scanned_ = 0;
        auto const head = parse_answer_head(section, asked_);
        if (!head) return refuse(head.error().detail);
        if (head->status >= 200) return begin_body(section, *head);
    }
}

answer_reader::state answer_reader::begin_body(std::string_view section, answer_head const& head) {
    answer_.status = head.status;
    for (auto const& field : head.fields) answer_.headers.add(field.name, field.value);
    keep_alive_ = !head.wants_close && head.framing != body_framing::until_close;
    body_ = std::make_unique<body_parser>();
    body_->framing = head.framing;
    auto& parser = body_->parser;
    parser.eager(true);
    parser.skip(head.framing == body_framing::none);
    parser.header_limit(static_cast<std::uint32_t>(answer_limits.bytes));
    parser.body_limit(max_answer_);
    boost::system::error_code failed;
    parser.put(asio::buffer(section), failed);
    if (failed == beast_http::error::body_limit) return state::too_large;
    if (failed && failed != beast_http::error::need_more) return refuse("The header section is malformed.");
    return state::done;
}

answer_reader::state answer_reader::read_body() {
    auto& parser = body_->parser;
    std::size_t const least = body_->framing == body_framing::chunked ? least_of_chunks : 1;
    std::size_t used = 0;
    while (!parser.is_done() && pending_.size() - used >= least) {
        boost::system::error_code failed;
        auto const taken = parser.put(asio::buffer(pending_.data() + used, pending_.size() - used), failed);
        used += taken;
        if (failed == beast_http::error::body_limit) return state::too_large;
        if (failed && failed != beast_http::error::need_more)
            return refuse("The body's framing is malformed.");
        if (failed || taken == 0) break;
    }
    pending_.erase(0, used);
    if (parser.is_done()) return state::done;
    return pending_.size() > max_unparsed ? refuse("A chunk's header is too large.") : state::more;
}

answer_reader::state answer_reader::refuse(std::string_view why) {
    why_ = why;
    return state::malformed;
}

bool answer_reader::reusable() const noexcept {
    return keep_alive_ && pending_.empty();
}

answer answer_reader::take() {
    answer_.body = std::move(body_->parser.get().body());
    return std::move(answer_);
}

}  // namespace tocsin::http

#include "request_reader.hpp"

#include "grammar.hpp"

#include <boost/asio/buffer.hpp>

namespace tocsin::http {
namespace {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;

constexpr refusal ambiguous{400, "ambiguous", "The request can be read in two ways."};

/// For chunk lines: a body of 5 MiB in chunks of 4 KiB needs 10 KiB.
constexpr std::size_t max_chunk_overhead = std::size_t{16} * 1024;

}  // namespace

void request_reader::parser::on_field_impl(
    beast_http::field id,
    boost::beast::string_view name,
    boost::beast::string_view value,
    boost::system::error_code& error
) {
    headers.add_checked(name, value);
    if (id == beast_http::field::host) {
        ++hosts;
        host = value;
    }
    error = {};
}

void request_reader::parser::on_chunk_header_impl(
    std::uint64_t size, boost::beast::string_view extensions, boost::system::error_code& error
) {
    chunk_size = size;
    has_chunk_extensions = !extensions.empty();
    error = {};
}

request_reader::request_reader() {
    parser_.header_limit(static_cast<std::uint32_t>(request_limits.bytes));
    // limit_body() sets it, when the route is known.
    parser_.body_limit(boost::none);
}

std::optional<refusal> request_reader::read_head(std::string_view section, request_head const& head) {
    parser_.headers.all_.reserve(head.fields.size());
    boost::system::error_code error;
    auto const used = parser_.put(asio::buffer(section), error);
    if (error || used != section.size() || !parser_.is_header_done() || !agrees_with(head)) return ambiguous;
    announced_ = static_cast<std::size_t>(head.content_length.value_or(0));
    remaining_ = announced_;
    return std::nullopt;
}

bool request_reader::agrees_with(request_head const& head) const {
    auto const& message = parser_.get();
    auto const length = parser_.content_length();
    return std::string_view(message.method_string()) == head.method &&
           std::string_view(message.target()) == head.target &&
           message.version() == 10 + head.minor_version && parser_.hosts == 1 &&
           host_without_port(parser_.host) == head.host &&
           parser_.chunked() == (head.framing == body_framing::chunked) &&
           length.has_value() == head.content_length.has_value() &&
           length.value_or(0) == head.content_length.value_or(0) &&
           parser_.headers.all().size() == head.fields.size();
}

void request_reader::limit_body(std::size_t max_body) {
    parser_.body_limit(max_body);
    max_wire_ = max_body + max_chunk_overhead;
}

framing_result<std::size_t> request_reader::read_body(std::string_view bytes) {
    std::size_t used = 0;
    while (!is_complete()) {
        auto const rest = bytes.substr(used);
        auto const taken = remaining_ > 0 ? read_data(rest) : read_chunk_line(rest);
        if (!taken) return taken;
        if (*taken == 0) break;
        used += *taken;
    }
    return used;
}

framing_result<std::size_t> request_reader::read_data(std::string_view bytes) {
    auto const data = bytes.substr(0, remaining_);
    if (data.empty()) return data.size();
    boost::system::error_code error;
    auto const used = parser_.put(asio::buffer(data), error);
    if (error || used != data.size()) return ambiguous;
    remaining_ -= used;
    wire_ += used;
    return used;
}

framing_result<std::size_t> request_reader::read_chunk_line(std::string_view bytes) {
    auto const line = parse_chunk_line(bytes, position_);
    if (!line) return line.error();
    if (line->length == 0) return line->length;
    boost::system::error_code error;
    auto const used = parser_.put(asio::buffer(bytes.substr(0, line->length)), error);
    wire_ += used;
    if (error == beast_http::error::body_limit || wire_ > max_wire_) return body_too_large;
    bool const agrees = !error && used == line->length && parser_.chunk_size == line->size &&
                        !parser_.has_chunk_extensions && is_complete() == (line->size == 0);
    if (!agrees) return ambiguous;
    position_ = chunk_position::later;
    remaining_ = static_cast<std::size_t>(line->size);
    announced_ += remaining_;
    return used;
}

}  // namespace tocsin::http

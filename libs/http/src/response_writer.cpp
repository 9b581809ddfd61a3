#include "response_writer.hpp"

#include <tocsin/base/text.hpp>

#include <tuple>
#include <utility>

namespace tocsin::http {
namespace {

namespace beast_http = boost::beast::http;

/// Of one write, because each has its own deadline.
constexpr std::size_t max_output = std::size_t{64} * 1024;

/// Fields that frame the message. Handlers do not decide them.
bool is_framing(std::string_view name) noexcept {
    return iequals(name, "Content-Length") || iequals(name, "Transfer-Encoding") ||
           iequals(name, "Connection");
}

std::string_view text_of(boost::asio::const_buffer buffer) noexcept {
    return {static_cast<char const*>(buffer.data()), buffer.size()};
}

}  // namespace

response_writer::response_writer(
    response const& source, fields const& common, content kind, persistence after
)
    : message_(std::piecewise_construct, std::tuple<>(), std::tuple(flat_fields::allocator_type(&memory_))) {
    bool const has_body = source.status >= 200 && source.status != 204 && source.status != 304;
    header_only_ = kind == content::header_only || !has_body;
    message_.version(11);
    message_.result(static_cast<unsigned>(source.status));
    for (auto const& [name, value] : common.all()) {
        if (source.headers.count(name) == 0) message_.insert(name, value);
    }
    for (auto const& [name, value] : source.headers.all()) {
        if (!is_framing(name)) message_.insert(name, value);
    }
    using beast_http::field;
    if (has_body && !source.next_piece)
        message_.insert(field::content_length, std::to_string(source.body.size()));
    if (after == persistence::close) message_.insert(field::connection, "close");
    add(source.body);
    message_.body().more = source.next_piece != nullptr;
    serializer_.limit(max_output);
    serializer_.split(header_only_ || source.body.empty());
}

response_writer::output response_writer::next() {
    bool const in_body = serializer_.is_header_done();
    if (serializer_.is_done() || (in_body && header_only_)) return {};
    boost::system::error_code error;
    serializer_.next(error, [&](boost::system::error_code&, auto const& buffers) {
        auto it = boost::asio::buffer_sequence_begin(buffers);
        auto const end = boost::asio::buffer_sequence_end(buffers);
        if (!in_body) pending_.header = text_of(*it++);
        if (it != end) pending_.body = text_of(*it);
    });
    if (error == beast_http::error::need_buffer) add({});
    return pending_;
}

void response_writer::consume() {
    serializer_.consume(pending_.header.size() + pending_.body.size());
    pending_ = {};
}

void response_writer::add(std::string_view piece) noexcept {
    // Beast does not write to it.
    message_.body().data = piece.empty() ? nullptr : const_cast<char*>(piece.data());
    message_.body().size = piece.size();
}

}  // namespace tocsin::http

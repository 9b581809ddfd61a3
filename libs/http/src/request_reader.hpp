#pragma once

#include "chunk_line.hpp"
#include "framing.hpp"
#include "request_body.hpp"

#include <tocsin/http/message.hpp>

#include <boost/beast/http/parser.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tocsin::http {

/// Reads one request with Beast's parser. The framing policy has read the same bytes before, and the two
/// readings must agree. No I/O.
class request_reader {
public:
    request_reader();
    request_reader(request_reader const&) = delete;
    request_reader& operator=(request_reader const&) = delete;

    /// Parses the header section that the policy read as `head`. Returns a refusal if Beast reads a different
    /// method, target, version, host, length, transfer coding, or number of fields.
    std::optional<refusal> read_head(std::string_view section, request_head const& head);
    /// The fields of the header section.
    fields take_headers() noexcept { return std::move(parser_.headers); }

    /// Limits the body; on the wire, chunk lines may add 16 KiB.
    void limit_body(std::size_t max_body);
    /// Parses the next bytes, which may be none, and returns how many of them were used. Unless the request
    /// is complete, the others must be passed again, followed by more.
    framing_result<std::size_t> read_body(std::string_view bytes);
    bool is_complete() const noexcept { return parser_.is_done(); }
    /// The Content-Length, or the size of all chunks whose chunk line has arrived.
    std::size_t announced_size() const noexcept { return announced_; }
    std::size_t received_size() const noexcept { return parser_.get().body().size(); }
    std::string take_body() noexcept { return std::move(parser_.get().body()); }

private:
    /// Beast's parser. It puts the fields directly into the container that handlers use, and records what
    /// Beast reads in chunk lines.
    struct parser final : boost::beast::http::request_parser<request_body> {
        fields headers;
        std::size_t hosts = 0;
        std::string_view host;
        std::uint64_t chunk_size = 0;
        bool has_chunk_extensions = false;

    private:
        void on_field_impl(
            boost::beast::http::field id,
            boost::beast::string_view name,
            boost::beast::string_view value,
            boost::system::error_code& error
        ) override;
        void on_chunk_header_impl(
            std::uint64_t size, boost::beast::string_view extensions, boost::system::error_code& error
        ) override;
    };

    bool agrees_with(request_head const& head) const;
    framing_result<std::size_t> read_data(std::string_view bytes);
    framing_result<std::size_t> read_chunk_line(std::string_view bytes);

    parser parser_;
    chunk_position position_ = chunk_position::first;
    std::size_t max_wire_ = 0;
    std::size_t wire_ = 0;  ///< received bytes of the body, including chunk lines
    std::size_t announced_ = 0;
    std::size_t remaining_ = 0;  ///< of the body, or of the chunk
};

}  // namespace tocsin::http

#pragma once

#include "framing.hpp"

#include <tocsin/http/client.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace tocsin::http {

/// Reads one response from bytes as they arrive: the framing policy checks the header section, then Beast's
/// parser reads the body. No I/O. `max_response` limits the body; everything together (chunk extensions,
/// trailers, interim responses) may be a quarter and 64 KiB larger.
class response_reader {
public:
    enum class state {
        incomplete,
        complete,
        malformed,
        too_large,
        truncated,  ///< the peer closed the connection before the end
    };

    response_reader(method request_method, std::size_t max_response);
    ~response_reader();
    response_reader(response_reader const&) = delete;
    response_reader& operator=(response_reader const&) = delete;

    /// May be called again only after `incomplete`.
    state feed(std::string_view bytes);
    /// To be called when the peer has closed the connection in an orderly way.
    state finish();

    bool saw_bytes() const noexcept { return raw_bytes_ > 0; }
    /// For `malformed`: one sentence, a literal.
    std::string_view detail() const noexcept { return detail_; }
    /// The connection may carry another request. Only after `complete`.
    bool is_reusable() const noexcept;
    /// Only after `complete`.
    client_response take();

private:
    struct body_parser;

    state read_heads();
    state read_body();
    state begin_body(std::string_view section, response_head const& head);
    state refuse(std::string_view detail);

    response_to request_;
    std::size_t max_response_;
    std::size_t raw_bytes_ = 0;
    std::size_t scanned_ = 0;
    std::string pending_;
    std::string_view detail_;
    client_response response_;
    bool keep_alive_ = false;
    std::unique_ptr<body_parser> body_;
};

}  // namespace tocsin::http

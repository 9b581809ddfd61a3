#pragma once

#include "flat_fields.hpp"

#include <tocsin/http/message.hpp>

#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/serializer.hpp>

#include <string_view>

namespace tocsin::http {

/// What happens to a connection after a response.
enum class persistence { keep_alive, close };

/// The bytes of one response, made by Beast's serializer. No I/O.
class response_writer {
public:
    enum class content { whole, header_only };

    /// `source` must outlive this object. The response gets each of the fields `common` unless it has its own
    /// of that name. 1xx, 204, and 304 have no body.
    response_writer(response const& source, fields const& common, content kind, persistence after);
    response_writer(response_writer const&) = delete;
    response_writer& operator=(response_writer const&) = delete;

    /// At most 64 KiB together.
    struct output {
        std::string_view header;
        std::string_view body;

        bool empty() const noexcept { return header.empty() && body.empty(); }
    };
    /// The bytes to write next. Empty at the end, and when a stream needs its next piece.
    output next();
    /// To be called when everything that `next()` returned has been written.
    void consume();
    /// Adds the next piece of a stream when `next()` is empty. It must live until `next()` is empty again.
    void add(std::string_view piece) noexcept;
    bool is_header_only() const noexcept { return header_only_; }

private:
    using body = boost::beast::http::buffer_body;

    flat_fields::memory memory_;
    boost::beast::http::response<body, flat_fields> message_;
    boost::beast::http::response_serializer<body, flat_fields> serializer_{message_};
    output pending_;
    bool header_only_;
};

}  // namespace tocsin::http

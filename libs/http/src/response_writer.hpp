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

/// The bytes of one response, from Beast's serializer. No I/O.
class response_writer {
public:
    enum class content { whole, header_only };

    /// `what` must outlive this object. `common` are the fields that a response gets unless it has its own of
    /// that name. 1xx, 204, and 304 have no body.
    response_writer(response const& what, fields const& common, content requested, persistence after);
    response_writer(response_writer const&) = delete;
    response_writer& operator=(response_writer const&) = delete;

    /// At most 64 KiB together.
    struct output {
        std::string_view header;
        std::string_view body;

        bool empty() const noexcept { return header.empty() && body.empty(); }
    };
    /// What to write next; empty at the end, and where a stream needs its next piece.
    output next();
    /// Everything that `next()` returned has been written.
    void consume();
    /// The next piece of a stream, once `next()` is empty. It must live until `next()` is empty again.
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

#pragma once

#include "framing.hpp"

#include <tocsin/http/client.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace tocsin::http {

/// Reads one answer from bytes as they come: our framing policy decides on the header section, Beast's parser
/// then delimits the body. No I/O. Bounded: the body by `max_answer`, and everything together (chunk
/// extensions, trailers, interim answers) by a quarter more and 64 KiB.
class answer_reader {
public:
    enum class state {
        more,  ///< feed me
        done,  ///< `take()` the answer
        malformed,
        too_large,
        cut_off,  ///< the peer closed before the end
    };

    answer_reader(method asked, std::size_t max_answer);
    ~answer_reader();
    answer_reader(answer_reader const&) = delete;
    answer_reader& operator=(answer_reader const&) = delete;

    /// Not to be called again after anything but `more`.
    state feed(std::string_view bytes);
    /// The peer closed the connection in order.
    state finish();

    bool saw_bytes() const noexcept { return raw_bytes_ > 0; }
    /// For `malformed`: one sentence, a literal.
    std::string_view why() const noexcept { return why_; }
    /// The connection may carry another request. Only after `done`.
    bool reusable() const noexcept;
    answer take();

private:
    struct body_parser;

    state read_heads();
    state read_body();
    state begin_body(std::string_view section, answer_head const& head);
    state refuse(std::string_view why);

    answer_to asked_;
    std::size_t max_answer_;
    std::size_t raw_bytes_ = 0;
    std::size_t scanned_ = 0;
    std::string pending_;
    std::string_view why_;
    answer answer_;
    bool keep_alive_ = false;
    std::unique_ptr<body_parser> body_;
};

}  // namespace tocsin::http

#pragma once

#include <tocsin/async/task.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::http {

enum class method { get, head, post, put, patch, delete_ };
std::string_view to_string(method m) noexcept;

/// Header fields in order; names compare without case.
class fields {
public:
    /// Throws std::invalid_argument where the name is no token or the value holds anything but HTAB, 0x20 to
    /// 0x7E and 0x80 to 0xFF: Beast would write CR LF as it stands.
    void add(std::string_view name, std::string_view value);
    void set(std::string_view name, std::string_view value);  ///< replaces all of that name
    std::optional<std::string_view> find(std::string_view name) const noexcept;  ///< the first
    std::size_t count(std::string_view name) const noexcept;
    std::vector<std::pair<std::string, std::string>> const& all() const noexcept { return all_; }

private:
    friend class request_reader;
    /// For fields that the framing policy has checked.
    void add_checked(std::string_view name, std::string_view value) { all_.emplace_back(name, value); }

    std::vector<std::pair<std::string, std::string>> all_;
};

/// One decoded `name=value` of a query string.
struct query_parameter {
    std::string name;
    std::string value;
};

/// A request that passed the framing policy. `headers` are those of the header section only.
struct request {
    http::method method = http::method::get;
    std::string target;                  ///< as on the wire, without the query; for logs
    std::vector<std::string> segments;   ///< the path's segments, percent-decoded, dot segments refused
    std::vector<query_parameter> query;  ///< percent-decoded, in order
    fields headers;
    std::string body;
    std::string peer;  ///< the peer's address, or the client's behind a trusted proxy
    std::string id;    ///< of this request, for logs and problem details: 32 hex
    std::vector<std::pair<std::string_view, std::string>>
        captures;  ///< `{name}` of the matched pattern -> segment

    std::string_view capture(std::string_view name
    ) const;  ///< throws std::out_of_range: a bug of the route table
    /// The parameter's value where it stands exactly once.
    std::optional<std::string_view> query_value(std::string_view name) const noexcept;
    /// The value of a cookie, where that name stands exactly once.
    std::optional<std::string_view> cookie(std::string_view name) const noexcept;
};

struct response {
    int status = 200;
    fields headers;
    std::string body;
    /// Where set, what follows `body`, piece after piece until nothing: an answer without Content-Length that
    /// ends with its connection. A piece is asked for when the one before is on its way; the peer's going
    /// away is noticed at the next piece. While the server drains it is up to the source to end.
    std::function<async::task<std::optional<std::string>>()> more = {};

    static response json(int status, std::string body);
    static response text(int status, std::string body);
    static response no_content();
    /// 303 See Other. `location` must be a path of ours or a URL that we built.
    static response see_other(std::string_view location);
};

/// The standard reason phrase ("Not Found").
std::string_view reason_phrase(int status) noexcept;

/// application/x-www-form-urlencoded text of pairs, percent-encoded; also fit for a query string.
std::string form_encoded(std::vector<std::pair<std::string, std::string>> const& pairs);
/// One path segment, percent-encoded.
std::string encoded_segment(std::string_view text);

}  // namespace tocsin::http

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

/// Header fields in order. Names are compared without case.
class fields {
public:
    /// Throws std::invalid_argument if the name is not a token, or the value contains anything but HTAB, 0x20
    /// to 0x7E, and 0x80 to 0xFF: Beast would write CR LF as it is.
    void add(std::string_view name, std::string_view value);
    void set(std::string_view name, std::string_view value);  ///< replaces all fields of that name
    std::optional<std::string_view> find(std::string_view name) const noexcept;  ///< the first one
    std::size_t count(std::string_view name) const noexcept;
    std::vector<std::pair<std::string, std::string>> const& all() const noexcept { return all_; }

private:
    friend class request_reader;
    /// For fields that the framing policy has checked.
    void add_checked(std::string_view name, std::string_view value) { all_.emplace_back(name, value); }

    std::vector<std::pair<std::string, std::string>> all_;
};

/// A decoded `name=value` of a query string.
struct query_parameter {
    std::string name;
    std::string value;
};

/// A request that passed the framing policy. `headers` are those of the header section only.
struct request {
    http::method method = http::method::get;
    std::string target;                  ///< as on the wire, without the query; for logs
    std::vector<std::string> segments;   ///< of the path, percent-decoded; dot segments are refused
    std::vector<query_parameter> query;  ///< percent-decoded, in order
    fields headers;
    std::string body;
    std::string peer;  ///< the peer's address, or the client's behind a trusted proxy
    std::string id;    ///< 32 hexadecimal digits, for logs; also X-Request-Id of the response
    std::vector<std::pair<std::string_view, std::string>>
        captures;  ///< `{name}` of the matched pattern -> segment

    /// Throws std::out_of_range if the pattern has no such capture: a bug in the route table.
    std::string_view capture(std::string_view name) const;
    /// The value of a parameter that occurs exactly once.
    std::optional<std::string_view> query_value(std::string_view name) const noexcept;
    /// The value of a cookie that occurs exactly once.
    std::optional<std::string_view> cookie(std::string_view name) const noexcept;
};

struct response {
    int status = 200;
    fields headers;
    std::string body;
    /// If set, a stream: what follows `body`, one piece for each call, until there is none. Such a response
    /// has no Content-Length and ends with its connection. The next piece is requested when the previous one
    /// has been written, and a peer that went away is noticed there. While the server drains, the source must
    /// end the stream itself.
    std::function<async::task<std::optional<std::string>>()> next_piece = {};
    /// Whose share of the room for responses the body takes, such as an organization; empty: the peer's.
    std::string owner = {};

    static response json(int status, std::string body);
    static response text(int status, std::string body);
    static response no_content();
    /// 303 See Other. `location` must be a path of ours or a URL that we built.
    static response see_other(std::string_view location);
};

/// The standard reason phrase ("Not Found").
std::string_view reason_phrase(int status) noexcept;

/// Pairs as application/x-www-form-urlencoded; also fit for a query string.
std::string form_encoded(std::vector<std::pair<std::string, std::string>> const& pairs);
/// A path segment, percent-encoded.
std::string encoded_segment(std::string_view text);

}  // namespace tocsin::http

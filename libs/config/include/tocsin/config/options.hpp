#pragma once

#include <tocsin/base/error.hpp>
#include <tocsin/base/secret.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::config {

/// Looks a variable up; nothing where it is unset. An empty one counts as unset. `process_environment()` in
/// the program, a map in tests.
using environment = std::function<std::optional<std::string>(std::string_view name)>;
environment process_environment();

enum class secrecy { shown, hidden };

/// One option, declared once: its documentation and its reading come from here.
struct option {
    std::string_view name;           ///< TOCSIN_...
    std::string_view default_value;  ///< as text; empty = none
    std::string_view meaning;        ///< one line for people
    bool required = false;
    secrecy shows = secrecy::shown;
};

/// Where a server listens, or a host to reach: `host:port`, IPv6 in brackets. Port 0 lets a server take a
/// free one.
struct endpoint {
    std::string host;  ///< without brackets
    std::uint16_t port = 0;
};

/// An absolute http or https URL without user, query and fragment.
struct base_url {
    bool https = false;
    std::string host;            ///< lower case, without brackets
    std::uint16_t port = 0;      ///< the scheme's own where none was given
    std::string path;            ///< without trailing slash; empty for the root
    std::string str() const;     ///< canonical, without trailing slash
    std::string origin() const;  ///< scheme://host[:port]
};

/// Reads options from an environment and collects every problem, so that all are named at once. For each NAME
/// there is NAME_FILE: a file that holds the value (one trailing newline dropped); both at once is a problem.
/// After a problem, and where there is no value, a read answers nothing, an empty value, or the lower bound.
class reader {
public:
    explicit reader(environment from);

    std::optional<std::string> text(option const& of);
    std::optional<secret> hidden(option const& of);
    /// `200ms`, `30s`, `15m`, `8h`, `7d`; whole numbers; bounds included.
    std::chrono::milliseconds duration(
        option const& of, std::chrono::milliseconds min, std::chrono::milliseconds max
    );
    /// `64KiB`, `5MiB` or plain bytes.
    std::uint64_t size(option const& of, std::uint64_t min, std::uint64_t max);
    std::int64_t integer(option const& of, std::int64_t min, std::int64_t max);
    endpoint address(option const& of);
    base_url url(option const& of);
    /// Comma-separated, trimmed, empty items dropped.
    std::vector<std::string> list(option const& of);
    std::string word(option const& of, std::vector<std::string_view> const& allowed);

    /// A problem of one's own ("TOCSIN_SENTRY_TIMEOUT", "must be shorter than TOCSIN_REFRESH_LEASE").
    void reject(std::string_view name, std::string problem);
    /// One line per problem, `NAME: what is wrong and what is expected`; hidden values are not shown.
    std::vector<std::string> const& problems() const noexcept { return problems_; }

private:
    std::optional<std::string> raw(option const& of);
    environment from_;
    std::vector<std::string> problems_;
};

/// Parts used by the reader and by others.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept;
std::optional<std::uint64_t> parse_size(std::string_view text) noexcept;
std::optional<endpoint> parse_endpoint(std::string_view text);
std::optional<base_url> parse_base_url(std::string_view text);

}  // namespace tocsin::config

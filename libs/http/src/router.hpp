#pragma once

#include <tocsin/http/server.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::http {

/// The route table, sorted so that the first pattern that matches is the most literal one.
class router {
public:
    /// Throws std::invalid_argument if a pattern is malformed, two routes have the same method and path, or a
    /// route has no handler.
    explicit router(std::vector<route> routes);

    using captures = std::vector<std::pair<std::string_view, std::string>>;

    struct match {
        route const* target = nullptr;  ///< null: no such path, or not with this method
        std::string_view pattern;       ///< of the path that matches; empty if none does
        std::string allowed;            ///< for Allow, if the path matches and the method does not
        router::captures captures;      ///< their names live as long as the router
    };
    /// `method` as on the wire. HEAD is served by the route of GET unless it has its own. If the most literal
    /// pattern lacks the method, more general ones are not tried: a page for every path must not hide a 405.
    match find(std::string_view method, std::vector<std::string> const& segments) const;

private:
    enum class kind { literal, capture, rest };
    struct part {
        router::kind kind;
        std::string text;  ///< literal text, or the capture's name
    };
    using shape = std::vector<part>;
    struct entry {
        std::size_t route;  ///< index in routes_
        shape parts;
    };
    struct path {
        std::vector<entry> entries;  ///< one for each method, all of one shape
    };

    void add(std::size_t route, shape parts);
    static shape parse(std::string const& pattern);
    static int compare(shape const& a, shape const& b) noexcept;
    static bool matches(shape const& parts, std::vector<std::string> const& segments) noexcept;
    static captures capture(shape const& parts, std::vector<std::string> const& segments);
    entry const* entry_of(path const& path, std::string_view method) const noexcept;

    std::vector<route> routes_;
    std::vector<path> paths_;
};

}  // namespace tocsin::http

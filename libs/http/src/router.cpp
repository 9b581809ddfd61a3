#include "router.hpp"

#include <algorithm>
#include <stdexcept>

namespace tocsin::http {
namespace {

[[noreturn]] void throw_malformed(std::string const& pattern) {
    throw std::invalid_argument("route pattern " + pattern + " is malformed");
}

}  // namespace

router::router(std::vector<route> routes) : routes_(std::move(routes)) {
    for (std::size_t i = 0; i < routes_.size(); ++i) {
        auto const& r = routes_[i];
        if (!r.handle) throw std::invalid_argument("route " + r.pattern + " has no handler");
        add(i, parse(r.pattern));
        if (r.slash == route::trailing_slash::accepted) add(i, parse(r.pattern + "/"));
    }
    std::ranges::sort(paths_, [](path const& a, path const& b) {
        return compare(a.entries.front().parts, b.entries.front().parts) < 0;
    });
}

void router::add(std::size_t route, shape parts) {
    auto const& added = routes_[route];
    auto const same_path = std::ranges::find_if(paths_, [&](path const& p) {
        return compare(p.entries.front().parts, parts) == 0;
    });
    if (same_path == paths_.end()) {
        paths_.push_back({{{route, std::move(parts)}}});
        return;
    }
    if (entry_of(*same_path, to_string(added.method)) != nullptr)
        throw std::invalid_argument(
            "two routes for " + std::string(to_string(added.method)) + " " + added.pattern
        );
    same_path->entries.push_back({route, std::move(parts)});
}

router::match router::find(std::string_view method, std::vector<std::string> const& segments) const {
    auto const first = std::ranges::find_if(paths_, [&](path const& p) {
        return matches(p.entries.front().parts, segments);
    });
    if (first == paths_.end()) return {};
    match result;
    result.pattern = routes_[first->entries.front().route].pattern;
    auto const* chosen = entry_of(*first, method);
    if (chosen == nullptr && method == "HEAD") chosen = entry_of(*first, "GET");
    if (chosen != nullptr) {
        result.target = &routes_[chosen->route];
        result.pattern = result.target->pattern;
        result.captures = capture(chosen->parts, segments);
        return result;
    }
    for (auto const& e : first->entries) {
        auto const allowed = routes_[e.route].method;
        if (!result.allowed.empty()) result.allowed += ", ";
        result.allowed += to_string(allowed);
        if (allowed == http::method::get && entry_of(*first, "HEAD") == nullptr) result.allowed += ", HEAD";
    }
    return result;
}

router::entry const* router::entry_of(path const& path, std::string_view method) const noexcept {
    auto const position = std::ranges::find_if(path.entries, [&](entry const& e) {
        return to_string(routes_[e.route].method) == method;
    });
    return position == path.entries.end() ? nullptr : &*position;
}

router::shape router::parse(std::string const& pattern) {
    if (!pattern.starts_with('/')) throw_malformed(pattern);
    shape parts;
    if (pattern.size() == 1) return parts;
    std::string_view rest = std::string_view(pattern).substr(1);
    while (true) {
        auto const slash = rest.find('/');
        auto text = rest.substr(0, slash);
        part p{kind::literal, std::string(text)};
        if (text.starts_with('{')) {
            if (!text.ends_with('}')) throw_malformed(pattern);
            text = text.substr(1, text.size() - 2);
            p.kind = text.ends_with("...") ? kind::rest : kind::capture;
            if (p.kind == kind::rest) text.remove_suffix(3);
            p.text = text;
            if (text.empty() || (p.kind == kind::rest && slash != std::string_view::npos))
                throw_malformed(pattern);
        }
        if (p.text.find_first_of("{}") != std::string::npos) throw_malformed(pattern);
        parts.push_back(std::move(p));
        if (slash == std::string_view::npos) return parts;
        rest = rest.substr(slash + 1);
    }
}

/// Orders by precedence, segment by segment: literal before capture before rest. The names of captures do not
/// count.
int router::compare(shape const& a, shape const& b) noexcept {
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        if (a[i].kind != b[i].kind) return a[i].kind < b[i].kind ? -1 : 1;
        if (a[i].kind == kind::literal && a[i].text != b[i].text) return a[i].text < b[i].text ? -1 : 1;
    }
    // A shorter path comes before the same path with a rest, so that "/" takes precedence over "/{path...}".
    if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
    return 0;
}

bool router::matches(shape const& parts, std::vector<std::string> const& segments) noexcept {
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].kind == kind::rest) return true;
        if (i == segments.size()) return false;
        if (parts[i].kind == kind::literal ? parts[i].text != segments[i] : segments[i].empty()) return false;
    }
    return parts.size() == segments.size();
}

router::captures router::capture(shape const& parts, std::vector<std::string> const& segments) {
    captures result;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].kind == kind::literal) continue;
        if (parts[i].kind == kind::capture) {
            result.emplace_back(parts[i].text, segments[i]);
            continue;
        }
        std::string joined;
        for (std::size_t s = i; s < segments.size(); ++s) {
            if (s > i) joined.push_back('/');
            joined += segments[s];
        }
        result.emplace_back(parts[i].text, std::move(joined));
    }
    return result;
}

}  // namespace tocsin::http

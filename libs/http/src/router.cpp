#include "router.hpp"

#include <algorithm>
#include <stdexcept>

namespace tocsin::http {
namespace {

[[noreturn]] void malformed(std::string const& pattern) {
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
    auto const place = std::ranges::find_if(paths_, [&](path const& p) {
        return compare(p.entries.front().parts, parts) == 0;
    });
    if (place == paths_.end()) {
        paths_.push_back({{{route, std::move(parts)}}});
        return;
    }
    auto const twice = std::ranges::any_of(place->entries, [&](entry const& e) {
        return routes_[e.route].method == added.method;
    });
    if (twice)
        throw std::invalid_argument(
            "two routes for " + std::string(to_string(added.method)) + " " + added.pattern
        );
    place->entries.push_back({route, std::move(parts)});
}

router::match router::find(std::string_view method, std::vector<std::string> const& segments) const {
    auto const where =
        std::ranges::find_if(paths_, [&](path const& p) { return fits(p.entries.front().parts, segments); });
    if (where == paths_.end()) return {};
    match result;
    result.pattern = routes_[where->entries.front().route].pattern;
    auto const* chosen = with_method(*where, method);
    if (chosen == nullptr && method == "HEAD") chosen = with_method(*where, "GET");
    if (chosen != nullptr) {
        result.found = &routes_[chosen->route];
        result.pattern = result.found->pattern;
        result.captures = capture(chosen->parts, segments);
        return result;
    }
    for (auto const& e : where->entries) {
        auto const allowed = routes_[e.route].method;
        if (!result.allowed.empty()) result.allowed += ", ";
        result.allowed += to_string(allowed);
        if (allowed == method::get && with_method(*where, "HEAD") == nullptr) result.allowed += ", HEAD";
    }
    return result;
}

router::entry const* router::with_method(path const& where, std::string_view method) const noexcept {
    auto const found = std::ranges::find_if(where.entries, [&](entry const& e) {
        return to_string(routes_[e.route].method) == method;
    });
    return found == where.entries.end() ? nullptr : &*found;
}

router::shape router::parse(std::string const& pattern) {
    if (!pattern.starts_with('/')) malformed(pattern);
    shape parts;
    if (pattern.size() == 1) return parts;
    std::string_view rest = std::string_view(pattern).substr(1);
    while (true) {
        auto const slash = rest.find('/');
        auto text = rest.substr(0, slash);
        part p{kind::literal, std::string(text)};
        if (text.starts_with('{')) {
            if (!text.ends_with('}')) malformed(pattern);
            text = text.substr(1, text.size() - 2);
            p.kind = text.ends_with("...") ? kind::rest : kind::capture;
            if (p.kind == kind::rest) text.remove_suffix(3);
            p.text = text;
            if (text.empty() || (p.kind == kind::rest && slash != std::string_view::npos)) malformed(pattern);
        }
        if (p.text.find_first_of("{}") != std::string::npos) malformed(pattern);
        parts.push_back(std::move(p));
        if (slash == std::string_view::npos) return parts;
        rest = rest.substr(slash + 1);
    }
}

/// Orders by what decides first: literal before capture before rest, segment by segment; the names of
/// captures do not count.
int router::compare(shape const& a, shape const& b) noexcept {
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        if (a[i].kind != b[i].kind) return a[i].kind < b[i].kind ? -1 : 1;
        if (a[i].kind == kind::literal && a[i].text != b[i].text) return a[i].text < b[i].text ? -1 : 1;
    }
    // A shorter path stands before the same path with a rest, so that "/" wins over "/{path...}".
    if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
    return 0;
}

bool router::fits(shape const& parts, std::vector<std::string> const& segments) noexcept {
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].kind == kind::rest) return true;
        if (i == segments.size()) return false;
        if (parts[i].kind == kind::literal ? parts[i].text != segments[i] : segments[i].empty()) return false;
    }
    return parts.size() == segments.size();
}

router::captures router::capture(shape const& parts, std::vector<std::string> const& segments) {
    captures caught;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].kind == kind::literal) continue;
        if (parts[i].kind == kind::capture) {
            caught.emplace_back(parts[i].text, segments[i]);
            continue;
        }
        std::string joined;
        for (std::size_t s = i; s < segments.size(); ++s) {
            if (s > i) joined.push_back('/');
            joined += segments[s];
        }
        caught.emplace_back(parts[i].text, std::move(joined));
    }
    return caught;
}

}  // namespace tocsin::http

#include "oauth_model.hpp"

#include "model.hpp"

#include <algorithm>
#include <array>

namespace tocsin::sandbox {

namespace {

constexpr auto code_lifetime = std::chrono::minutes(10);
constexpr auto retention_after_expiry = std::chrono::days(30);
constexpr std::size_t max_issued = 100;

template <class Range, class Matches>
auto* find_in(Range& range, Matches matches) {
    auto const position = std::find_if(range.begin(), range.end(), matches);
    return position == range.end() ? nullptr : &*position;
}

struct uri_parts {
    std::string scheme;
    std::string host;
    std::string port;  ///< with its colon; may be empty
    std::string path;  ///< without dot segments, at least "/"
    std::string rest;  ///< query and fragment, with `?` and `#`

    std::string text() const { return scheme + "://" + host + port + path + rest; }
};

std::string remove_dot_segments(std::string_view path) {
    std::vector<std::string_view> segments;
    auto const is_directory = path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..");
    while (!path.empty()) {
        path.remove_prefix(1);
        auto const segment = path.substr(0, path.find('/'));
        path.remove_prefix(segment.size());
        if (segment == "..") {
            if (!segments.empty()) segments.pop_back();
        } else if (!segment.empty() && segment != ".") {
            segments.push_back(segment);
        }
    }
    std::string out;
    for (auto const segment : segments) out += "/" + std::string(segment);
    return is_directory || out.empty() ? out + "/" : out;
}

std::optional<uri_parts> parse_uri(std::string_view uri) {
    auto const colon = uri.find("://");
    if (colon == std::string_view::npos) return std::nullopt;
    uri_parts out;
    out.scheme = uri.substr(0, colon);
    uri.remove_prefix(colon + 3);
    auto const authority = uri.substr(0, uri.find_first_of("/?#"));
    uri.remove_prefix(authority.size());
    auto const port = authority.find(':', authority.starts_with('[') ? authority.find(']') : 0);
    out.host = authority.substr(0, port);
    if (port != std::string_view::npos) out.port = authority.substr(port);
    auto const path = uri.substr(0, uri.find_first_of("?#"));
    out.rest = uri.substr(path.size());
    out.path = remove_dot_segments(path);
    return out;
}

bool is_loopback(std::string_view host) {
    return host == "127.0.0.1" || host == "localhost" || host == "[::1]";
}

bool matches(uri_parts const& requested, uri_parts const& registered, bool prefix_matching) {
    auto const expected = registered.text();
    if (requested.text() == expected) return true;
    if (is_loopback(registered.host) && registered.port.empty()) {
        auto without_port = requested;
        without_port.port.clear();
        if (without_port.text() == expected) return true;
    }
    return prefix_matching && requested.text().starts_with(expected);
}

}  // namespace

oauth_application* oauth_state::application(std::string_view client_id) {
    return find_in(applications, [&](oauth_application const& app) { return app.client_id == client_id; });
}

oauth_code* oauth_state::code(std::string_view client_id, std::string_view code) {
    return find_in(codes, [&](oauth_code const& c) { return c.client_id == client_id && c.code == code; });
}

void oauth_state::remove_code(std::string_view code) {
    std::string const copy(code);  // `code` may belong to an element
    std::erase_if(codes, [&](oauth_code const& c) { return c.code == copy; });
}

oauth_token* oauth_state::by_token(std::string_view token) {
    return find_in(tokens, [&](oauth_token const& t) { return t.token == token; });
}

oauth_token* oauth_state::by_refresh_token(std::string_view client_id, std::string_view refresh_token) {
    if (refresh_token.empty()) return nullptr;
    return find_in(tokens, [&](oauth_token const& t) {
        return t.client_id == client_id && t.refresh_token == refresh_token;
    });
}

std::string const& oauth_state::add_code(oauth_code draft, timestamp now) {
    draft.code = random_hex(32);
    draft.expires = now + code_lifetime;
    codes.push_back(std::move(draft));
    return codes.back().code;
}

oauth_token& oauth_state::add_token(oauth_token draft, timestamp now) {
    draft.id = next_row_++;
    draft.token = random_hex(32);
    draft.refresh_token = random_hex(32);
    draft.used = false;
    if (!draft.family) draft.family = draft.id;
    draft.created = now;
    draft.expires = now + token_lifetime;
    tokens.push_back(std::move(draft));
    record_issued(tokens.back());
    return tokens.back();
}

oauth_token* oauth_state::refresh(oauth_token& row, timestamp now) {
    if (row.used) {
        auto const family = row.family;
        std::erase_if(tokens, [&](oauth_token const& t) { return t.family == family; });
        return nullptr;
    }
    if (style == refresh_style::family) {
        row.used = true;
        return &add_token(row, now);
    }
    row.token = random_hex(32);
    if (style == refresh_style::rotate) row.refresh_token = random_hex(32);
    row.expires = now + token_lifetime;
    record_issued(row);
    return &row;
}

void oauth_state::remove(std::int64_t row_id) {
    std::erase_if(tokens, [&](oauth_token const& t) { return t.id == row_id; });
}

void oauth_state::purge(timestamp now) {
    std::erase_if(tokens, [&](oauth_token const& t) { return t.expires + retention_after_expiry <= now; });
}

void oauth_state::record_issued(oauth_token const& row) {
    issued.push_back({row.id, row.client_id, row.token, row.refresh_token, row.created, row.expires});
    if (issued.size() > max_issued) issued.pop_front();
}

bool is_registered(oauth_application const& app, std::string_view redirect_uri) {
    auto const requested = parse_uri(redirect_uri);
    if (!requested) return false;
    return std::any_of(app.redirect_uris.begin(), app.redirect_uris.end(), [&](std::string const& uri) {
        auto const registered = parse_uri(uri);
        return registered && matches(*requested, *registered, app.prefix_matching);
    });
}

bool is_known_scope(std::string_view scope) {
    static constexpr std::array<std::string_view, 25> known{
        "org:read",
        "org:write",
        "org:admin",
        "org:integrations",
        "org:ci",
        "member:read",
        "member:write",
        "member:admin",
        "member:invite",
        "team:read",
        "team:write",
        "team:admin",
        "project:read",
        "project:write",
        "project:admin",
        "project:releases",
        "project:distribution",
        "event:read",
        "event:write",
        "event:admin",
        "alerts:read",
        "alerts:write",
        "openid",
        "profile",
        "email",
    };
    return std::find(known.begin(), known.end(), scope) != known.end();
}

std::string join_scopes(std::vector<std::string> const& scopes) {
    std::string out;
    for (auto const& scope : scopes) out += (out.empty() ? "" : " ") + scope;
    return out;
}

}  // namespace tocsin::sandbox

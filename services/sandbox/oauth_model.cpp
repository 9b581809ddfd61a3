#include "oauth_model.hpp"

#include "model.hpp"

#include <algorithm>
#include <array>

namespace tocsin::sandbox {

namespace {

constexpr auto code_lifetime = std::chrono::minutes(10);
constexpr auto kept_after_expiry = std::chrono::days(30);
constexpr std::size_t issued_kept = 100;

template <class Range, class Matches>
auto* find_in(Range& range, Matches matches) {
    auto const at = std::find_if(range.begin(), range.end(), matches);
    return at == range.end() ? nullptr : &*at;
}

struct uri_parts {
    std::string scheme;
    std::string host;
    std::string port;  ///< with its colon; may be empty
    std::string path;  ///< dot segments collapsed, at least "/"
    std::string rest;  ///< query and fragment, with their marks

    std::string text() const { return scheme + "://" + host + port + path + rest; }
};

std::string without_dot_segments(std::string_view path) {
    std::vector<std::string_view> kept;
    auto const directory = path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..");
    while (!path.empty()) {
        path.remove_prefix(1);
        auto const segment = path.substr(0, path.find('/'));
        path.remove_prefix(segment.size());
        if (segment == "..") {
            if (!kept.empty()) kept.pop_back();
        } else if (!segment.empty() && segment != ".") {
            kept.push_back(segment);
        }
    }
    std::string out;
    for (auto const each : kept) out += "/" + std::string(each);
    return directory || out.empty() ? out + "/" : out;
}

std::optional<uri_parts> taken_apart(std::string_view uri) {
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
    out.path = without_dot_segments(path);
    return out;
}

bool is_loopback(std::string_view host) {
    return host == "127.0.0.1" || host == "localhost" || host == "[::1]";
}

bool fits(uri_parts const& asked, uri_parts const& registered, bool prefix_matching) {
    auto const wanted = registered.text();
    if (asked.text() == wanted) return true;
    if (is_loopback(registered.host) && registered.port.empty()) {
        auto without_port = asked;
        without_port.port.clear();
        if (without_port.text() == wanted) return true;
    }
    return prefix_matching && asked.text().starts_with(wanted);
}

}  // namespace

oauth_application* oauth_world::application(std::string_view client_id) {
    return find_in(applications, [&](oauth_application const& app) { return app.client_id == client_id; });
}

oauth_code* oauth_world::code(std::string_view client_id, std::string_view code) {
    return find_in(codes, [&](oauth_code const& c) { return c.client_id == client_id && c.code == code; });
}

void oauth_world::burn(std::string_view code) {
    std::string const gone(code);
    std::erase_if(codes, [&](oauth_code const& c) { return c.code == gone; });
}

oauth_token* oauth_world::by_token(std::string_view token) {
    return find_in(tokens, [&](oauth_token const& t) { return t.token == token; });
}

oauth_token* oauth_world::by_refresh_token(std::string_view client_id, std::string_view refresh_token) {
    if (refresh_token.empty()) return nullptr;
    return find_in(tokens, [&](oauth_token const& t) {
        return t.client_id == client_id && t.refresh_token == refresh_token;
    });
}

std::string const& oauth_world::add_code(oauth_code draft, timestamp now) {
    draft.code = random_hex(32);
    draft.expires = now + code_lifetime;
    codes.push_back(std::move(draft));
    return codes.back().code;
}

oauth_token& oauth_world::add_token(oauth_token draft, timestamp now) {
    draft.id = next_row_++;
    draft.token = random_hex(32);
    draft.refresh_token = random_hex(32);
    draft.used = false;
    if (!draft.family) draft.family = draft.id;
    draft.created = now;
    draft.expires = now + token_lifetime;
    tokens.push_back(std::move(draft));
    note(tokens.back());
    return tokens.back();
}

oauth_token* oauth_world::refresh(oauth_token& of, timestamp now) {
    if (of.used) {
        auto const family = of.family;
        std::erase_if(tokens, [&](oauth_token const& t) { return t.family == family; });
        return nullptr;
    }
    if (style == refresh_style::family) {
        of.used = true;
        return &add_token(of, now);
    }
    of.token = random_hex(32);
    if (style == refresh_style::rotate) of.refresh_token = random_hex(32);
    of.expires = now + token_lifetime;
    note(of);
    return &of;
}

void oauth_world::remove(std::int64_t token_id) {
    std::erase_if(tokens, [&](oauth_token const& t) { return t.id == token_id; });
}

void oauth_world::purge(timestamp now) {
    std::erase_if(tokens, [&](oauth_token const& t) { return t.expires + kept_after_expiry <= now; });
}

void oauth_world::note(oauth_token const& what) {
    issued.push_back({what.id, what.client_id, what.token, what.refresh_token, what.created, what.expires});
    if (issued.size() > issued_kept) issued.pop_front();
}

bool is_registered(oauth_application const& app, std::string_view redirect_uri) {
    auto const asked = taken_apart(redirect_uri);
    if (!asked) return false;
    return std::any_of(app.redirect_uris.begin(), app.redirect_uris.end(), [&](std::string const& each) {
        auto const registered = taken_apart(each);
        return registered && fits(*asked, *registered, app.prefix_matching);
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

}  // namespace tocsin::sandbox

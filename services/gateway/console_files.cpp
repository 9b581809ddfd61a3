#include "gateway/console_files.hpp"

#include "gateway/problem.hpp"
#include "gateway/security_headers.hpp"

#include <tocsin/crypto/random.hpp>

#include <boost/algorithm/string/predicate.hpp>

#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace tocsin::gateway {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view nonce_placeholder = "__CSP_NONCE__";
constexpr std::string_view index_name = "index.html";

constexpr std::string_view not_built_page =
    R"(<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Tocsin</title></head>
<body><h1>The console is not built</h1>
<p>The API works. To build the console, run <code>cd services/console &amp;&amp; npm ci &amp;&amp; npm run build</code>,
then start Tocsin again. If its folder is not <code>build/console</code>, set TOCSIN_CONSOLE_DIR.</p></body>
</html>
)";

std::string_view type_of(std::string_view name) noexcept {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 12> types = {{
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
        {".woff", "font/woff"},
        {".json", "application/json"},
        {".webmanifest", "application/manifest+json"},
        {".map", "application/json"},
        {".txt", "text/plain; charset=utf-8"},
    }};
    for (auto const& [extension, type] : types) {
        if (name.ends_with(extension)) return type;
    }
    return "application/octet-stream";
}

std::string read_file(fs::path const& path) {
    std::ifstream in(path, std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (!in) throw std::runtime_error("cannot read " + path.string());
    return bytes;
}

void replace_all(std::string& text, std::string_view old, std::string_view replacement) {
    for (auto at = text.find(old); at != std::string::npos; at = text.find(old, at + replacement.size()))
        text.replace(at, old.size(), replacement);
}

std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view space = " \t";
    auto const begin = text.find_first_not_of(space);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(space) - begin + 1);
}

/// The text before the first `separator`, which is removed from `rest` with it.
std::string_view take(std::string_view& rest, char separator) noexcept {
    auto const end = rest.find(separator);
    auto const taken = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    return taken;
}

/// Whether an Accept-Encoding header names the coding, and does not exclude it by `q=0`. A wildcard names
/// none: the uncompressed form is always right.
bool accepts(std::string_view header, std::string_view coding) noexcept {
    while (!header.empty()) {
        auto parameters = take(header, ',');
        if (!boost::iequals(trimmed(take(parameters, ';')), coding)) continue;
        auto const quality = trimmed(parameters);
        bool const is_excluded = (quality.starts_with("q=0") || quality.starts_with("Q=0")) &&
                                 quality.find_first_not_of("0.", 2) == std::string_view::npos;
        return !is_excluded;
    }
    return false;
}

http::route get_route(std::string pattern, http::handler handle) {
    return {.method = http::method::get, .pattern = std::move(pattern), .handle = std::move(handle)};
}

std::string_view accepted_encodings(http::request const& request) {
    return request.headers.find("Accept-Encoding").value_or(std::string_view{});
}

async::task<http::response> ready(http::response response) {
    co_return response;
}

}  // namespace

console_files::console_files(fs::path const& directory) {
    if (!fs::is_directory(directory)) return;
    std::map<std::string, std::string> all;
    for (auto const& entry : fs::recursive_directory_iterator(directory)) {
        if (entry.is_symlink() || !entry.is_regular_file()) continue;
        all.emplace(entry.path().lexically_relative(directory).generic_string(), read_file(entry.path()));
    }
    // In the order of the names, a file comes before its compressed forms.
    for (auto& [name, bytes] : all) {
        if (name == index_name)
            index_ = std::move(bytes);
        else
            add(name, std::move(bytes));
    }
}

void console_files::add(std::string name, std::string bytes) {
    if (auto const dot = name.rfind('.'); dot != std::string::npos) {
        auto const extension = std::string_view(name).substr(dot);
        auto const original = files_.find(std::string_view(name).substr(0, dot));
        if (original != files_.end() && extension == ".br") {
            original->second.brotli = std::move(bytes);
            return;
        }
        if (original != files_.end() && extension == ".gz") {
            original->second.gzip = std::move(bytes);
            return;
        }
    }
    auto const type = type_of(name);
    files_.emplace(
        std::move(name), content{.type = type, .bytes = std::move(bytes), .brotli = {}, .gzip = {}}
    );
}

std::vector<std::string> console_files::names() const {
    std::vector<std::string> all;
    for (auto const& [name, unused] : files_) all.push_back(name);
    return all;
}

http::response console_files::page() const {
    constexpr std::size_t nonce_bytes = 16;
    auto const nonce = crypto::random_token(nonce_bytes);
    http::response response;
    response.body = is_built() ? index_ : std::string(not_built_page);
    replace_all(response.body, nonce_placeholder, nonce.reveal());
    response.headers.add("Content-Type", "text/html; charset=utf-8");
    response.headers.add("Content-Security-Policy", page_policy(nonce.reveal()));
    return response;
}

http::response console_files::file(std::string_view name, std::string_view accept_encoding) const {
    auto const found = files_.find(name);
    if (found == files_.end()) return problem_of_status(404, "There is no such file in the console.");
    auto const& file = found->second;
    http::response response;
    response.headers.add("Content-Type", file.type);
    if (!file.brotli.empty() && accepts(accept_encoding, "br")) {
        response.body = file.brotli;
        response.headers.add("Content-Encoding", "br");
    } else if (!file.gzip.empty() && accepts(accept_encoding, "gzip")) {
        response.body = file.gzip;
        response.headers.add("Content-Encoding", "gzip");
    } else {
        response.body = file.bytes;
    }
    if (!file.brotli.empty() || !file.gzip.empty()) response.headers.add("Vary", "Accept-Encoding");
    response.headers.add(
        "Cache-Control", name.starts_with("assets/") ? "public, max-age=31536000, immutable" : "no-cache"
    );
    return response;
}

std::vector<http::route> console_files::routes() const {
    auto const page_route = [this](http::request&) { return ready(page()); };
    std::vector<http::route> all = {
        get_route("/", page_route),
        get_route("/login", page_route),
        get_route("/account", page_route),
        get_route("/invitation", page_route),
        get_route("/password-reset", page_route),
        get_route("/o/{page...}", page_route),
        get_route(
            "/assets/{file...}",
            [this](http::request& request) {
                return ready(
                    file("assets/" + std::string(request.capture("file")), accepted_encodings(request))
                );
            }
        ),
    };
    for (auto const& [name, unused] : files_) {
        bool const is_at_top = name.find_first_of("/{}") == std::string::npos;
        if (is_at_top)
            all.push_back(get_route("/" + name, [this, file_name = name](http::request& request) {
                return ready(file(file_name, accepted_encodings(request)));
            }));
    }
    return all;
}

fs::path default_console_directory(fs::path const& program) {
    auto const folder = program.parent_path();
    auto const built = (folder / "../../console").lexically_normal();
    auto const installed = (folder / "../share/tocsin/console").lexically_normal();
    std::error_code unused;
    return !fs::is_directory(built, unused) && fs::is_directory(installed, unused) ? installed : built;
}

}  // namespace tocsin::gateway

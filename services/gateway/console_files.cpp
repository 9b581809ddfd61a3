#include "gateway/console_files.hpp"

#include "gateway/problem.hpp"
#include "gateway/security_headers.hpp"

#include <tocsin/crypto/random.hpp>

#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace tocsin::gateway {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view nonce_mark = "__CSP_NONCE__";
constexpr std::string_view index_name = "index.html";

constexpr std::string_view not_built_page =
    "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Tocsin</title></head>\n"
    "<body><h1>The console is not built</h1>\n"
    "<p>The API works. To build the console: <code>cd services/console &amp;&amp; npm ci &amp;&amp; npm run "
    "build</code>, "
    "then start Tocsin again. TOCSIN_CONSOLE_DIR names its folder where it is not "
    "<code>build/console</code>.</p></body>\n"
    "</html>\n";

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

void replace_all(std::string& text, std::string_view what, std::string_view with) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
}

http::route get_route(std::string pattern, http::handler handle) {
    return {.method = http::method::get, .pattern = std::move(pattern), .handle = std::move(handle)};
}

async::task<http::response> at_once(http::response answer) {
    co_return answer;
}

}  // namespace

console_files::console_files(fs::path const& directory) {
    if (!fs::is_directory(directory)) return;
    for (auto const& entry : fs::recursive_directory_iterator(directory)) {
        if (entry.is_symlink() || !entry.is_regular_file()) continue;
        auto name = entry.path().lexically_relative(directory).generic_string();
        auto bytes = read_file(entry.path());
        if (name == index_name) {
            index_ = std::move(bytes);
            continue;
        }
        auto const type = type_of(name);
        files_.emplace(std::move(name), content{type, std::move(bytes)});
    }
}

std::vector<std::string> console_files::names() const {
    std::vector<std::string> all;
    for (auto const& [name, unused] : files_) all.push_back(name);
    return all;
}

http::response console_files::page() const {
    constexpr std::size_t nonce_bytes = 16;
    auto const nonce = crypto::random_token(nonce_bytes);
    http::response answer;
    answer.body = is_built() ? index_ : std::string(not_built_page);
    replace_all(answer.body, nonce_mark, nonce.reveal());
    answer.headers.add("Content-Type", "text/html; charset=utf-8");
    answer.headers.add("Content-Security-Policy", page_policy(nonce.reveal()));
    return answer;
}

http::response console_files::file(std::string_view name) const {
    auto const found = files_.find(name);
    if (found == files_.end()) return problem_of_status(404, "There is no such file.");
    http::response answer;
    answer.body = found->second.bytes;
    answer.headers.add("Content-Type", found->second.type);
    answer.headers.add(
        "Cache-Control", name.starts_with("assets/") ? "public, max-age=31536000, immutable" : "no-cache"
    );
    return answer;
}

std::vector<http::route> console_files::routes() const {
    auto const page_of = [this](http::request&) { return at_once(page()); };
    std::vector<http::route> all = {
        get_route("/", page_of),
        get_route("/login", page_of),
        get_route("/account", page_of),
        get_route("/invitation", page_of),
        get_route("/password-reset", page_of),
        get_route("/o/{page...}", page_of),
        get_route(
            "/assets/{file...}",
            [this](http::request& asked) {
                return at_once(file("assets/" + std::string(asked.capture("file"))));
            }
        ),
    };
    for (auto const& [name, unused] : files_) {
        bool const plain = name.find_first_of("/{}") == std::string::npos;
        if (plain)
            all.push_back(get_route("/" + name, [this, file_name = name](http::request&) {
                return at_once(file(file_name));
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

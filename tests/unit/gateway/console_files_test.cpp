#include "gateway/console_files.hpp"

#include <tocsin/async/io.hpp>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

using namespace tocsin;
using namespace tocsin::gateway;
namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(console)

namespace {

/// A temporary folder.
class folder {
public:
    folder() {
        std::string name = (fs::temp_directory_path() / "tocsin-console-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        path_ = name;
    }
    ~folder() { fs::remove_all(path_); }
    folder(folder const&) = delete;
    folder& operator=(folder const&) = delete;

    void write(std::string const& name, std::string_view content) const {
        fs::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name, std::ios::binary) << content;
    }
    fs::path const& path() const noexcept { return path_; }

private:
    fs::path path_;
};

struct built_console {
    folder outside;
    folder root;

    built_console() {
        root.write(
            "index.html", "<meta name=\"csp-nonce\" content=\"__CSP_NONCE__\"><link nonce=\"__CSP_NONCE__\">"
        );
        root.write("assets/main-abc123.js", "fake script");
        root.write("assets/main-abc123.css", "fake style");
        root.write("robots.txt", "fake robots");
        outside.write("secret.txt", "fake secret");
        fs::create_symlink(outside.path() / "secret.txt", root.path() / "assets/link.txt");
    }
};

std::string nonce_of(http::response const& page) {
    std::string const before = "csp-nonce\" content=\"";
    auto const begin = page.body.find(before) + before.size();
    return page.body.substr(begin, page.body.find('"', begin) - begin);
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(every_page_has_its_own_nonce, built_console) {
    console_files const files(root.path());
    BOOST_TEST(files.is_built());
    auto const first = files.page();
    auto const second = files.page();
    BOOST_TEST(first.body.find("__CSP_NONCE__") == std::string::npos);
    BOOST_TEST(nonce_of(first).size() == 22U);
    BOOST_TEST(nonce_of(first) != nonce_of(second));
    BOOST_TEST(
        first.headers.find("Content-Security-Policy")->find("'nonce-" + nonce_of(first) + "'") !=
        std::string_view::npos
    );
    BOOST_TEST(first.headers.find("Content-Type").value() == "text/html; charset=utf-8");
    BOOST_TEST(first.headers.count("Cache-Control") == 0U);  // the default: not stored
}

BOOST_FIXTURE_TEST_CASE(only_files_of_the_folder_are_served, built_console) {
    console_files const files(root.path());
    std::vector<std::string> const expected = {
        "assets/main-abc123.css", "assets/main-abc123.js", "robots.txt"
    };
    auto const names = files.names();
    BOOST_TEST(names == expected, boost::test_tools::per_element());
    for (auto const& other : {
             std::string("index.html"),
             std::string("assets/link.txt"),
             std::string("assets/"),
             std::string("assets/../robots.txt"),
             "../" + outside.path().filename().string() + "/secret.txt",
             (outside.path() / "secret.txt").string(),
             std::string(""),
         })
        BOOST_TEST(files.file(other).status == 404, other);
}

BOOST_FIXTURE_TEST_CASE(assets_are_cached_forever_and_other_files_are_revalidated, built_console) {
    console_files const files(root.path());
    auto const script = files.file("assets/main-abc123.js");
    BOOST_TEST(script.status == 200);
    BOOST_TEST(script.body == "fake script");
    BOOST_TEST(script.headers.find("Content-Type").value() == "text/javascript; charset=utf-8");
    BOOST_TEST(script.headers.find("Cache-Control").value() == "public, max-age=31536000, immutable");
    auto const robots = files.file("robots.txt");
    BOOST_TEST(robots.headers.find("Cache-Control").value() == "no-cache");
}

BOOST_FIXTURE_TEST_CASE(compressed_forms_are_served_to_browsers_that_accept_them, built_console) {
    root.write("assets/main-abc123.js.br", "fake brotli");
    root.write("assets/main-abc123.js.gz", "fake gzip");
    root.write("assets/alone.gz", "fake archive");
    console_files const files(root.path());
    struct example {
        std::string_view accept;
        std::string_view coding;
        std::string_view body;
    };
    for (auto const& [accept, coding, body] : {
             example{"gzip, deflate, br, zstd", "br", "fake brotli"},
             example{"BR;q=0.5", "br", "fake brotli"},
             example{"gzip", "gzip", "fake gzip"},
             example{"br;q=0, gzip ; q=1", "gzip", "fake gzip"},
             example{"br;q=0.000,gzip;q=0", "", "fake script"},
             example{"br;q=0.001", "br", "fake brotli"},
             example{"identity, brotli, xgzip", "", "fake script"},
             example{"*", "", "fake script"},
             example{"", "", "fake script"},
             example{",;,;q=0,", "", "fake script"},
         }) {
        auto const response = files.file("assets/main-abc123.js", accept);
        BOOST_TEST_CONTEXT(accept) {
            BOOST_TEST(response.body == body);
            BOOST_TEST(response.headers.find("Content-Encoding").value_or("") == coding);
            BOOST_TEST(response.headers.find("Vary").value() == "Accept-Encoding");
            BOOST_TEST(response.headers.find("Content-Type").value() == "text/javascript; charset=utf-8");
            BOOST_TEST(
                response.headers.find("Cache-Control").value() == "public, max-age=31536000, immutable"
            );
        }
    }
    BOOST_TEST(files.file("assets/main-abc123.css", "br").headers.count("Vary") == 0U);
    BOOST_TEST(files.file("assets/main-abc123.js.br").status == 404);
    BOOST_TEST(files.file("assets/alone.gz", "gzip").body == "fake archive");
    BOOST_TEST(files.file("assets/alone.gz", "gzip").headers.count("Content-Encoding") == 0U);
}

BOOST_AUTO_TEST_CASE(without_a_built_console_the_page_explains_how_to_build_it) {
    folder const empty;
    for (auto const& path : {empty.path(), empty.path() / "missing"}) {
        console_files const files(path);
        BOOST_TEST(!files.is_built());
        BOOST_TEST(files.page().status == 200);
        BOOST_TEST(files.page().body.find("npm run build") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(default_directory_of_a_build_and_of_an_installation) {
    folder const root;
    root.write("console/index.html", "");
    root.write("release/bin/tocsin", "");
    BOOST_TEST(default_console_directory(root.path() / "release/bin/tocsin") == root.path() / "console");
    folder const installed;
    installed.write("usr/bin/tocsin", "");
    installed.write("usr/share/tocsin/console/index.html", "");
    BOOST_TEST(
        default_console_directory(installed.path() / "usr/bin/tocsin") ==
        installed.path() / "usr/share/tocsin/console"
    );
}

BOOST_AUTO_TEST_SUITE_END()

#pragma once

#include <tocsin/http/server.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::gateway {

/// The built console in memory. What is served is what stood in the directory at start, by exact name: a
/// request never becomes a path of the file system.
class console_files {
public:
    /// Reads every regular file below `directory` (symbolic links are left out). A directory without an
    /// index.html, or none at all, makes a console that says how to build it. Throws std::runtime_error where
    /// a file cannot be read.
    explicit console_files(std::filesystem::path const& directory);

    bool is_built() const noexcept { return !index_.empty(); }
    /// Names relative to the directory, `/`-separated, without index.html.
    std::vector<std::string> names() const;

    /// The page, with a fresh nonce for the style elements of the component library; or the one that says how
    /// to build it.
    http::response page() const;
    /// One file. What lies under assets/ has a hash of its content in its name and is cached for good.
    http::response file(std::string_view name) const;

    /// `/`, `/login`, `/account`, `/invitation`, `/password-reset`, the pages of organizations, the assets
    /// and the other files. This object outlives the routes.
    std::vector<http::route> routes() const;

private:
    struct content {
        std::string_view type;
        std::string bytes;
    };
    std::string index_;
    std::map<std::string, content, std::less<>> files_;
};

/// Where the console is looked for when no setting says so: beside a build (build/console next to
/// build/<preset>/bin), then beside an installed program (share/tocsin/console). The first that exists; else
/// the first.
std::filesystem::path default_console_directory(std::filesystem::path const& program);

}  // namespace tocsin::gateway

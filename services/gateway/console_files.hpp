#pragma once

#include <tocsin/http/server.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::gateway {

/// The built console in memory, as it was at start. Files are found by their exact name: a request never
/// becomes a path in the file system.
class console_files {
public:
    /// Reads every regular file below `directory`, without symbolic links. If there is no index.html, the
    /// page explains how to build the console. Throws std::runtime_error if a file cannot be read.
    explicit console_files(std::filesystem::path const& directory);

    bool is_built() const noexcept { return !index_.empty(); }
    /// Names relative to the directory, separated by `/`, without index.html and without the compressed forms
    /// (NAME.br, NAME.gz) of other files.
    std::vector<std::string> names() const;

    /// The page, with a new nonce for the style elements of the component library.
    http::response page() const;
    /// One file, in the smallest form that `accept_encoding` (the header; empty if there is none) allows.
    /// Names under assets/ contain a hash of the content, so those files are cached forever.
    http::response file(std::string_view name, std::string_view accept_encoding = {}) const;

    /// The console's pages and files. This object outlives the routes.
    std::vector<http::route> routes() const;

private:
    struct content {
        std::string_view type;
        std::string bytes;
        /// Empty if the build has not made them.
        std::string brotli;
        std::string gzip;
    };
    void add(std::string name, std::string bytes);

    std::string index_;
    std::map<std::string, content, std::less<>> files_;
};

/// The console's directory without a setting: build/console next to build/<preset>/bin, or
/// share/tocsin/console of an installed program. The first that exists, or else the first.
std::filesystem::path default_console_directory(std::filesystem::path const& program);

}  // namespace tocsin::gateway

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace tocsin::http {

/// A server's certificate and key, which can be replaced while it runs.
class tls_files {
public:
    /// Throws boost::system::system_error if a file cannot be used.
    tls_files(std::string certificate_file, std::string key_file);

    std::shared_ptr<boost::asio::ssl::context> const& context() const noexcept { return context_; }
    /// Reads the files if one has changed since the last attempt. True if there is a new context. Throws as
    /// the constructor does, and keeps the context: the other file may follow.
    bool reload_if_changed();

private:
    /// Device, inode, size, and time of the last change, in seconds and nanoseconds, of both files.
    using state = std::array<std::int64_t, 10>;
    state read_state() const noexcept;

    std::string certificate_file_;
    std::string key_file_;
    state seen_;
    std::shared_ptr<boost::asio::ssl::context> context_;
};

}  // namespace tocsin::http

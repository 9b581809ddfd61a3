#include "tls_files.hpp"

#include "stream.hpp"

#include <cstddef>
#include <sys/stat.h>
#include <utility>

namespace tocsin::http {

tls_files::tls_files(std::string certificate_file, std::string key_file)
    : certificate_file_(std::move(certificate_file)),
      key_file_(std::move(key_file)),
      seen_(read_state()),
      context_(server_tls(certificate_file_, key_file_)) {}

bool tls_files::reload_if_changed() {
    auto const now = read_state();
    if (now == seen_) return false;
    seen_ = now;
    context_ = server_tls(certificate_file_, key_file_);
    return true;
}

tls_files::state tls_files::read_state() const noexcept {
    state all{};
    std::size_t at = 0;
    for (auto const* const file : {&certificate_file_, &key_file_}) {
        struct ::stat found{};
        if (::stat(file->c_str(), &found) != 0) found = {};
        all[at++] = static_cast<std::int64_t>(found.st_dev);
        all[at++] = static_cast<std::int64_t>(found.st_ino);
        all[at++] = static_cast<std::int64_t>(found.st_size);
        all[at++] = static_cast<std::int64_t>(found.st_mtim.tv_sec);
        all[at++] = static_cast<std::int64_t>(found.st_mtim.tv_nsec);
    }
    return all;
}

}  // namespace tocsin::http

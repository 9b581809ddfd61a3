#include <tocsin/base/secret.hpp>

#include <cstring>

namespace tocsin {

void wipe(std::string& text) noexcept {
    // The whole capacity, because a shortened or moved-from string still contains its old bytes after the
    // end, a short one in the object itself. Growing to the capacity never allocates.
    text.resize(text.capacity());
    explicit_bzero(text.data(), text.size());
    text.clear();
}

}  // namespace tocsin

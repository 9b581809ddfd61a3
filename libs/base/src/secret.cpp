#include <tocsin/base/secret.hpp>

#include <cstring>

namespace tocsin {

void wipe(std::string& text) noexcept {
    // The whole capacity: a shortened or moved-from string still holds its old bytes behind the end, a short
    // one inside the object itself. Growing to the capacity never allocates.
    text.resize(text.capacity());
    explicit_bzero(text.data(), text.size());
    text.clear();
}

}  // namespace tocsin

#include "gateway/proven_credentials.hpp"

namespace tocsin::gateway {

bool proven_credentials::contains(secret const& credential) const {
    auto const found = until_.find(crypto::sha256(credential.reveal()));
    return found != until_.end() && now_() < found->second;
}

void proven_credentials::add(secret const& credential) {
    // Losing all of them costs each person one lookup with the unproven ones.
    if (until_.size() >= max_entries) until_.clear();
    until_.insert_or_assign(crypto::sha256(credential.reveal()), now_() + lifetime);
}

void proven_credentials::remove(secret const& credential) {
    until_.erase(crypto::sha256(credential.reveal()));
}

}  // namespace tocsin::gateway

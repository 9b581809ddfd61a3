#pragma once

#include <tocsin/base/secret.hpp>

#include <string>
#include <string_view>

namespace tocsin::crypto {

/// argon2id as a PHC string (`$argon2id$v=19$m=19456,t=2,p=1$...`): 19 MiB, two passes (OWASP ASVS 5.0,
/// appendix C). Takes tens of milliseconds of CPU: call it on a worker thread. Throws
/// std::bad_alloc.
std::string hash_password(secret const& password);

/// False for a wrong password or a stored text that is not an argon2id string. As slow as hashing.
bool verify_password(std::string_view stored, secret const& password);

/// True if the stored text was created with weaker parameters than today's.
bool needs_rehash(std::string_view stored);

}  // namespace tocsin::crypto

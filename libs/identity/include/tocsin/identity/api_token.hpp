#pragma once

#include <tocsin/base/secret.hpp>
#include <tocsin/base/uuid.hpp>

#include <string>
#include <string_view>

namespace tocsin::identity {

using token_id = id_of<struct api_token_tag>;

/// `tocsin_<id, 22 characters>_<secret, 43 characters>` in base64url: the prefix lets secret scanners find a
/// leaked one, the id names its row, the secret holds 256 random bits. Only the SHA-256 of the whole is
/// stored.
secret make_api_token(token_id id);

/// The part before the secret: shown to people, so that they recognize one.
std::string api_token_prefix(token_id id);

/// True where a text has this form: what has not is refused without asking the database.
bool looks_like_api_token(std::string_view text) noexcept;

}  // namespace tocsin::identity

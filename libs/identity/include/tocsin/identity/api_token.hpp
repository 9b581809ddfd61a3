#pragma once

#include <tocsin/base/secret.hpp>
#include <tocsin/base/uuid.hpp>

#include <string>
#include <string_view>

namespace tocsin::identity {

using token_id = id_of<struct api_token_tag>;

/// `tocsin_<id, 22 characters>_<secret, 43 characters>` in base64url. Secret scanners find leaked tokens by
/// the prefix, the id names the row, and the secret has 256 random bits. Only the SHA-256 of the whole is
/// stored.
secret make_api_token(token_id id);

/// The part before the secret, by which people recognize a token.
std::string api_token_prefix(token_id id);

/// True if a text has this form. Anything else is refused without a query.
bool looks_like_api_token(std::string_view text) noexcept;

}  // namespace tocsin::identity

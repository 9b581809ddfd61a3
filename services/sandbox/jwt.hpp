#pragma once

#include "model.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tocsin::sandbox {

/// The application that signed this client-secret JWT: HS256 with its secret, `iss` = `sub` = its client id,
/// `exp` at most ten minutes ahead, `jti` not used before (it is stored). Null if any of this fails. `exp`
/// may fit the machine's clock or the sandbox's advanced clock, because the client's clock is not advanced.
application* application_of_jwt(sentry_state& state, std::string_view jwt);

}  // namespace tocsin::sandbox

#pragma once

#include "model.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tocsin::sandbox {

/// The application that made this client-secret JWT: HS256 with its secret, `iss` = `sub` = its client id,
/// `exp` ahead by at most ten minutes, `jti` not seen before (it is remembered). Nothing where any of that
/// fails. `exp` is judged by the machine's clock or by the moved one, whichever it fits: the client's clock
/// need not have been moved.
application* application_of_jwt(state& world, std::string_view jwt);

}  // namespace tocsin::sandbox

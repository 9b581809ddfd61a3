#pragma once

#include <tocsin/grants/call_rules.hpp>

#include <string>
#include <string_view>

namespace tocsin::grants {

/// A call as JSON, for the time until a person has approved it.
std::string stored_call(planned_call const& call);
/// The call again; an error if this version does not have its operation any more. `organization`: the slug of
/// the grant's, for a call that did not name it.
result<planned_call> read_stored_call(std::string_view text, std::string_view organization);

}  // namespace tocsin::grants

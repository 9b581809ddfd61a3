#pragma once

#include <string_view>
#include <vector>

namespace tocsin::grants {

// Parts of a JSON text that json::parse has accepted, byte by byte, so that what is passed on stays as it
// was.

/// The elements of an array; empty for anything else.
std::vector<std::string_view> element_texts(std::string_view array);
/// The value of a member of an object; empty if there is none. The name contains no escapes.
std::string_view member_text(std::string_view object, std::string_view name);

}  // namespace tocsin::grants

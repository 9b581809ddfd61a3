#pragma once

#include <string_view>

/// The files of pages/, embedded so that the program needs no data folder.
namespace tocsin::sandbox::assets {

extern std::string_view const control_html;
extern std::string_view const sandbox_css;
extern std::string_view const sandbox_js;

}  // namespace tocsin::sandbox::assets

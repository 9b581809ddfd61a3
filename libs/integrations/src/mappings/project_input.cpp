#include <tocsin/base/text.hpp>
#include <tocsin/integrations/project_names.hpp>

#include <algorithm>

namespace tocsin::integrations {

namespace {

/// The segment after the last `projects`: .../projects/checkout/, .../settings/acme/projects/checkout/keys/
std::string_view slug_in_path(std::string_view path) {
    constexpr std::string_view marker = "/projects/";
    auto const start = path.rfind(marker);
    if (start == std::string_view::npos) return {};
    auto const rest = path.substr(start + marker.size());
    return rest.substr(0, rest.find('/'));
}

/// Sentry's filter of many pages: ?project=4505281256090153. Its -1 stands for all projects.
std::string_view id_in_query(std::string_view query) {
    constexpr std::string_view name = "project=";
    while (!query.empty()) {
        auto const pair = query.substr(0, query.find('&'));
        if (pair.starts_with(name)) {
            auto const id = pair.substr(name.size());
            bool const is_number =
                std::all_of(id.begin(), id.end(), [](char c) { return c >= '0' && c <= '9'; });
            return is_number ? id : std::string_view();
        }
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
    }
    return {};
}

}  // namespace

std::string project_from_input(std::string_view text) {
    text = trim(text);
    auto const scheme_end = text.find("://");
    if (scheme_end == std::string_view::npos) return std::string(text);
    auto address = text.substr(scheme_end + 3);
    address = address.substr(0, address.find('#'));
    auto const path_end = std::min(address.find('?'), address.size());
    auto const slug = slug_in_path(address.substr(0, path_end));
    if (!slug.empty() && slug != "new") return std::string(slug);
    return std::string(id_in_query(address.substr(std::min(path_end + 1, address.size()))));
}

}  // namespace tocsin::integrations

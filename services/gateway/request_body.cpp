#include "gateway/request_body.hpp"

namespace tocsin::gateway {

result<json::document> parse_body(http::request const& request, json::root allowed) {
    return json::parse(
        request.body.empty() ? std::string_view("{}") : std::string_view(request.body), allowed
    );
}

std::optional<error> unexpected_fields(http::request const& request) {
    auto const body = parse_body(request);
    if (!body) return body.error();
    return json::reader(body->root()).problems();
}

error nothing_to_change(std::vector<input_field> const& fields) {
    std::string names;
    for (auto const& field : fields) names += (names.empty() ? "" : ", ") + field.name;
    return {errc::invalid, "The request changes nothing. Give at least one of these fields: " + names + "."};
}

}  // namespace tocsin::gateway

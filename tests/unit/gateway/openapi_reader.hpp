#pragma once

#include "gateway/openapi.hpp"

#include <tocsin/json/document.hpp>

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::test {

/// Reads the OpenAPI document that is embedded in the program.
class openapi_reader {
public:
    json::value root() const { return document_.root(); }

    std::optional<json::value> operation(std::string_view path, std::string_view method) const {
        return root().at({"paths", path, method});
    }
    json::value schema(std::string_view name) const {
        return root().at({"components", "schemas", name}).value();
    }
    /// Follows a $ref such as `#/components/schemas/Role`.
    json::value resolve(json::value from) const {
        auto const ref = from.find("$ref");
        if (!ref) return from;
        auto const path = ref->as_string().value();
        auto const name_begin = path.rfind('/') + 1;
        auto const kind_begin = path.rfind('/', name_begin - 2) + 1;
        auto const kind = path.substr(kind_begin, name_begin - 1 - kind_begin);
        return root().at({"components", kind, path.substr(name_begin)}).value();
    }
    /// The alternatives of a oneOf, or the schema itself; resolved.
    std::vector<json::value> alternatives(json::value from) const {
        auto const resolved = resolve(from);
        auto const one_of = resolved.find("oneOf");
        if (!one_of) return {resolved};
        std::vector<json::value> all;
        for (std::size_t i = 0; i < one_of->size(); ++i) all.push_back(resolve(one_of->element(i)));
        return all;
    }
    /// The values of an enum, of a list of such values, or of a nullable enum; empty for anything else.
    std::set<std::string> words(json::value from) const {
        for (auto const& each : alternatives(from)) {
            if (auto const items = each.find("items")) return words(*items);
            if (auto const list = each.find("enum")) return texts(list);
        }
        return {};
    }
    static std::set<std::string> texts(std::optional<json::value> const& list) {
        std::set<std::string> all;
        for (std::size_t i = 0; list && i < list->size(); ++i)
            all.emplace(list->element(i).as_string().value());
        return all;
    }

private:
    static json::document parse() {
        json::limits wide;
        wide.depth = 64;
        wide.nodes = 500'000;
        return json::parse(gateway::openapi_document(), json::root::object, wide).value();
    }
    json::document document_ = parse();
};

}  // namespace tocsin::test

#pragma once

#include "gateway/request_context.hpp"

#include <tocsin/base/enum_names.hpp>
#include <tocsin/http/server.hpp>
#include <tocsin/json/reader.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::gateway {

/// A declared field of a query string or a body; a test compares it with the OpenAPI document.
struct input_field {
    enum class location { query, body } in = location::body;
    std::string name;
    bool required = false;
    std::optional<json::length> length = {};  ///< of a text
    std::vector<std::string> words = {};      ///< all values of a choice
    bool repeatable = false;                  ///< a query parameter that may be given more than once
};

/// A part of a request that a handler takes as a typed value: an id in the path, a page, a filter, a body.
template <class T>
struct input {
    std::function<result<T>(request_context&)> read;
    std::vector<input_field> fields = {};
    http::body_kind body = http::body_kind::none;  ///< set for a body
    std::size_t max_body = 64 * 1024;
};

/// The names in a table of an enum.
template <class Enum, std::size_t N>
std::vector<std::string> words_of(enum_names<Enum, N> const& names) {
    std::vector<std::string> words;
    for (auto const& [value, name] : names) words.emplace_back(name);
    return words;
}

/// The id in `{name}` of the path. `missing` is the detail of the 404.
template <class Id>
input<Id> id_in_path(std::string name, std::string missing) {
    return {[name = std::move(name), missing = std::move(missing)](request_context& ctx) -> result<Id> {
        if (auto const id = Id::parse(ctx.request.capture(name))) return *id;
        return error{errc::not_found, missing};
    }};
}

}  // namespace tocsin::gateway

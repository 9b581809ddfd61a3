#pragma once

#include <tocsin/http/message.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

namespace tocsin::sandbox {

/// The part of a list that a request asks for, from `per_page` (or `limit`) and `cursor`.
struct page_request {
    std::size_t size = 100;
    std::size_t number = 0;

    std::size_t begin() const noexcept { return size * number; }
};

/// The part, or Sentry's 400.
std::variant<page_request, http::response> read_page(http::request const& about);

/// The answer's `Link` header, in Sentry's form: both relations always, told apart by `results`.
std::string link_header(
    http::request const& about, std::string const& base_url, page_request const& shown, std::size_t total
);

}  // namespace tocsin::sandbox

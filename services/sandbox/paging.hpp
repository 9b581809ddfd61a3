#pragma once

#include <tocsin/http/message.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

namespace tocsin::sandbox {

/// The page of a list, from `per_page` (or `limit`) and `cursor`.
struct page_request {
    std::size_t size = 100;
    std::size_t number = 0;

    std::size_t begin() const noexcept { return size * number; }
};

/// The page, or Sentry's 400.
std::variant<page_request, http::response> read_page(http::request const& request);

/// The `Link` header in Sentry's form: always both relations, with `results` true if the page exists.
std::string link_header(
    http::request const& request, std::string const& base_url, page_request const& page, std::size_t total
);

}  // namespace tocsin::sandbox

// Values in queries and headers: pages, cursors, filters, cookies, and tokens.
#include "gateway/credentials.hpp"
#include "gateway/paging.hpp"
#include "gateway/request_query.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/identity/accounts.hpp>
#include <tocsin/identity/admin.hpp>
#include <tocsin/identity/api_token.hpp>
#include <tocsin/identity/network_group.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace tocsin;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

http::request request_with_query(std::string_view name, std::string_view value) {
    http::request request;
    request.query.push_back({std::string(name), std::string(value)});
    return request;
}

void check_pages(std::string_view text) {
    auto const page = gateway::read_page(request_with_query("cursor", text));
    if (page) {
        auto const& key = page->after.value();
        require(is_utf8(key) && key.find('\0') == std::string::npos);
        require(gateway::read_page(request_with_query("cursor", gateway::encode_cursor(key)))->after == key);
    }
    auto const limited = gateway::read_page(request_with_query("limit", text));
    require(!limited || (limited->limit >= 1 && limited->limit <= 200));
    std::vector<int> const items(7);
    auto const write = [](json::writer& out, int item) { out.number(item); };
    for (auto const& name : {"cursor", "limit"})
        if (auto const slice = gateway::read_slice(request_with_query(name, text)))
            require(gateway::slice_response(*slice, items, write).status == 200);
    // A cursor decodes to its key.
    if (is_utf8(text) && text.find('\0') == std::string_view::npos && text.size() < 500)
        require(
            gateway::read_page(request_with_query("cursor", gateway::encode_cursor(text)))->after == text
        );
}

void check_filters(std::string_view text) {
    for (auto const& item : gateway::query_list(request_with_query("x", text), "x"))
        require(!item.empty() && item.find(',') == std::string::npos);
    auto const time = gateway::query_time(request_with_query("x", text), "x");
    if (time && *time) require(parse_rfc3339(to_rfc3339(**time)) == **time);
}

void check_credentials(std::string_view text) {
    for (auto const kind : {gateway::session_cookie::kind::secure, gateway::session_cookie::kind::plain}) {
        gateway::session_cookie const cookie(kind);
        http::request request;
        try {
            request.headers.add("Cookie", text);
            request.headers.add("Origin", text);
            request.headers.add("Sec-Fetch-Site", text);
        } catch (std::invalid_argument const&) {
            return;
        }
        using kinds = gateway::request_credentials::kinds;
        auto const credentials = gateway::read_credentials(request, cookie);
        require(credentials.kind != kinds::token);
        cookie.device_of(request);
        bool const own =
            gateway::source_of(request.headers, "https://tocsin.example.com") == gateway::request_source::own;
        require(own == (text == "same-origin" || text == "none"));
        request.headers.add("Authorization", text);
        require(gateway::read_credentials(request, cookie).kind != kinds::session);
    }
}

void check_tokens(std::string_view text) {
    bool const is_printable =
        std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
    require(!identity::looks_like_session_token(text) || (is_printable && text.size() == 43));
    require(!identity::looks_like_api_token(text) || (is_printable && text.starts_with("tocsin_")));
    if (identity::is_email(text))
        require(
            is_utf8(text) && text.find_first_of(std::string_view("\r\n\0 ", 4)) == std::string_view::npos
        );
    require(
        identity::network_group(text) == identity::network_group(identity::network_group(text)) ||
        text.find(':') != std::string_view::npos
    );
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    check_pages(text);
    check_filters(text);
    check_credentials(text);
    check_tokens(text);
    return 0;
}

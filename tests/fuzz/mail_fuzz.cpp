// Mail messages, in which no text can break out of its header or the body, and the URL of the mail server.
#include <tocsin/base/time.hpp>
#include <tocsin/mail/message.hpp>
#include <tocsin/mail/server.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace tocsin;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

/// Nine headers, an empty line, and a base64 body, without overlong lines.
void check_message(std::string const& message) {
    std::size_t headers = 0;
    bool in_body = false;
    for (std::size_t begin = 0; begin < message.size();) {
        auto const end = message.find("\r\n", begin);
        require(end != std::string::npos);
        auto const line = std::string_view(message).substr(begin, end - begin);
        begin = end + 2;
        require(line.size() <= 998 && line.find_first_of("\r\n") == std::string_view::npos && line != ".");
        if (in_body) require(line.size() <= 76);
        if (!in_body && !line.empty() && line.front() != ' ') ++headers;
        if (line.empty()) in_body = true;
    }
    require(in_body && headers == 9);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string const text(reinterpret_cast<char const*>(data), size);
    check_message(
        mail::render({"ada@acme.example", text, text}, "tocsin@acme.example", timestamp{}, "fake-id")
    );
    if (mail::is_mailable(text)) check_message(mail::render({text, "x", "y"}, text, timestamp{}, "fake-id"));
    auto const server = mail::parse_server(secret(text));
    require(!server || (!server->host.empty() && server->port != 0));
    return 0;
}

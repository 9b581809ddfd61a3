#include "framing.hpp"

#include "grammar.hpp"

#include <tocsin/base/text.hpp>

#include <algorithm>
#include <array>

namespace tocsin::http {
namespace {

constexpr refusal bad_line{400, "request_line", "The request line is malformed."};
constexpr refusal bad_status_line{502, "status_line", "The status line is malformed."};
constexpr refusal bare_line_feed{400, "bare_lf", "Lines must end with CR LF."};
constexpr refusal nul_byte{400, "nul", "The header section contains a NUL."};
constexpr refusal long_target{414, "target_too_long", "The request target is too long."};
constexpr refusal long_head{431, "head_too_large", "The header section is too large."};
constexpr refusal many_fields{431, "too_many_fields", "The header section has too many fields."};
constexpr refusal bad_target{400, "target", "The request target is malformed."};
constexpr refusal bad_version{505, "version", "Only HTTP/1.1 and HTTP/1.0 are supported."};
constexpr refusal unknown_method{501, "method", "This method is not supported."};
constexpr refusal connect_method{405, "method", "CONNECT is not allowed."};
constexpr refusal folded_line{400, "folding", "A header field is folded over several lines."};
constexpr refusal bad_field{400, "field", "A header field is malformed."};
constexpr refusal bad_host{400, "host", "Exactly one valid Host field is required."};
constexpr refusal bad_length{400, "content_length", "Content-Length must occur once, in canonical digits."};
constexpr refusal malformed_coding{
    411, "transfer_encoding", "Send Content-Length instead of Transfer-Encoding."
};
constexpr refusal unsupported_expectation{417, "expect", "The only supported expectation is 100-continue."};
constexpr refusal upgrade{400, "upgrade", "Upgrade is not supported."};
constexpr refusal unwanted_body{400, "body", "This method takes no body."};
constexpr refusal bad_response_framing{502, "response_framing", "The length of the response is ambiguous."};

/// Removes the next line from `rest`. There always is one: the section ends with an empty line.
std::string_view take_line(std::string_view& rest) noexcept {
    auto const end = rest.find("\r\n");
    auto const line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 2);
    return line;
}

framing_result<field_view> parse_field(std::string_view line) noexcept {
    if (line.front() == ' ' || line.front() == '\t') return folded_line;
    auto const colon = line.find(':');
    if (colon == std::string_view::npos) return bad_field;
    field_view const field{line.substr(0, colon), trim_ows(line.substr(colon + 1))};
    if (!is_token(field.name) || !is_field_value(field.value)) return bad_field;
    return field;
}

framing_result<std::vector<field_view>> parse_fields(std::string_view rest, head_limits const& limits) {
    std::vector<field_view> fields;
    fields.reserve(16);
    for (auto line = take_line(rest); !line.empty(); line = take_line(rest)) {
        if (fields.size() == limits.fields) return many_fields;
        auto const field = parse_field(line);
        if (!field) return field.error();
        fields.push_back(*field);
    }
    if (!rest.empty()) return bad_field;
    return fields;
}

/// The first value of a name, and how often the name occurs.
struct occurrences {
    std::string_view value;
    std::size_t count = 0;
};

occurrences find(std::vector<field_view> const& fields, std::string_view name) noexcept {
    occurrences matches;
    for (auto const& field : fields) {
        if (iequals(field.name, name) && matches.count++ == 0) matches.value = field.value;
    }
    return matches;
}

bool has_element(std::vector<field_view> const& fields, std::string_view name, std::string_view value) {
    bool result = false;
    for (auto const& field : fields) {
        if (!iequals(field.name, name)) continue;
        for_each_element(field.value, [&](std::string_view element) {
            result = result || iequals(element, value);
        });
    }
    return result;
}

/// The digit after "HTTP/1.". `malformed` refuses a text that is no version.
framing_result<unsigned> minor_version(std::string_view text, refusal const& malformed) noexcept {
    auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (text.size() != 8 || !text.starts_with("HTTP/") || text[6] != '.' || !is_digit(text[5]) ||
        !is_digit(text[7])) {
        return malformed;
    }
    if (text[5] != '1' || text[7] > '1') return bad_version;
    return static_cast<unsigned>(text[7] - '0');
}

constexpr std::array<std::string_view, 8> supported_methods{
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"
};

framing_result<request_head> parse_request_line(std::string_view line, head_limits const& limits) {
    auto const first = line.find(' ');
    auto const last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return bad_line;
    request_head head;
    auto const method = line.substr(0, first);
    auto const target = line.substr(first + 1, last - first - 1);
    if (!is_token(method)) return bad_line;
    auto const minor = minor_version(line.substr(last + 1), bad_line);
    if (!minor) return minor.error();
    head.minor_version = *minor;
    if (target.size() > limits.target) return long_target;
    if (method == "CONNECT") return connect_method;
    auto const* const match = std::ranges::find(supported_methods, method);
    if (match == supported_methods.end()) return unknown_method;
    head.method = *match;

    auto const question = target.find('?');
    head.target = target;
    head.path = target.substr(0, question);
    if (question != std::string_view::npos) head.query = target.substr(question + 1);
    if (!head.path.starts_with('/') || !is_path(head.path) || !is_query(head.query)) return bad_target;
    return head;
}

std::optional<refusal> check_host(request_head& head) noexcept {
    auto const fields = find(head.fields, "Host");
    auto const host = fields.count == 1 ? host_without_port(fields.value) : std::nullopt;
    if (!host) return bad_host;
    head.host = *host;
    return std::nullopt;
}

bool is_coding_list(std::string_view text) {
    bool valid = false;
    for_each_element(text, [&, first = true](std::string_view coding) mutable {
        valid = (first || valid) && is_token(trim_ows(coding.substr(0, coding.find(';'))));
        first = false;
    });
    return valid;
}

std::optional<refusal> frame_request(request_head& head) {
    bool const takes_body = head.method == "POST" || head.method == "PUT" || head.method == "PATCH";
    auto const coding = find(head.fields, "Transfer-Encoding");
    auto const length = find(head.fields, "Content-Length");
    if (coding.count > 0) {
        if (!is_coding_list(coding.value)) return malformed_coding;
        bool const plain = coding.count == 1 && length.count == 0 && iequals(coding.value, "chunked");
        if (!plain || !takes_body || head.minor_version == 0) return unsupported_coding;
        head.framing = body_framing::chunked;
        return std::nullopt;
    }
    if (length.count == 0) return std::nullopt;
    head.content_length = length.count == 1 ? canonical_number(length.value) : std::nullopt;
    if (!head.content_length) return bad_length;
    if (!takes_body && *head.content_length > 0) return unwanted_body;
    head.framing = body_framing::length;
    return std::nullopt;
}

std::optional<refusal> check_connection(request_head& head) {
    head.wants_close = head.minor_version == 0 || has_element(head.fields, "Connection", "close");
    if (find(head.fields, "Upgrade").count > 0) return upgrade;
    auto const expect = find(head.fields, "Expect");
    if (expect.count == 0) return std::nullopt;
    if (expect.count > 1 || !iequals(expect.value, "100-continue")) return unsupported_expectation;
    head.expects_continue = head.minor_version == 1;
    return std::nullopt;
}

framing_result<response_head> parse_status_line(std::string_view line) noexcept {
    auto const is_digit = [&](std::size_t index) { return line[index] >= '0' && line[index] <= '9'; };
    if (line.size() < 12 || line[8] != ' ' || !is_digit(9) || !is_digit(10) || !is_digit(11))
        return bad_status_line;
    if (line.size() > 12 && (line[12] != ' ' || !is_field_value(line.substr(13)))) return bad_status_line;
    auto const minor = minor_version(line.substr(0, 8), bad_status_line);
    if (!minor) return minor.error();
    response_head head;
    head.minor_version = *minor;
    head.status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
    if (head.status < 100 || head.status > 599 || head.status == 101) return bad_status_line;
    return head;
}

std::optional<refusal> frame_response(response_head& head, response_to request) noexcept {
    auto const coding = find(head.fields, "Transfer-Encoding");
    auto const length = find(head.fields, "Content-Length");
    if (coding.count > 0) {
        if (coding.count > 1 || length.count > 0 || head.minor_version == 0 ||
            !iequals(coding.value, "chunked")) {
            return bad_response_framing;
        }
        head.framing = body_framing::chunked;
    } else if (length.count > 0) {
        auto const size = length.count == 1 ? canonical_number(length.value) : std::nullopt;
        if (!size) return bad_response_framing;
        head.framing = body_framing::length;
        head.content_length = *size;
    } else {
        head.framing = body_framing::until_close;
    }
    if (request == response_to::head || head.status < 200 || head.status == 204 || head.status == 304) {
        head.framing = body_framing::none;
    }
    return std::nullopt;
}

}  // namespace

framing_result<std::size_t> find_head_end(
    std::string_view bytes, std::size_t& scanned, head_limits const& limits
) {
    auto const window = bytes.substr(0, limits.bytes);
    // After the head comes the body, which may contain any byte.
    auto const nul = window.find('\0', scanned);
    for (auto lf = window.find('\n', scanned); lf != std::string_view::npos; lf = window.find('\n', lf + 1)) {
        if (nul < lf) break;
        if (lf == 0 || window[lf - 1] != '\r') return bare_line_feed;
        if (lf == 1) return bad_line;
        if (lf >= 3 && window[lf - 2] == '\n') return lf + 1;
    }
    if (nul != std::string_view::npos) return nul_byte;
    scanned = window.size();
    if (window.size() < limits.bytes) return std::size_t{0};
    return window.find('\n') == std::string_view::npos ? long_target : long_head;
}

framing_result<request_head> parse_request_head(std::string_view section, head_limits const& limits) {
    auto rest = section;
    auto head = parse_request_line(take_line(rest), limits);
    if (!head) return head;
    auto fields = parse_fields(rest, limits);
    if (!fields) return fields.error();
    head->fields = std::move(*fields);
    if (auto const cause = check_host(*head)) return *cause;
    if (auto const cause = frame_request(*head)) return *cause;
    if (auto const cause = check_connection(*head)) return *cause;
    return head;
}

framing_result<response_head> parse_response_head(
    std::string_view section, response_to request, head_limits const& limits
) {
    auto rest = section;
    auto head = parse_status_line(take_line(rest));
    if (!head) return head;
    auto fields = parse_fields(rest, limits);
    if (!fields) return fields.error();
    head->fields = std::move(*fields);
    head->wants_close = head->minor_version == 0 || has_element(head->fields, "Connection", "close");
    if (auto const cause = frame_response(*head, request)) return *cause;
    return head;
}

}  // namespace tocsin::http

#pragma once

#include <tocsin/base/enum_names.hpp>
#include <tocsin/http/message.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::grants {

/// The date of this set of operations. A change of what an operation takes or returns gets a new date.
inline constexpr std::string_view contract_date = "2026-11-30";

enum class effect { reads, writes };

/// What a field of a call may contain.
enum class value_format {
    slug_or_id,  ///< letters, digits, `-`, and `_`
    event_id,    ///< 32 hexadecimal digits, `latest`, `oldest`, or `recommended`
    page_size,   ///< 1 to 100
    cursor,      ///< digits, `:`, `.`, and `-`
    period,      ///< "14d"
    word,        ///< letters, digits, `_`, `-`, and `.`
    short_text,  ///< up to 200 bytes
    query_text,  ///< up to 1,000 bytes
    note_text,   ///< 1 to 10,000 bytes; line breaks are allowed
    resolution,  ///< `resolved` or `resolvedInNextRelease`
    time,        ///< digits, letters, `:`, `.`, `+`, and `-`
    version,     ///< of a release: 1 to 250 bytes without slashes
};
/// Whether `value` has the format. Control characters and ill-formed UTF-8 never have.
bool has_format(value_format format, std::string_view value);

struct field {
    std::string_view name;
    value_format format;
    enum class occurrence { once, repeated } occurs = occurrence::once;
};

/// What a response consists of: decides how it is restricted to the projects of a grant.
enum class answer_kind {
    organizations,  ///< a list
    projects,       ///< a list
    issues,         ///< a list
    issue,
    events,  ///< a list
    event,
    releases,  ///< a list; a release may belong to several projects
    release,
    change,         ///< of an issue that was checked before
    release_parts,  ///< a list, of a release that was checked before
    whole_release,  ///< only for that check: a release that belongs to no other project
};

/// A call of Sentry's API that a grant can allow. Everything that it does not list is refused.
struct operation {
    std::string_view name;
    http::method method;
    effect does;
    std::string_view scope;  ///< that Sentry requires
    answer_kind answer;
    /// Paths below /api/0/, with `{field}` for a segment; the one with the most fields first.
    std::vector<std::string_view> paths;
    std::vector<field> query;
    std::vector<field> body;  ///< members of a JSON object; all of them are required
};

std::span<operation const> operations();
operation const* find_operation(std::string_view name) noexcept;
std::vector<std::string> operation_names();
/// Of the operations that only read: what a grant allows if its creator chose none.
std::vector<std::string> reading_operations();

/// The format of a `{field}` of a path.
value_format path_format(std::string_view field) noexcept;

}  // namespace tocsin::grants

#include <tocsin/base/pasted_text.hpp>
#include <tocsin/base/text.hpp>
#include <tocsin/json/reader.hpp>

#include <algorithm>
#include <utility>

namespace tocsin::json {

namespace {

/// Limits of what is shown: names and problems come from outside.
constexpr std::size_t max_name_bytes = 128;
constexpr std::size_t max_problems = 32;

/// The problem with a text; empty if there is none.
std::string text_problem(std::optional<std::string_view> text, length bounds) {
    if (!text) return "must be a text";
    if (text->size() < bounds.min || text->size() > bounds.max) {
        if (bounds.min == 1 && text->empty()) return "must not be empty";
        if (bounds.min == bounds.max) return "must be " + std::to_string(bounds.min) + " bytes long";
        if (bounds.min == 0) return "must be at most " + std::to_string(bounds.max) + " bytes long";
        return "must be " + std::to_string(bounds.min) + " to " + std::to_string(bounds.max) + " bytes long";
    }
    if (text->find('\0') != std::string_view::npos) return "must not contain NUL characters";
    return {};
}

std::string join(std::initializer_list<std::string_view> words) {
    std::string list;
    for (auto const word : words) {
        if (!list.empty()) list += ", ";
        list += word;
    }
    return list;
}

}  // namespace

reader::reader(value object, std::string path) : object_(object), path_(std::move(path)) {
    if (object_.kind() != kind::object) problems_.push_back({path_, "must be an object"});
}

std::string reader::path_of(std::string_view name) const {
    return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

std::optional<value> reader::take(std::string_view name) {
    names_.emplace_back(name);
    auto const member = object_.find(name);
    return member && !member->is_null() ? member : std::nullopt;
}

bool reader::has(std::string_view name) const {
    return object_.find(name).has_value();
}

void reader::reject(std::string_view name, std::string message) {
    problems_.push_back({path_of(name), std::move(message)});
}

std::optional<std::string> reader::optional_text(std::string_view name, length bounds) {
    auto const member = take(name);
    return member ? checked_text(name, member->as_string(), bounds) : std::nullopt;
}

std::optional<std::string> reader::optional_pasted_text(std::string_view name, length bounds) {
    auto const member = take(name);
    if (!member) return std::nullopt;
    auto text = member->as_string();
    if (text) text = trim_pasted(*text);
    return checked_text(name, text, bounds);
}

std::optional<std::string> reader::checked_text(
    std::string_view name, std::optional<std::string_view> text, length bounds
) {
    if (auto problem = text_problem(text, bounds); !problem.empty()) {
        reject(name, std::move(problem));
        return std::nullopt;
    }
    return std::string(*text);
}

std::string reader::required_text(std::string_view name, length bounds) {
    if (auto const member = object_.find(name); !member || member->is_null()) reject(name, "is required");
    return optional_text(name, bounds).value_or(std::string());
}

secret reader::required_secret(std::string_view name, length bounds) {
    return secret(required_text(name, bounds));
}

std::optional<bool> reader::optional_bool(std::string_view name) {
    auto const member = take(name);
    if (!member) return std::nullopt;
    auto const truth = member->as_bool();
    if (!truth) reject(name, "must be true or false");
    return truth;
}

bool reader::optional_bool(std::string_view name, bool default_value) {
    return optional_bool(name).value_or(default_value);
}

std::optional<std::int64_t> reader::optional_int(std::string_view name, std::int64_t min, std::int64_t max) {
    auto const member = take(name);
    if (!member) return std::nullopt;
    auto const number = member->as_int64();
    if (!number || *number < min || *number > max) {
        reject(name, "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max));
        return std::nullopt;
    }
    return number;
}

std::int64_t reader::required_int(std::string_view name, std::int64_t min, std::int64_t max) {
    if (auto const member = object_.find(name); !member || member->is_null()) reject(name, "is required");
    return optional_int(name, min, max).value_or(min);
}

std::optional<timestamp> reader::optional_time(std::string_view name) {
    auto const member = take(name);
    if (!member) return std::nullopt;
    auto const text = member->as_string();
    auto const time = text ? parse_rfc3339(*text) : std::nullopt;
    if (!time) reject(name, "must be a time such as 2026-03-02T09:14:05Z");
    return time;
}

std::optional<std::vector<std::string>> reader::optional_texts(
    std::string_view name, std::size_t max_items, length bounds
) {
    auto const member = take(name);
    if (!member) return std::nullopt;
    if (member->kind() != kind::array || member->size() > max_items) {
        reject(name, "must be a list of at most " + std::to_string(max_items) + " texts");
        return std::nullopt;
    }
    std::vector<std::string> texts;
    bool valid = true;
    for (std::size_t index = 0; index < member->size(); ++index) {
        auto const text = member->element(index).as_string();
        if (auto problem = text_problem(text, bounds); !problem.empty()) {
            reject(std::string(name) + "[" + std::to_string(index) + "]", std::move(problem));
            valid = false;
            continue;
        }
        texts.emplace_back(*text);
    }
    return valid ? std::optional(std::move(texts)) : std::nullopt;
}

std::optional<std::string> reader::optional_word(
    std::string_view name, std::initializer_list<std::string_view> words
) {
    auto const member = take(name);
    if (!member) return std::nullopt;
    auto const word = member->as_string();
    if (!word || std::find(words.begin(), words.end(), *word) == words.end()) {
        reject(name, "must be one of " + join(words));
        return std::nullopt;
    }
    return std::string(*word);
}

std::string reader::required_word(std::string_view name, std::initializer_list<std::string_view> words) {
    if (auto const member = object_.find(name); !member || member->is_null()) reject(name, "is required");
    return optional_word(name, words).value_or(std::string());
}

std::optional<value> reader::optional_value(std::string_view name) {
    return take(name);
}

std::optional<error> reader::problems() {
    auto all = problems_;
    for (std::size_t index = 0; object_.kind() == kind::object && index < object_.size(); ++index) {
        auto const name = object_.key(index);
        if (std::find(names_.begin(), names_.end(), name) != names_.end()) continue;
        all.push_back({path_of(printable(name, max_name_bytes)), "unknown field"});
    }
    if (all.empty()) return std::nullopt;

    auto const& first = all.front();
    std::string detail = all.size() == 1
                             ? "The request has a problem: "
                             : "The request has " + std::to_string(all.size()) + " problems, first: ";
    detail += (first.path.empty() ? "it" : first.path) +
              (first.message == "unknown field" ? " is an " : " ") + first.message + ".";
    if (all.size() > max_problems) all.resize(max_problems);
    return error{.code = errc::invalid, .detail = std::move(detail), .fields = std::move(all)};
}

}  // namespace tocsin::json

#include "builder.hpp"
#include "rapid.hpp"
#include "refusal.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/json/document.hpp>

#include <string>
#include <string_view>

namespace tocsin::json {

namespace {

/// Receives RapidJSON's events and stops the parse at the first violation.
class strict_handler {
public:
    strict_handler(std::size_t expected_bytes, json::root root, json::limits const& limits)
        : builder_(expected_bytes), root_(root), limits_(limits) {}

    // NOLINTBEGIN(readability-identifier-naming): RapidJSON calls these names
    bool Null() {
        if (!may_add(kind::null)) return false;
        builder_.null();
        return true;
    }
    bool Bool(bool truth) {
        if (!may_add(kind::boolean)) return false;
        builder_.boolean(truth);
        return true;
    }
    bool RawNumber(char const* text, rapidjson::SizeType size, bool /*copy*/) {
        if (!may_add(kind::number)) return false;
        if (size > limits_.number_chars) return fail("A number has too many characters.");
        builder_.number({text, size});
        return true;
    }
    bool String(char const* text, rapidjson::SizeType size, bool /*copy*/) {
        if (!may_add(kind::string)) return false;
        std::string_view const content(text, size);
        if (size > limits_.string_bytes) return fail("A string is too long.");
        // RapidJSON checks the bytes of the text, but accepts an escaped lone low surrogate.
        if (!is_utf8(content)) return fail("A string is not well-formed Unicode.");
        builder_.string(content);
        return true;
    }
    bool Key(char const* text, rapidjson::SizeType size, bool /*copy*/) {
        std::string_view const name(text, size);
        if (size > limits_.key_bytes) return fail("The name of a member is too long.");
        if (!is_utf8(name)) return fail("The name of a member is not well-formed Unicode.");
        if (builder_.container_size() >= limits_.members) return fail("An object has too many members.");
        builder_.key(name);
        return true;
    }
    bool StartObject() { return open(kind::object); }
    bool StartArray() { return open(kind::array); }
    bool EndObject(rapidjson::SizeType /*members*/) {
        auto const duplicate = builder_.close();
        return duplicate ? fail("An object has the member " + json_quoted(*duplicate) + " twice.") : true;
    }
    bool EndArray(rapidjson::SizeType /*elements*/) {
        builder_.close();
        return true;
    }
    // Not called, because numbers are passed as text.
    bool Int(int /*number*/) { return false; }
    bool Uint(unsigned /*number*/) { return false; }
    bool Int64(std::int64_t /*number*/) { return false; }
    bool Uint64(std::uint64_t /*number*/) { return false; }
    bool Double(double /*number*/) { return false; }
    // NOLINTEND(readability-identifier-naming)

    document finish() { return builder_.finish(false); }
    std::string const& problem() const noexcept { return problem_; }

private:
    bool fail(std::string problem) {
        problem_ = std::move(problem);
        return false;
    }

    bool may_add(kind value) {
        if (builder_.size() >= limits_.nodes) return fail("There are too many values.");
        if (builder_.depth() > 0 || value == kind::object) return true;
        if (root_ == root::object) return fail("The outermost value must be an object.");
        return value == kind::array || fail("The outermost value must be an object or an array.");
    }

    bool open(kind container) {
        if (!may_add(container)) return false;
        if (builder_.depth() >= limits_.depth) return fail("Values are nested too deep.");
        builder_.open(container);
        return true;
    }

    document_builder builder_;
    root root_;
    limits const& limits_;
    std::string problem_;
};

}  // namespace

result<document> parse(std::string_view text, root root, limits const& limits) {
    if (auto refused = check_bytes(text)) return *std::move(refused);
    strict_handler handler(text.size(), root, limits);
    rapidjson::MemoryStream stream(text.data(), text.size());
    rapid::reader reader;
    auto const outcome = reader.Parse<rapid::strict_flags>(stream, handler);
    if (outcome.IsError()) return refusal(outcome, handler.problem());
    return handler.finish();
}

}  // namespace tocsin::json

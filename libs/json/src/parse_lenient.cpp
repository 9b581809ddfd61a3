#include "builder.hpp"
#include "rapid.hpp"
#include "refusal.hpp"
#include "selected_places.hpp"
#include "unsupported_tokens.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/json/document.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tocsin::json {

namespace {

/// Receives RapidJSON's events and builds the selected places.
class lenient_handler {
public:
    lenient_handler(
        rapidjson::MemoryStream const& stream,
        std::vector<unsupported_token> const& replaced,
        selected_places const& selection,
        json::limits const& limits
    )
        : stream_(stream),
          replaced_(replaced),
          selection_(selection),
          limits_(limits),
          builder_(typical_bytes) {}

    // NOLINTBEGIN(readability-identifier-naming): RapidJSON calls these names
    bool Null() {
        bool const was_replaced = has_replacement();
        if (!may_add_scalar()) return may_continue();
        cut_ = cut_ || was_replaced;
        add_key();
        builder_.null();
        return true;
    }
    bool Bool(bool truth) {
        if (!may_add_scalar()) return may_continue();
        add_key();
        builder_.boolean(truth);
        return true;
    }
    bool RawNumber(char const* text, rapidjson::SizeType size, bool /*copy*/) {
        if (!may_add_scalar()) return may_continue();
        add_key();
        if (size > limits_.number_chars) {
            cut_ = true;
            builder_.null();
        } else {
            builder_.number({text, size});
        }
        return true;
    }
    bool String(char const* text, rapidjson::SizeType size, bool /*copy*/) {
        bool const was_replaced = has_replacement();
        if (!may_add_scalar()) return may_continue();
        add_key();
        cut_ = cut_ || was_replaced;
        std::string_view const content(text, size);
        if (is_clean(content, limits_.string_bytes)) {
            builder_.string(content);
        } else {
            cut_ = true;
            builder_.string(repaired(content, limits_.string_bytes));
        }
        return true;
    }
    bool Key(char const* text, rapidjson::SizeType size, bool /*copy*/) {
        bool const was_replaced = has_replacement();
        if (skipping_ > 0) return true;
        key_.assign(text, size);
        bool const clean = is_clean(key_, limits_.key_bytes);
        if (!clean) key_ = repaired(key_, limits_.key_bytes);
        place_ = selection_.child(open_.back(), builder_.depth() - 1, key_);
        if (place_.as_container()) cut_ = cut_ || was_replaced || !clean;
        return true;
    }
    bool StartObject() { return open(kind::object); }
    bool StartArray() { return open(kind::array); }
    bool EndObject(rapidjson::SizeType /*members*/) { return close(); }
    bool EndArray(rapidjson::SizeType /*elements*/) { return close(); }
    // Not called, because numbers are passed as text.
    bool Int(int /*number*/) { return false; }
    bool Uint(unsigned /*number*/) { return false; }
    bool Int64(std::int64_t /*number*/) { return false; }
    bool Uint64(std::uint64_t /*number*/) { return false; }
    bool Double(double /*number*/) { return false; }
    // NOLINTEND(readability-identifier-naming)

    document finish() { return builder_.finish(cut_); }

private:
    /// Typical size of the selected places of a delivery.
    static constexpr std::size_t typical_bytes = 4096;

    static bool is_clean(std::string_view text, std::size_t max_bytes) noexcept {
        return text.size() <= max_bytes && text.find('\0') == std::string_view::npos && is_utf8(text);
    }

    /// True if the last token contains a replacement. To be called for every token that may contain one.
    bool has_replacement() noexcept {
        bool result = false;
        for (; next_ < replaced_.size() && replaced_[next_].offset < stream_.Tell(); ++next_) result = true;
        return result;
    }

    /// False, which ends the parse, if the root is not a container.
    bool may_continue() const noexcept { return builder_.depth() > 0; }

    /// Sets `place_` for an element of an array. That of a member was set with its name.
    void enter_place() {
        if (in_array_.back()) place_ = selection_.child(open_.back(), builder_.depth() - 1, std::nullopt);
    }

    bool may_add_scalar() {
        if (skipping_ > 0 || builder_.depth() == 0) return false;
        enter_place();
        return place_.as_scalar() && has_room();
    }

    bool has_room() {
        bool const too_many = builder_.size() >= limits_.nodes ||
                              (!in_array_.back() && builder_.container_size() >= limits_.members);
        cut_ = cut_ || too_many;
        return !too_many;
    }

    void add_key() {
        if (!in_array_.back()) builder_.key(key_);
    }

    bool open(kind container) {
        if (skipping_ > 0) {
            ++skipping_;
            return true;
        }
        if (builder_.depth() == 0) {
            if (container != kind::object) return false;
            place_ = {.children = selection_.root(), .is_selected = true};
        } else if (!may_open()) {
            skipping_ = 1;
            return true;
        } else {
            add_key();
        }
        builder_.open(container);
        open_.push_back(place_.children);
        in_array_.push_back(container == kind::array);
        return true;
    }

    bool may_open() {
        enter_place();
        if (!place_.as_container() || !has_room()) return false;
        bool const too_deep = builder_.depth() >= limits_.depth;
        cut_ = cut_ || too_deep;
        return !too_deep;
    }

    bool close() {
        if (skipping_ > 0) {
            --skipping_;
            return true;
        }
        cut_ = builder_.close().has_value() || cut_;
        open_.pop_back();
        in_array_.pop_back();
        return true;
    }

    rapidjson::MemoryStream const& stream_;
    std::vector<unsupported_token> const& replaced_;
    selected_places const& selection_;
    json::limits const& limits_;
    document_builder builder_;
    std::size_t next_ = 0;      ///< index in `replaced_`
    std::size_t skipping_ = 0;  ///< open containers of a subtree that is skipped
    std::vector<selected_places::subtree> open_;
    std::vector<bool> in_array_;
    std::string key_;
    selected_places::place place_;
    bool cut_ = false;
};

}  // namespace

result<document> parse_lenient(std::string_view text, selection const& paths, limits const& limits) {
    if (auto refused = check_bytes(text)) return *std::move(refused);
    auto const tokens = find_unsupported_tokens(text, limits.number_chars);
    std::string replaced;
    if (!tokens.empty()) {
        replaced = text;
        replace_unsupported(replaced, tokens);
        text = replaced;
    }
    selected_places const places(paths);
    rapidjson::MemoryStream stream(text.data(), text.size());
    lenient_handler handler(stream, tokens, places, limits);
    rapid::reader reader;
    auto const outcome = reader.Parse<rapid::lenient_flags>(stream, handler);
    if (outcome.IsError()) return refusal(outcome, "The outermost value must be an object.");
    return handler.finish();
}

}  // namespace tocsin::json

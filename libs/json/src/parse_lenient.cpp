#include "builder.hpp"
#include "odd_places.hpp"
#include "rapid.hpp"
#include "refusal.hpp"
#include "selected_places.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/json/document.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tocsin::json {

namespace {

/// Receives RapidJSON's events and builds what is wanted of them.
class lenient_handler {
public:
    lenient_handler(
        rapidjson::MemoryStream const& stream,
        std::vector<odd_place> const& mended,
        selected_places const& wanted,
        limits const& within
    )
        : stream_(stream), mended_(mended), wanted_(wanted), within_(within), builder_(typical_bytes) {}

    // NOLINTBEGIN(readability-identifier-naming): the names that RapidJSON calls
    bool Null() {
        bool const mended = was_mended();
        if (!may_add_scalar()) return stopped();
        cut_ = cut_ || mended;
        add_key();
        builder_.null();
        return true;
    }
    bool Bool(bool truth) {
        if (!may_add_scalar()) return stopped();
        add_key();
        builder_.boolean(truth);
        return true;
    }
    bool RawNumber(char const* text, rapidjson::SizeType size, bool /*copy*/) {
        if (!may_add_scalar()) return stopped();
        add_key();
        if (size > within_.number_chars) {
            cut_ = true;
            builder_.null();
        } else {
            builder_.number({text, size});
        }
        return true;
    }
    bool String(char const* text, rapidjson::SizeType size, bool /*copy*/) {
        bool const mended = was_mended();
        if (!may_add_scalar()) return stopped();
        add_key();
        cut_ = cut_ || mended;
        std::string_view const content(text, size);
        if (is_clean(content, within_.string_bytes)) {
            builder_.string(content);
        } else {
            cut_ = true;
            builder_.string(repaired(content, within_.string_bytes));
        }
        return true;
    }
    bool Key(char const* text, rapidjson::SizeType size, bool /*copy*/) {
        bool const mended = was_mended();
        if (skipping_ > 0) return true;
        key_.assign(text, size);
        bool const clean = is_clean(key_, within_.key_bytes);
        if (!clean) key_ = repaired(key_, within_.key_bytes);
        place_ = wanted_.at_child(opened_.back(), builder_.depth() - 1, key_);
        if (place_.as_container()) cut_ = cut_ || mended || !clean;
        return true;
    }
    bool StartObject() { return open(kind::object); }
    bool StartArray() { return open(kind::array); }
    bool EndObject(rapidjson::SizeType /*members*/) { return close(); }
    bool EndArray(rapidjson::SizeType /*elements*/) { return close(); }
    // Never called, because numbers come as text.
    bool Int(int /*number*/) { return false; }
    bool Uint(unsigned /*number*/) { return false; }
    bool Int64(std::int64_t /*number*/) { return false; }
    bool Uint64(std::uint64_t /*number*/) { return false; }
    bool Double(double /*number*/) { return false; }
    // NOLINTEND(readability-identifier-naming)

    document finish() { return builder_.finish(cut_); }

private:
    /// What a delivery's wanted parts usually need.
    static constexpr std::size_t typical_bytes = 4096;

    static bool is_clean(std::string_view text, std::size_t most_bytes) noexcept {
        return text.size() <= most_bytes && text.find('\0') == std::string_view::npos && is_utf8(text);
    }

    /// Whether the token that was just read holds a mended place. To be asked at every token that may.
    bool was_mended() noexcept {
        bool mended = false;
        for (; next_mended_ < mended_.size() && mended_[next_mended_].at < stream_.Tell(); ++next_mended_)
            mended = true;
        return mended;
    }

    /// Ends the parse where the root is no container, else goes on.
    bool stopped() const noexcept { return builder_.depth() > 0; }

    /// Sets `place_` for an element of an array; a member's was set with its name.
    void enter_place() {
        if (in_array_.back()) place_ = wanted_.at_child(opened_.back(), builder_.depth() - 1, std::nullopt);
    }

    bool may_add_scalar() {
        if (skipping_ > 0 || builder_.depth() == 0) return false;
        enter_place();
        return place_.as_scalar() && has_room();
    }

    bool has_room() {
        bool const too_many = builder_.size() >= within_.nodes ||
                              (!in_array_.back() && builder_.size_of_opened() >= within_.members);
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
            place_ = {.children = wanted_.at_root(), .itself = true};
        } else if (!may_open()) {
            skipping_ = 1;
            return true;
        } else {
            add_key();
        }
        builder_.open(container);
        opened_.push_back(place_.children);
        in_array_.push_back(container == kind::array);
        return true;
    }

    bool may_open() {
        enter_place();
        if (!place_.as_container() || !has_room()) return false;
        bool const too_deep = builder_.depth() >= within_.depth;
        cut_ = cut_ || too_deep;
        return !too_deep;
    }

    bool close() {
        if (skipping_ > 0) {
            --skipping_;
            return true;
        }
        cut_ = builder_.close().has_value() || cut_;
        opened_.pop_back();
        in_array_.pop_back();
        return true;
    }

    rapidjson::MemoryStream const& stream_;
    std::vector<odd_place> const& mended_;
    selected_places const& wanted_;
    limits const& within_;
    document_builder builder_;
    std::size_t next_mended_ = 0;
    std::size_t skipping_ = 0;  ///< open containers of a subtree that is passed over
    std::vector<selected_places::below> opened_;
    std::vector<bool> in_array_;
    std::string key_;
    selected_places::place place_;
    bool cut_ = false;
};

}  // namespace

result<document> parse_lenient(std::string_view text, selection const& wanted, limits const& within) {
    if (auto refused = refused_bytes(text)) return *std::move(refused);
    auto const odd = find_odd_places(text, within.number_chars);
    std::string mended;
    if (!odd.empty()) {
        mended = text;
        mend(mended, odd);
        text = mended;
    }
    selected_places const places(wanted);
    rapidjson::MemoryStream stream(text.data(), text.size());
    lenient_handler handler(stream, odd, places, within);
    rapid::reader reader;
    auto const outcome = reader.Parse<rapid::lenient_flags>(stream, handler);
    if (outcome.IsError()) return refusal(outcome, "The outermost value must be an object.");
    return handler.finish();
}

}  // namespace tocsin::json

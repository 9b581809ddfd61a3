#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace tocsin {

/// Overwrites the bytes of `text`, which the compiler cannot optimize away, and clears it.
void wipe(std::string& text) noexcept;

/// A text that must never be shown: it has no stream operator, no comparison, and no implicit conversion, and
/// its bytes are overwritten when it is destroyed. `reveal()` is the only way to read it.
class secret {
public:
    secret() = default;
    explicit secret(std::string text) noexcept : text_(std::move(text)) { wipe(text); }
    secret(secret const&) = default;
    secret(secret&& other) noexcept : text_(std::move(other.text_)) { wipe(other.text_); }
    secret& operator=(secret const& other) {
        if (this != &other) {
            wipe(text_);
            text_ = other.text_;
        }
        return *this;
    }
    secret& operator=(secret&& other) noexcept {
        if (this != &other) {
            wipe(text_);
            text_ = std::move(other.text_);
            wipe(other.text_);
        }
        return *this;
    }
    ~secret() { wipe(text_); }

    /// The text, valid until this object is changed or destroyed.
    std::string_view reveal() const noexcept { return text_; }
    bool empty() const noexcept { return text_.empty(); }

private:
    std::string text_;
};

}  // namespace tocsin

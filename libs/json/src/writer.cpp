#include "rapid.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/json/writer.hpp>

#include <limits>
#include <stdexcept>

namespace tocsin::json {

namespace {

rapidjson::SizeType size_of(std::string_view text) {
    if (text.size() > std::numeric_limits<rapidjson::SizeType>::max())
        throw std::length_error("a JSON text of 4 GiB");
    return static_cast<rapidjson::SizeType>(text.size());
}

}  // namespace

/// Also checks the order of calls, of which RapidJSON's writer checks little.
struct writer::impl {
    enum class level { object_before_name, object_before_value, array };

    rapid::buffer out;
    rapid::writer json{out};
    std::vector<level> open;
    bool has_root = false;

    void before_value() {
        if (open.empty()) {
            if (has_root) throw std::logic_error("json::writer: a second document");
            has_root = true;
        } else if (open.back() == level::object_before_name) {
            throw std::logic_error("json::writer: a value without a name");
        } else if (open.back() == level::object_before_value) {
            open.back() = level::object_before_name;
        }
    }

    void before_name() {
        if (open.empty() || open.back() != level::object_before_name) {
            throw std::logic_error("json::writer: a name at the wrong place");
        }
        open.back() = level::object_before_value;
    }

    void before_end(level expected) {
        if (open.empty() || open.back() != expected)
            throw std::logic_error("json::writer: an end without a begin");
        open.pop_back();
    }

    void string(std::string_view text) {
        if (!is_utf8(text)) {
            string(repaired(text, text.size() * 3));
            return;
        }
        check(json.String(text.data() == nullptr ? "" : text.data(), size_of(text)));
    }

    static void check(bool written) {
        if (!written) throw std::logic_error("json::writer: RapidJSON refused a value");
    }
};

writer::writer() : impl_(std::make_unique<impl>()) {}
writer::~writer() = default;
writer::writer(writer&&) noexcept = default;
writer& writer::operator=(writer&&) noexcept = default;

writer& writer::begin_object() {
    impl_->before_value();
    impl_->open.push_back(impl::level::object_before_name);
    impl::check(impl_->json.StartObject());
    return *this;
}

writer& writer::end_object() {
    impl_->before_end(impl::level::object_before_name);
    impl::check(impl_->json.EndObject());
    return *this;
}

writer& writer::begin_array() {
    impl_->before_value();
    impl_->open.push_back(impl::level::array);
    impl::check(impl_->json.StartArray());
    return *this;
}

writer& writer::end_array() {
    impl_->before_end(impl::level::array);
    impl::check(impl_->json.EndArray());
    return *this;
}

writer& writer::name(std::string_view key) {
    impl_->before_name();
    impl_->string(key);
    return *this;
}

writer& writer::text(std::string_view content) {
    impl_->before_value();
    impl_->string(content);
    return *this;
}

writer& writer::number(std::int64_t content) {
    impl_->before_value();
    impl::check(impl_->json.Int64(content));
    return *this;
}

writer& writer::boolean(bool content) {
    impl_->before_value();
    impl::check(impl_->json.Bool(content));
    return *this;
}

writer& writer::null() {
    impl_->before_value();
    impl::check(impl_->json.Null());
    return *this;
}

writer& writer::time(timestamp content) {
    return text(to_rfc3339(content));
}

writer& writer::raw(std::string_view json) {
    if (json.empty()) throw std::logic_error("json::writer: an empty raw value");
    impl_->before_value();
    impl::check(impl_->json.RawValue(json.data(), size_of(json), rapidjson::kObjectType));
    return *this;
}

writer& writer::field(std::string_view key, std::string_view content) {
    return name(key).text(content);
}
writer& writer::field(std::string_view key, std::int64_t content) {
    return name(key).number(content);
}
writer& writer::field(std::string_view key, bool content) {
    return name(key).boolean(content);
}
writer& writer::field(std::string_view key, timestamp content) {
    return name(key).time(content);
}
writer& writer::field(std::string_view key, std::nullptr_t) {
    return name(key).null();
}

writer& writer::field(std::string_view key, std::vector<std::string> const& texts) {
    name(key).begin_array();
    for (auto const& element : texts) text(element);
    return end_array();
}

std::string writer::take() {
    if (!impl_->has_root || !impl_->open.empty())
        throw std::logic_error("json::writer: an unfinished document");
    std::string document(impl_->out.GetString(), impl_->out.GetSize());
    impl_->out.Clear();
    impl_->json.Reset(impl_->out);
    impl_->has_root = false;
    return document;
}

}  // namespace tocsin::json

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

/// RapidJSON's writer checks little of the order of calls, so it is checked here.
struct writer::impl {
    enum class level { object_wants_name, object_wants_value, array };

    rapid::buffer out;
    rapid::writer json{out};
    std::vector<level> opened;
    bool has_root = false;

    /// Called before each value.
    void value_comes() {
        if (opened.empty()) {
            if (has_root) throw std::logic_error("json::writer: a second document");
            has_root = true;
        } else if (opened.back() == level::object_wants_name) {
            throw std::logic_error("json::writer: a value without a name");
        } else if (opened.back() == level::object_wants_value) {
            opened.back() = level::object_wants_name;
        }
    }

    void name_comes() {
        if (opened.empty() || opened.back() != level::object_wants_name) {
            throw std::logic_error("json::writer: a name where none belongs");
        }
        opened.back() = level::object_wants_value;
    }

    void end_comes(level wanted) {
        if (opened.empty() || opened.back() != wanted)
            throw std::logic_error("json::writer: an end without its begin");
        opened.pop_back();
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
    impl_->value_comes();
    impl_->opened.push_back(impl::level::object_wants_name);
    impl::check(impl_->json.StartObject());
    return *this;
}

writer& writer::end_object() {
    impl_->end_comes(impl::level::object_wants_name);
    impl::check(impl_->json.EndObject());
    return *this;
}

writer& writer::begin_array() {
    impl_->value_comes();
    impl_->opened.push_back(impl::level::array);
    impl::check(impl_->json.StartArray());
    return *this;
}

writer& writer::end_array() {
    impl_->end_comes(impl::level::array);
    impl::check(impl_->json.EndArray());
    return *this;
}

writer& writer::name(std::string_view key) {
    impl_->name_comes();
    impl_->string(key);
    return *this;
}

writer& writer::text(std::string_view content) {
    impl_->value_comes();
    impl_->string(content);
    return *this;
}

writer& writer::number(std::int64_t content) {
    impl_->value_comes();
    impl::check(impl_->json.Int64(content));
    return *this;
}

writer& writer::boolean(bool content) {
    impl_->value_comes();
    impl::check(impl_->json.Bool(content));
    return *this;
}

writer& writer::null() {
    impl_->value_comes();
    impl::check(impl_->json.Null());
    return *this;
}

writer& writer::time(timestamp at) {
    return text(to_rfc3339(at));
}

writer& writer::raw(std::string_view json) {
    if (json.empty()) throw std::logic_error("json::writer: an empty raw value");
    impl_->value_comes();
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
writer& writer::field(std::string_view key, timestamp at) {
    return name(key).time(at);
}
writer& writer::field(std::string_view key, std::nullptr_t) {
    return name(key).null();
}

writer& writer::field(std::string_view key, std::vector<std::string> const& texts) {
    name(key).begin_array();
    for (auto const& each : texts) text(each);
    return end_array();
}

std::string writer::take() {
    if (!impl_->has_root || !impl_->opened.empty())
        throw std::logic_error("json::writer: an unfinished document");
    std::string finished(impl_->out.GetString(), impl_->out.GetSize());
    impl_->out.Clear();
    impl_->json.Reset(impl_->out);
    impl_->has_root = false;
    return finished;
}

}  // namespace tocsin::json

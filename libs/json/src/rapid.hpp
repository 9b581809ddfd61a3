#pragma once

// The one place that includes RapidJSON, so that every file sees it with the same settings.

#include <cstddef>
#include <cstdlib>
#include <new>
#include <stdexcept>

// A failed assertion of RapidJSON is a bug of ours: it must neither end the process nor vanish in a release
// build.
#define RAPIDJSON_ASSERT(condition) \
    ((condition) ? static_cast<void>(0) : throw std::logic_error("RapidJSON: " #condition))
#define RAPIDJSON_HAS_STDSTRING 1

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace tocsin::json::rapid {

/// RapidJSON 1.1 does not look whether memory was given.
struct checked_allocator {
    static constexpr bool kNeedFree = true;

    void* Malloc(std::size_t size) { return size == 0 ? nullptr : given(std::malloc(size)); }
    void* Realloc(void* old, std::size_t /*old_size*/, std::size_t size) {
        if (size == 0) {
            std::free(old);
            return nullptr;
        }
        return given(std::realloc(old, size));
    }
    static void Free(void* memory) noexcept { std::free(memory); }

private:
    static void* given(void* memory) {
        if (memory == nullptr) throw std::bad_alloc();
        return memory;
    }
};

using utf8 = rapidjson::UTF8<>;
using reader = rapidjson::GenericReader<utf8, utf8, checked_allocator>;
using buffer = rapidjson::GenericStringBuffer<utf8, checked_allocator>;
using writer =
    rapidjson::Writer<buffer, utf8, utf8, checked_allocator, rapidjson::kWriteValidateEncodingFlag>;

/// Iterative, because the default parse recurses once per nesting; numbers as text, because converting them
/// overflows
/// (`[0.00000000000000000001e-2147483639]` ends the process) and loses digits.
constexpr unsigned lenient_flags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
constexpr unsigned strict_flags = lenient_flags | rapidjson::kParseValidateEncodingFlag;

}  // namespace tocsin::json::rapid

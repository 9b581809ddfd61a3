#pragma once

// The only file that includes RapidJSON, so that its settings are the same everywhere.

#include <cstddef>
#include <cstdlib>
#include <new>
#include <stdexcept>

// A failed assertion of RapidJSON is a bug of ours. It must neither end the process nor be ignored in a
// release build.
#define RAPIDJSON_ASSERT(condition) \
    ((condition) ? static_cast<void>(0) : throw std::logic_error("RapidJSON: " #condition))
#define RAPIDJSON_HAS_STDSTRING 1

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace tocsin::json::rapid {

/// Checks that memory was allocated, which RapidJSON 1.1 does not.
struct checked_allocator {
    static constexpr bool kNeedFree = true;

    void* Malloc(std::size_t size) { return size == 0 ? nullptr : checked(std::malloc(size)); }
    void* Realloc(void* old, std::size_t /*old_size*/, std::size_t size) {
        if (size == 0) {
            std::free(old);
            return nullptr;
        }
        return checked(std::realloc(old, size));
    }
    static void Free(void* memory) noexcept { std::free(memory); }

private:
    static void* checked(void* memory) {
        if (memory == nullptr) throw std::bad_alloc();
        return memory;
    }
};

using utf8 = rapidjson::UTF8<>;
using reader = rapidjson::GenericReader<utf8, utf8, checked_allocator>;
using buffer = rapidjson::GenericStringBuffer<utf8, checked_allocator>;
using writer =
    rapidjson::Writer<buffer, utf8, utf8, checked_allocator, rapidjson::kWriteValidateEncodingFlag>;

/// Iterative, because the default parse recurses for each level of nesting. Numbers as text, because
/// converting them overflows (`[0.00000000000000000001e-2147483639]` ends the process) and loses digits.
constexpr unsigned lenient_flags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
constexpr unsigned strict_flags = lenient_flags | rapidjson::kParseValidateEncodingFlag;

}  // namespace tocsin::json::rapid
